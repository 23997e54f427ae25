"""Danger, voltage, theft, meter: what is asked, what is not asked again, and what is registered."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

import pytest

from ivr.call.errands import OpenTicket, Ticket, Unavailable
from ivr.call.memory import AtPlace, Recall, Registered, Remember, SaidLately
from ivr.call.model import Call, Digits, NeedsPerson, NoInput, Outcome, Told, Utterance
from outage_feed.model import Address, ServicePoint
from robot.errands import UnderstandAddress
from robot.outage_talk import KnownPoints
from robot.outcomes import Ticketed
from robot.topics.danger import danger
from robot.topics.meter import meter
from robot.topics.theft import theft
from robot.topics.voltage import voltage
from robot.understanding.understood import NOTHING_YET, Matched, NotFound
from tests.core.rehearse import HANG_UP, Rehearsal, rehearse
from tests.core.robot.world import CALL, HIDDEN, NOW, errands, point

SILENT = NoInput()
HOME = point()
OTHER = point("p2", "ул. Садовая", "7", phones="+79990000000")
Topic = Callable[[Call], Coroutine[Any, Any, Outcome]]


def world(*points: ServicePoint, matched: Address | None = None, sure: float = 0.95) -> dict[type, Any]:
    understood = NotFound(NOTHING_YET) if matched is None else Matched(replace(matched, flat=""), sure)
    return {**errands(points or (HOME,)), UnderstandAddress: lambda _: understood}


def hold(
    topic: Topic,
    *answers: Any,
    call: Call = CALL,
    said: str = "",
    known: Any = None,
    around: Mapping[type, Any] | None = None,
) -> Rehearsal:
    """The topic, in a call where ``said`` was the caller's last answer; ends with what it has remembered."""

    async def script() -> Outcome:
        if said:
            await Remember(SaidLately((said,), said))
        if known is not None:
            await Remember(known)
        return await topic(call)

    return rehearse(script, answers, dict(around or world()))


def opened(done: Rehearsal) -> OpenTicket:
    (ticket,) = done.of(OpenTicket)
    assert isinstance(ticket, OpenTicket)
    return ticket


# ── voltage ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Digits("1"), "too low"),
        (Digits("2"), "too high"),
        (Digits("3"), "flickers"),
        (Utterance("слабое совсем"), "too low"),
        (Utterance("слишком высокое"), "too high"),
        (Utterance("свет мигает"), "flickers"),
    ],
)
def test_the_kind_of_bad_voltage_is_asked_for_and_the_address_confirmed(answer: Any, kind: str) -> None:
    done = hold(voltage, answer, Digits("1"), SILENT)
    assert done.names == ["voltage_kind", "place_meant", "ticket_opened", "self_service_site", "ticket_offer"]
    ticket = opened(done)
    assert (ticket.topic, ticket.text, ticket.point_id) == ("quality", f"voltage {kind}", "p1")
    assert (ticket.category, ticket.cause) == ("notice", "voltage")
    assert done.outcome == Ticketed(100237, "quality")


@pytest.mark.parametrize(
    ("said", "kind"),
    [("у нас напряжение скачет весь вечер", "flickers"), ("очень слабое напряжение", "too low"), ("три", None)],
)
def test_what_was_said_at_the_menu_is_not_asked_again(said: str, kind: str | None) -> None:
    done = hold(voltage, *([] if kind else [Digits("1")]), Digits("1"), SILENT, said=said)
    assert ("voltage_kind" in done.names) == (kind is None)
    assert opened(done).words == said
    assert opened(done).text == f"voltage {kind or 'too low'}"


def test_an_address_that_the_call_knows_is_not_asked_for() -> None:
    done = hold(voltage, Digits("1"), SILENT, known=KnownPoints((OTHER,), named=True))
    assert done.names[:2] == ["voltage_kind", "ticket_opened"]
    assert opened(done).point_id == "p2"


def test_another_address_than_the_numbers_own_may_be_meant() -> None:
    around = world(HOME, OTHER, matched=OTHER.address)
    words = Utterance("садовая семь")
    asked = hold(voltage, Digits("1"), Digits("2"), words, SILENT, around=around)
    assert asked.names[:4] == ["voltage_kind", "place_meant", "account_ask", "ticket_opened"]
    corrected = hold(voltage, Digits("1"), Utterance("нет садовая семь"), SILENT, around=around)
    assert corrected.names[:3] == ["voltage_kind", "place_meant", "ticket_opened"]
    assert opened(asked).point_id == opened(corrected).point_id == "p2"


def test_of_two_addresses_the_caller_chooses() -> None:
    second = replace(OTHER, phones=HOME.phones)
    done = hold(voltage, Digits("1"), Digits("2"), SILENT, around=world(HOME, second))
    assert done.names[:3] == ["voltage_kind", "which_of_two", "ticket_opened"]
    assert opened(done).point_id == "p2"


def test_silence_about_the_kind_does_not_keep_it_from_being_registered() -> None:
    assert opened(hold(voltage, SILENT, SILENT, Digits("1"), SILENT)).text == "voltage bad"


@pytest.mark.parametrize("topic", [voltage, meter])
@pytest.mark.parametrize(
    "answers", [[Digits("0")], [Digits("9"), Digits("9")], [Digits("1"), Digits("0")], [Digits("1"), SILENT, SILENT]]
)
def test_a_person_takes_over(topic: Topic, answers: list[Any]) -> None:
    done = hold(topic, *answers)
    assert isinstance(done.outcome, NeedsPerson)
    assert done.of(OpenTicket) == []


