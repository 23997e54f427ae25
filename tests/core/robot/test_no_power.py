"""No power: from the caller's number or account to the sentence, the ticket, or a person."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ivr.call.errands import Consent, Errand, FindConsent, KeepConsent, OpenTicket, Promise, Ticket, Unavailable
from ivr.call.model import Call, Digits, NeedsPerson, NoInput, NoMatch, Outcome, Prompt, Utterance
from ivr.call.verbs import Ask, Say, Verb
from outage_feed.model import Kind, Outage
from robot.errands import FindOutages, FindServicePoints
from robot.outcomes import Informed, NothingToTell, Ticketed
from robot.topics.account import account
from robot.topics.known_outage import known_outage
from robot.topics.no_power import no_power
from tests.core.rehearse import HANG_UP, Rehearsal, rehearse
from tests.core.robot.world import CALL, HIDDEN, NOW, PHONE, errands, outage, point

ONE, TWO, ZERO, STAR = Digits("1"), Digits("2"), Digits("0"), Digits("*")
SILENT = NoInput()
ACCOUNT = Digits("4600123456")


def run(
    topic: Any, *answers: Any, call: Call = CALL, world: dict[type, Any] | None = None, far: Any = SILENT
) -> Rehearsal:
    """``far``: the answer to how far it is dark, whenever that is asked; ``answers``: to all else."""
    left = iter(answers)

    def answer(verb: Verb[Any]) -> Any:
        if isinstance(verb, Say):
            return ()
        if isinstance(verb, Ask) and verb.prompt.name == "dark_how_far":
            return far
        try:
            return next(left)
        except StopIteration:
            raise AssertionError(f"no answer left for {verb}") from None

    return rehearse(lambda: topic(call), answer, errands([point()]) if world is None else world)


SENTENCES = {
    "outage_planned": outage(),
    "outage_emergency": outage(kind=Kind.EMERGENCY),
    "outage_unknown_kind": outage(kind=Kind.UNKNOWN),
    "outage_restored": outage(restored_at=NOW - timedelta(hours=1)),
    "outage_past_its_time": outage(planned_end=NOW - timedelta(minutes=5)),
    "outage_no_time_emergency": outage(kind=Kind.EMERGENCY, planned_end=None),
    "outage_no_time_planned": outage(planned_end=None),
    "outage_no_time_unknown": outage(kind=Kind.UNKNOWN, planned_end=None),
}


@pytest.mark.parametrize(("name", "known"), SENTENCES.items())
@pytest.mark.parametrize("sure", [True, False])
def test_each_situation_has_its_own_sentence(name: str, known: Outage, sure: bool) -> None:
    if not sure:
        known = replace(known, areas=outage("ул. Ленина").areas)  # a street without houses: whose, nobody knows
        name += "_possible"
    done = run(no_power, SILENT, world=errands([point()], [known]))
    assert done.names[0] == name
    assert done.said[0].values["place"] == "ул. Ленина, 5"
    assert isinstance(done.outcome, Informed)
    assert done.outcome.outage == "o1"
    assert not done.of(OpenTicket)


def test_a_time_is_quoted_with_the_moment_it_was_set() -> None:
    done = run(no_power, SILENT, world=errands([point()], [outage()]))
    said = done.said[0].values
    assert said["until"] == NOW.replace(hour=16, minute=30)
    assert said["set_at"] == NOW.replace(hour=9, minute=0)
    assert done.outcome == Informed("planned", "o1", NOW.replace(hour=16, minute=30))


@pytest.mark.parametrize("known", [outage(planned_end=NOW - timedelta(minutes=5)), outage(planned_end=None)])
def test_no_time_is_quoted_where_there_is_none(known: Outage) -> None:
    done = run(no_power, SILENT, world=errands([point()], [known]))
    assert "until" not in done.said[0].values
    assert isinstance(done.outcome, Informed)
    assert done.outcome.until is None


@pytest.mark.parametrize("outages", [[outage()], []])
def test_a_stale_list_quotes_no_time_and_ends_in_a_ticket(outages: list[Outage]) -> None:
    done = run(no_power, SILENT, SILENT, world=errands([point()], outages, stale=True))
    assert done.names == ["outage_list_stale", "register_at", "dark_how_far", "ticket_opened", "ticket_offer"]
    assert set(done.said[0].values) == {"as_of"}
    assert done.outcome == Ticketed(100237, "no_power")


def test_a_list_that_never_came_names_no_time_at_all() -> None:
    done = run(no_power, SILENT, SILENT, world=errands([point()], stale=True, as_of=None))
    assert done.names[0] == "outage_list_missing"
    assert not done.said[0].values


def test_without_a_known_outage_a_ticket_is_opened_and_a_person_offered() -> None:
    done = run(no_power, ONE, ZERO)
    assert done.names == ["outage_none_known", "register_here", "dark_how_far", "ticket_opened", "ticket_offer"]
    assert done.said[3].values == {"number": 100237}
    (opened,) = done.of(OpenTicket)
    assert (opened.topic, opened.phone, opened.point_id, opened.branch) == ("no_power", PHONE, "p1", "46")
    assert opened.address == "ул. Ленина, 5", "never the flat"
    assert done.outcome == NeedsPerson("asked for a person after the ticket")


def test_the_same_street_and_house_in_two_villages_are_two_houses() -> None:
    points = [point(), point("p2", settlement="с. Бабяково")]
    done = run(no_power, SILENT, SILENT, world=errands(points))
    assert [errand.point.id for errand in done.of(FindOutages)] == ["p1", "p2"]
    assert done.said[0].values == {"first": "г. Курск, ул. Ленина, 5", "second": "с. Бабяково, ул. Ленина, 5"}
    one_house = [point(), point("p2", flat="13")]
    assert len(run(no_power, SILENT, SILENT, world=errands(one_house)).of(FindOutages)) == 1


def test_what_is_repeated_is_looked_up_anew_and_a_time_just_past_is_not_told_again() -> None:
    world = errands([point()], [outage()])
    answers = [world[FindOutages], errands([point()], [outage(planned_end=NOW - timedelta(minutes=1))])[FindOutages]]
    world[FindOutages] = lambda errand: answers.pop(0)(errand)
    done = run(no_power, STAR, ONE, SILENT, world=world)
    assert done.names == [
        "outage_planned", "outage_offer_sms", "outage_again_past_its_time", "outage_offer_ticket", "dark_how_far",
        "ticket_opened", "ticket_offer",
    ]  # fmt: skip


def test_a_list_that_cannot_be_read_for_the_repeat_leads_to_a_person() -> None:
    world = errands([point()], [outage()])
    answers = [world[FindOutages], lambda _: Unavailable("broken")]
    world[FindOutages] = lambda errand: answers.pop(0)(errand)
    assert run(no_power, STAR, world=world).outcome == NeedsPerson("outage list unavailable")


def test_silence_after_the_ticket_means_done() -> None:
    assert run(no_power, ONE, SILENT).outcome == Ticketed(100237, "no_power")


def test_the_number_is_heard_again_by_star_and_keys_pressed_during_it_are_no_answer() -> None:
    done = run(no_power, ONE, STAR, ONE, SILENT)
    assert done.names[3:] == ["ticket_opened", "ticket_offer", "ticket_opened", "ticket_offer", "ticket_offer"]
    assert done.outcome == Ticketed(100237, "no_power"), "one is no way to a person here"
    assert [ask.flush for ask in done.of(Ask)] == [False, False, True, True, True]


def test_nobody_has_to_press_a_key_to_be_registered() -> None:
    assert run(no_power, SILENT, SILENT).outcome == Ticketed(100237, "no_power")


def test_nothing_is_registered_for_an_address_that_is_not_meant() -> None:
    other = point("p2", "ул. Мира", "3", account="4600000002", phones="")
    done = run(no_power, TWO, Digits("4600000002"), ONE, SILENT, world=errands([point(), other]))
    assert done.names[1:4] == ["register_here", "account_ask", "account_read_back"]
    assert done.names[-4:] == ["outage_none_known", "dark_how_far", "ticket_opened", "ticket_offer"], (
        "whoever keyed it meant it"
    )
    (opened,) = done.of(OpenTicket)
    assert opened.point_id == "p2"


@pytest.mark.parametrize(
    ("answers", "why"), [([ZERO], "asked for a person"), ([Digits("7"), Digits("8")], "not understood")]
)
def test_before_the_ticket_there_is_a_way_to_a_person(answers: list[Any], why: str) -> None:
    done = run(no_power, *answers)
    assert done.outcome == NeedsPerson(why)
    assert not done.of(OpenTicket)


def test_a_call_that_joins_an_open_ticket_says_so() -> None:
    ticket = Ticket(100200, NOW - timedelta(hours=1), "no_power", "open", joined=True)
    done = run(no_power, SILENT, SILENT, world=errands([point()], ticket=ticket))
    assert done.said[3] == Prompt("ticket_joined", number=100200)


def test_a_ticket_that_cannot_be_stored_leads_to_a_person() -> None:
    done = run(no_power, SILENT, world=errands([point()], ticket=Unavailable("disk full")))
    assert done.names == ["outage_none_known", "register_here", "dark_how_far", "ticket_not_stored"]
    assert isinstance(done.outcome, NeedsPerson)


@pytest.mark.parametrize("failing", [FindServicePoints, FindOutages])
def test_what_cannot_be_looked_up_leads_to_a_person(failing: type[Errand[Any]]) -> None:
    world = errands([point()], [outage()]) | {failing: lambda _: Unavailable("broken")}
    done = run(no_power, world=world)
    assert isinstance(done.outcome, NeedsPerson)
    assert set(done.names) <= {"outage_list_unavailable"}


def test_an_unknown_number_is_asked_for_the_account_which_is_read_back() -> None:
    call = replace(CALL, caller="+79009999999")
    done = run(no_power, ACCOUNT, ONE, SILENT, call=call, world=errands([point()], [outage()]))
    assert done.names == ["account_ask", "account_read_back", "outage_planned", "outage_offer_sms"]
    assert done.said[1].values == {"account": "4600123456"}
    assert isinstance(done.outcome, Informed)


@pytest.mark.parametrize("topic", [no_power, account])
def test_a_hidden_number_is_asked_for_the_account(topic: Any) -> None:
    done = run(topic, ACCOUNT, ONE, SILENT, call=HIDDEN, world=errands([point()], [outage()]))
    assert done.names[0] == "account_ask"
    assert isinstance(done.outcome, Informed)


def test_an_account_read_back_wrong_is_asked_again() -> None:
    done = run(account, Digits("4600123457"), TWO, ACCOUNT, ONE, SILENT)
    assert done.names[:4] == ["account_ask", "account_read_back", "account_ask_again", "account_read_back"]
    assert isinstance(done.outcome, Ticketed)


def test_three_wrong_accounts_lead_to_a_person_and_never_to_no_outages() -> None:
    wrong = Digits("1111111111")
    done = run(account, *[wrong, ONE] * 3)
    assert done.names.count("account_read_back") == 3
    assert done.names[-1] == "account_no_luck"
    assert "outage_none_known" not in done.names
    assert done.outcome == NeedsPerson("account not found")


def test_who_pauses_within_the_account_may_go_on() -> None:
    done = run(account, Digits("4600"), Digits("123"), Digits("456"), ONE, SILENT)
    assert done.names[:4] == ["account_ask", "digits_so_far", "digits_so_far", "account_read_back"]
    assert done.said[1].values == {"count": 4}
    assert done.said[3].values == {"account": "4600123456"}


@pytest.mark.parametrize("end", [Digits("#"), SILENT, NoMatch()])
def test_a_short_account_is_taken_when_nothing_more_comes(end: Any) -> None:
    world = errands([point(account="46001")], [outage()])
    done = run(account, Digits("46001"), end, ONE, SILENT, world=world)
    assert done.names[:3] == ["account_ask", "digits_so_far", "account_read_back"]
    assert isinstance(done.outcome, Informed)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([STAR], "asked for a person"),
        ([Digits("460*")], "asked for a person"),
        ([Digits("4600"), STAR], "asked for a person"),
        ([ACCOUNT, ZERO], "asked for a person"),
        ([SILENT, SILENT, SILENT], "account not given"),
        ([Digits("#"), Digits("#"), Digits("#")], "account not given"),
        ([ACCOUNT, SILENT, SILENT], "account not confirmed"),
        ([ACCOUNT, Digits("7"), Digits("8")], "account not confirmed"),
    ],
)
def test_there_is_a_way_to_a_person_everywhere(answers: list[Any], why: str) -> None:
    assert run(account, *answers).outcome == NeedsPerson(why)


def test_zero_after_the_sentence_is_a_person() -> None:
    done = run(no_power, ZERO, world=errands([point()], [outage()]))
    assert done.outcome == NeedsPerson("asked for a person after the outage was told")


def test_star_says_the_outage_again() -> None:
    done = run(no_power, STAR, SILENT, world=errands([point()], [outage()]))
    assert done.names == ["outage_planned", "outage_offer_sms", "outage_again", "outage_offer_sms"]


def test_star_for_ever_ends() -> None:
    done = run(no_power, *[STAR] * 20, world=errands([point()], [outage()]))
    assert isinstance(done.outcome, Informed)


def test_two_asks_about_another_address() -> None:
    other = point("p2", "ул. Мира", "3", account="4600000002", phones="")
    done = run(no_power, TWO, Digits("4600000002"), ONE, SILENT, world=errands([point(), other], [outage()]))
    assert done.names == [
        *("outage_planned", "outage_offer_sms"),
        *("account_ask", "account_read_back"),
        *("outage_none_known", "dark_how_far", "ticket_opened", "ticket_offer"),
    ]
    (opened,) = done.of(OpenTicket)
    assert opened.point_id == "p2"


def test_addresses_are_not_told_for_ever() -> None:
    done = run(no_power, *[TWO, ACCOUNT, ONE] * 9, world=errands([point()], [outage()]))
    assert done.outcome == NeedsPerson("many addresses")


@pytest.mark.parametrize(
    "known", [SENTENCES["outage_restored"], SENTENCES["outage_past_its_time"], outage("ул. Ленина")]
)
def test_who_may_be_dark_for_another_reason_can_have_it_registered(known: Outage) -> None:
    done = run(no_power, ONE, SILENT, world=errands([point()], [known]))
    assert done.names[1:] == ["outage_offer_ticket", "dark_how_far", "ticket_opened", "ticket_offer"]
    (opened,) = done.of(OpenTicket)
    assert "o1" in opened.text
    assert isinstance(done.outcome, Ticketed)


def test_a_sure_outage_does_not_offer_a_ticket() -> None:
    done = run(no_power, ONE, SILENT, world=errands([point()], [outage()]))
    assert done.names == ["outage_planned", "outage_offer_sms", "outage_offer_sms"]
    assert not done.of(OpenTicket)


# ── hang-ups ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_hangs_up_after_the_sentence_was_informed() -> None:
    done = run(no_power, HANG_UP, world=errands([point()], [outage()]))
    assert isinstance(done.outcome, Informed)


def test_who_hangs_up_after_the_ticket_is_ticketed() -> None:
    done = run(no_power, SILENT, HANG_UP)
    assert done.outcome == Ticketed(100237, "no_power")


def test_who_hangs_up_before_has_not_been_served() -> None:
    assert run(account, HANG_UP).outcome is None


# ── before the menu ────────────────────────────────────────────────────────────────────────────────────────────


def test_an_outage_is_told_before_the_menu_without_a_question() -> None:
    done = run(known_outage, world=errands([point()], [outage()]))
    assert done.names == ["outage_planned"]
    assert done.outcome == Informed("planned", "o1", NOW.replace(hour=16, minute=30))


@pytest.mark.parametrize(
    ("call", "world"),
    [
        (CALL, errands([point()])),
        (CALL, errands()),
        (HIDDEN, errands([point()], [outage()])),
        (CALL, errands([point()], [outage()], stale=True)),
        (CALL, errands([point()], [SENTENCES["outage_restored"]])),
        (CALL, errands([point()]) | {FindServicePoints: lambda _: Unavailable("broken")}),
        (CALL, errands([point()]) | {FindOutages: lambda _: Unavailable("broken")}),
    ],
)
def test_otherwise_nothing_at_all_is_said_before_the_menu(call: Call, world: dict[type, Any]) -> None:
    done = run(known_outage, call=call, world=world)
    assert done.said == []
    assert done.outcome == NothingToTell()


def test_of_several_points_those_with_an_outage_are_told() -> None:
    points = [point(), point("p2", "ул. Мира", "3"), point("p3", "ул. Дачная", "1")]
    outages = [outage(), outage("ул. Дачная, 1", "o3", kind=Kind.EMERGENCY)]
    for topic, answers in ((known_outage, []), (no_power, [SILENT])):
        done = run(topic, *answers, world=errands(points, outages))
        told = [prompt.values["place"] for prompt in done.said if "place" in prompt.values]
        assert told == ["ул. Ленина, 5", "ул. Дачная, 1"]


def test_flats_of_one_house_are_told_once() -> None:
    done = run(known_outage, world=errands([point(), point("p2")], [outage()]))
    assert done.names == ["outage_planned"]


def test_of_several_points_without_an_outage_the_caller_chooses() -> None:
    points = [point(), point("p2", "ул. Мира", "3")]
    done = run(no_power, TWO, SILENT, world=errands(points))
    assert done.said[0] == Prompt("which_of_two", first="ул. Ленина, 5", second="ул. Мира, 3")
    (opened,) = done.of(OpenTicket)
    assert opened.point_id == "p2"


@pytest.mark.parametrize(("key", "expected"), [("9", ["account_ask"]), ("0", [])])
def test_of_several_points_none_may_be_meant(key: str, expected: list[str]) -> None:
    done = run(no_power, Digits(key), STAR, world=errands([point(), point("p2", "ул. Мира", "3")]))
    assert done.names[1:] == expected
    assert done.outcome == NeedsPerson("asked for a person")


def test_more_than_three_points_are_not_all_listed() -> None:
    points = [point(f"p{n}", "ул. Мира", str(n)) for n in range(1, 7)]
    done = run(no_power, Digits("3"), SILENT, world=errands(points))
    assert done.names[0] == "which_of_three"
    assert done.said[1].values["place"] == "г. Курск, ул. Мира, 3"


# ── in one call ────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_told_before_the_menu_is_told_briefly_after_it() -> None:
    async def call() -> Outcome:
        await known_outage(CALL)
        return await no_power(CALL)

    done = rehearse(call, [SILENT], errands([point()], [outage()]))
    assert done.names == ["outage_planned", "outage_again", "outage_offer_sms"]
    assert done.said[1].values == {"until": NOW.replace(hour=16, minute=30)}


def test_nobody_is_asked_for_the_account_twice() -> None:
    async def call() -> Outcome:
        await no_power(HIDDEN)
        return await no_power(HIDDEN)

    done = rehearse(call, [ACCOUNT, ONE, ZERO, SILENT], errands([point()], [outage()]))
    assert done.names.count("account_ask") == 1
    assert done.names[-2:] == ["outage_again", "outage_offer"]


def test_calls_do_not_share_their_memory() -> None:
    world = errands([point()], [outage()])
    for _ in range(2):
        assert rehearse(lambda: no_power(CALL), [SILENT], world).names[0] == "outage_planned"


def test_a_sentence_cut_short_by_a_key_counts_as_not_heard() -> None:
    async def call() -> Outcome:
        assert await known_outage(CALL) == NothingToTell()
        return await no_power(CALL)

    heard = iter([(ONE,), ()])

    def answer(verb: Any) -> Any:
        return next(heard) if isinstance(verb, Say) else SILENT

    done = rehearse(call, answer, errands([point()], [outage()]))
    assert done.names == ["outage_planned", "outage_planned", "outage_offer_sms"]


def test_the_chosen_address_is_not_asked_for_again() -> None:
    async def call() -> Outcome:
        await no_power(CALL)
        return await no_power(CALL)

    done = rehearse(call, [TWO, SILENT, SILENT, SILENT], errands([point(), point("p2", "ул. Мира", "3")]))
    assert done.names.count("which_of_two") == 1
    assert [ticket.point_id for ticket in done.of(OpenTicket)] == ["p2", "p2"]


def test_the_address_is_confirmed_only_once() -> None:
    async def call() -> Outcome:
        await no_power(CALL)
        return await no_power(CALL)

    done = rehearse(call, [ONE, SILENT, SILENT, SILENT], errands([point()]))
    assert done.names.count("register_here") == 1
    assert done.names.count("dark_how_far") == 1


@pytest.mark.parametrize(
    ("far", "text"),
    [
        (ONE, "only here"),
        (TWO, "neighbours too"),
        (Digits("3"), "how far is not known"),
        (SILENT, "how far is not known"),
        (Utterance("только у меня"), "only here"),
        (Utterance("у соседей тоже нет"), "neighbours too"),
        (Utterance("вся улица без света"), "neighbours too"),
    ],
)
def test_how_far_it_is_dark_stands_in_the_ticket(far: Any, text: str) -> None:
    done = run(no_power, ONE, SILENT, far=far)
    (opened,) = done.of(OpenTicket)
    assert opened.text == f"no power; no outage is known; {text}"
    assert ("check_breakers" in done.names) == (text == "only here")


def test_where_an_outage_explains_it_nobody_is_asked_how_far() -> None:
    done = run(no_power, SILENT, world=errands([point()], [outage()]))
    assert "dark_how_far" not in done.names


# ── notices of outages to come ─────────────────────────────────────────────────────────────────────────────────


def told(*answers: Any, **changes: Any) -> Rehearsal:
    return run(no_power, Digits("3"), *answers, world=errands([point()], [outage()]) | changes.get("world", {}))


def test_notices_have_a_consent_of_their_own() -> None:
    done = told(ONE)
    assert done.names[-3:] == ["sms_sent", "outage_offer_notices", "notices_promised"]
    assert [(each.kind, each.prompt) for each in done.of(KeepConsent)] == [
        ("sms", "outage_offer_sms"), ("outage_notices", "outage_offer_notices"),
    ]  # fmt: skip
    (promise,) = done.of(Promise)
    assert (promise.kind, promise.point_id) == ("outage_notices", "p1")
    assert isinstance(done.outcome, Informed)


@pytest.mark.parametrize("answer", [TWO, SILENT, Digits("7"), Utterance("нет")])
def test_whoever_does_not_agree_to_notices_gets_none(answer: Any) -> None:
    done = told(answer)
    assert [each.kind for each in done.of(KeepConsent)] == ["sms"]
    assert done.of(Promise) == []
    assert isinstance(done.outcome, Informed)


def test_whoever_has_agreed_to_notices_before_is_not_asked_again() -> None:
    before = Consent(9, "outage_notices", PHONE, "before", "v1", NOW)
    assert told(world={FindConsent: lambda _: before}).names[-1] == "sms_sent"
    assert told(world={FindConsent: lambda _: Unavailable("busy")}).names[-1] == "sms_sent"


def test_a_consent_that_cannot_be_kept_promises_nothing() -> None:
    kept = errands()[KeepConsent]
    only_sms = {KeepConsent: lambda wanted: kept(wanted) if wanted.kind == "sms" else Unavailable("busy")}
    done = told(ONE, world=only_sms)
    assert done.names[-1] == "notices_not_promised"
    assert done.of(Promise) == []


def test_zero_at_the_offer_of_notices_is_a_person_and_hanging_up_loses_nothing() -> None:
    assert isinstance(told(ZERO).outcome, NeedsPerson)
    assert isinstance(told(HANG_UP).outcome, Informed)


def test_after_a_promised_call_notices_are_offered_too() -> None:
    done = run(no_power, Digits("3"), ONE, world=errands([point()], [outage(planned_end=None)]))
    assert [each.kind for each in done.of(Promise)] == ["restored_notice", "outage_notices"]