# ── meter ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "text"),
    [("хочу заменить счётчик", "meter to be put in or exchanged"), ("счётчик не работает", "meter to be checked")],
)
def test_what_is_wanted_of_a_meter_may_have_been_said(said: str, text: str) -> None:
    done = hold(meter, Digits("1"), SILENT, said=said)
    assert done.names == ["place_meant", "ticket_opened", "self_service_account", "ticket_offer"]
    ticket = opened(done)
    assert (ticket.text, ticket.category, ticket.cause) == (text, "application", "meter")


@pytest.mark.parametrize("answer", [Digits("3"), Utterance("передать показания")])
def test_other_questions_about_meters_are_a_persons(answer: Any) -> None:
    assert hold(meter, answer).outcome == NeedsPerson("another question about a meter")


# ── theft ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_theft_is_told_in_words_with_or_without_the_number() -> None:
    place = Utterance("за гаражами у моста")
    named = hold(theft, place, Digits("1"), SILENT, said="сосед ворует электричество")
    assert named.names == ["theft_where", "theft_named", "ticket_opened", "self_service_site", "ticket_offer"]
    ticket = opened(named)
    assert (ticket.phone, ticket.address, ticket.words) == (CALL.caller, place.text, "сосед ворует электричество")
    assert (ticket.text, ticket.category, ticket.cause) == ("theft; place as said", "notice", "theft")
    assert opened(hold(theft, place, Utterance("нет"), SILENT)).phone is None


@pytest.mark.parametrize("answer", [SILENT, Digits("2")])
def test_without_leave_nothing_of_the_message_leads_to_the_caller(answer: Any) -> None:
    ticket = opened(hold(theft, Digits("1"), answer, SILENT))
    assert (ticket.phone, ticket.point_id, ticket.address) == (None, None, "")
    assert ticket.text == "theft; beside the caller's home"


def test_who_hides_their_number_is_not_asked_about_it() -> None:
    done = hold(
        theft, Utterance("улица садовая семь"), SILENT, call=HIDDEN, around=world(HOME, OTHER, matched=OTHER.address)
    )
    assert "theft_named" not in done.names
    assert (opened(done).phone, opened(done).point_id) == (None, "p2")


@pytest.mark.parametrize("answers", [[Digits("0")], [Digits("2")], [SILENT, SILENT]])
def test_a_theft_nobody_knows_where_is_a_persons(answers: list[Any]) -> None:
    assert isinstance(hold(theft, *answers).outcome, NeedsPerson)


# ── danger ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("answer", "address", "point_id"),
    [
        (Digits("1"), "ул. Ленина, 5", "p1"),
        (Digits("2"), "", None),
        (Digits("#"), "", None),
        (SILENT, "", None),
        (Digits("0"), "", None),
        (Utterance("у школы на дороге"), "у школы на дороге", None),
    ],
)
def test_danger_asks_once_where_registers_and_calls_for_a_person(
    answer: Any, address: str, point_id: str | None
) -> None:
    done = hold(danger, answer, said="провод упал")
    assert done.names == ["danger_where"]
    ticket = opened(done)
    assert (ticket.topic, ticket.urgent, ticket.address, ticket.point_id) == ("danger", True, address, point_id)
    assert ticket.words == "провод упал"
    assert done.outcome == NeedsPerson("danger")


def test_an_address_of_the_register_is_made_out_where_it_is_sure() -> None:
    words = Utterance("садовая семь")
    sure = hold(danger, words, around=world(HOME, OTHER, matched=OTHER.address))
    assert (opened(sure).point_id, opened(sure).address) == ("p2", "ул. Садовая, 7")
    doubtful = hold(danger, words, around=world(HOME, OTHER, matched=OTHER.address, sure=0.5))
    assert (opened(doubtful).point_id, opened(doubtful).address) == (None, words.text)


def test_danger_goes_on_when_nothing_can_be_stored() -> None:
    done = hold(danger, SILENT, around=world() | {OpenTicket: lambda _: Unavailable("busy")})
    assert done.outcome == NeedsPerson("danger")


def test_whoever_takes_over_is_told_of_place_and_ticket() -> None:
    async def script() -> Outcome:
        await danger(CALL)
        return Told(f"{await Recall(AtPlace)} {await Recall(Registered)}")

    done = rehearse(
        script, [Utterance("у школы")], world() | {OpenTicket: lambda _: Ticket(100001, NOW, "danger", "open")}
    )
    assert done.outcome == Told(f"{AtPlace('у школы')} {Registered(100001, 'danger')}")


def test_hanging_up_while_being_asked_is_the_end_of_it() -> None:
    assert hold(danger, HANG_UP).outcome is None


@pytest.mark.parametrize("topic", [danger, theft])
def test_a_house_that_was_named_beyond_doubt_is_not_asked_for(topic: Topic) -> None:
    around = world(HOME, OTHER, matched=OTHER.address)
    done = hold(
        topic, *([] if topic is danger else [Digits("2"), SILENT]), said="на садовой семь искрит", around=around
    )
    assert not {"danger_where", "theft_where"} & set(done.names)
    assert (opened(done).point_id, opened(done).address) == ("p2", "ул. Садовая, 7")


def test_where_the_telephone_is_registered_is_not_where_the_danger_is() -> None:
    def place_told(known: Any) -> Outcome | None:
        async def script() -> Outcome:
            await Remember(AtPlace("ул. Ленина, 5"))
            if known is not None:
                await Remember(known)
            await danger(CALL)
            return Told(str(await Recall(AtPlace)))

        return rehearse(script, [SILENT], world()).outcome

    nowhere = Told(str(AtPlace("")))
    assert place_told(None) == place_told(KnownPoints((HOME,), named=False)) == nowhere
    # An address that the caller has named in this call is what they speak of.
    assert place_told(KnownPoints((HOME,), named=True)) == Told(str(AtPlace("ул. Ленина, 5")))
