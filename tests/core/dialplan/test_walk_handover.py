"""Walking: what whoever takes a call over is told of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ivr.call.errands import CurrentAnnouncement, NoAnnouncement, Now
from ivr.call.memory import AtPlace, Registered, Remember
from ivr.call.model import Call, Connected, Digits, NeedsPerson, NoInput, Outcome, OutcomeClass, Prompt, Utterance
from ivr.call.verbs import Ask, Transfer
from ivr.dialplan.checks import Surroundings
from ivr.dialplan.examine import examine
from ivr.dialplan.walk import Understanding, walk
from tests.core.dialplan.small_world import MEANS, NUMBERS, OFFICE, QUEUES, TODAY, book
from tests.core.rehearse import Rehearsal, rehearse

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
CALL = Call("c1", "+79001234567", "88002200220", NOW)
PLAN = """
start: start
after_transfer: start
anywhere: {danger: danger:first, person: people}
nodes:
  start: {kind: topic, topic: no_power, to_person: people, next: again}
  again: {kind: topic, topic: nothing, next: people}
  people: {kind: transfer, queue: operators, no_answer: end}
  end: {kind: hangup}
"""
DANGER = """
start: first
nodes:
  first: {kind: say, prompt: hello, next: where}
  where: {kind: topic, topic: danger, next: dispatchers}
  dispatchers: {kind: transfer, queue: dispatchers, priority: 10, no_answer: end}
  end: {kind: hangup}
"""


async def no_power(call: Call) -> Outcome:
    await Ask(Prompt("hello"))
    await Remember(AtPlace("ул. Ленина, 5"))
    await Remember(Registered(100237, "no_power"))
    return NeedsPerson("asked for a person after the ticket")


async def danger(call: Call) -> Outcome:
    await Ask(Prompt("wrong"))
    return NeedsPerson("danger")


class Nothing(Outcome):
    kind = OutcomeClass.MISSED


async def nothing(call: Call) -> Outcome:
    return Nothing()


async def told(call: Call) -> Outcome:
    return Outcome()


def run(*answers: Any, plan_text: str = PLAN, **topics: Any) -> Rehearsal:
    held: Mapping[str, Any] = {"no_power": no_power, "nothing": nothing, "danger": danger, **topics}
    files = {"hotline": plan_text, "danger": DANGER, "calendar": OFFICE, "numbers": NUMBERS}
    around = Surroundings(held, book(), QUEUES, "hotline", today=TODAY, means=MEANS.get)
    examined = examine({f"dialplans/{name}.yaml": text for name, text in files.items()}, around, version="v1")
    assert examined.plan is not None, examined.problems
    understanding = Understanding(lambda text, phrases: None, MEANS.get)
    errands = {Now: lambda _: NOW, CurrentAnnouncement: lambda _: NoAnnouncement()}
    return rehearse(walk(examined.plan, CALL, held, None, understanding), answers, errands)


def transfer_of(done: Rehearsal) -> Transfer:
    (transfer,) = done.of(Transfer)
    assert isinstance(transfer, Transfer)
    return transfer


def test_reason_address_ticket_and_last_words_are_told() -> None:
    transfer = transfer_of(run(Utterance("у нас света нет"), Connected()))
    assert dict(transfer.context) == {
        "node": "hotline:people",
        "why": "asked for a person after the ticket",
        "reason": "Нет света",
        "address": "ул. Ленина, 5",
        "ticket": "100237",
        "words": "у нас света нет",
        "name": "Нет света ул. Ленина 5 №100237",
    }
    assert [prompt.name for prompt in transfer.whisper] == ["whisper_no_power", "whisper_place", "whisper_ticket"]


def test_a_topic_that_had_nothing_to_say_is_not_what_the_call_is_about() -> None:
    transfer = transfer_of(run(Connected(), no_power=nothing))
    assert transfer.whisper == ()
    assert "reason" not in dict(transfer.context)


def test_a_topic_that_served_the_caller_is() -> None:
    transfer = transfer_of(run(Connected(), no_power=told))
    assert [prompt.name for prompt in transfer.whisper] == ["whisper_no_power"]


def test_a_topic_that_the_caller_leaves_for_a_person_is_told_of() -> None:
    transfer = transfer_of(run(Utterance("оператор"), Connected()))
    assert transfer.queue == "operators"
    assert dict(transfer.context)["reason"] == "Нет света"
    assert dict(transfer.context)["words"] == "оператор"


def test_a_dialplan_may_leave_the_whisper_out() -> None:
    knows = run(
        Utterance("у нас света нет"),
        Connected(),
        plan_text=PLAN.replace("queue: operators", "queue: operators, whisper: no"),
    )
    assert transfer_of(knows).whisper == ()
    assert dict(transfer_of(knows).context)["ticket"] == "100237"


def test_who_speaks_of_danger_gets_a_dispatcher_who_knows_and_is_not_led_away_by_asking_for_a_person() -> None:
    done = run(Utterance("искрит"), Utterance("оператор"), Connected())
    assert done.nodes[-3:] == ["danger:first", "danger:where", "danger:dispatchers"]
    transfer = transfer_of(done)
    assert (transfer.queue, transfer.priority) == ("dispatchers", 10)
    assert dict(transfer.context)["reason"] == "Опасность"
    assert dict(transfer.context)["words"] == "искрит … оператор"
    assert [prompt.name for prompt in transfer.whisper] == ["whisper_danger"]


def test_what_was_keyed_is_no_word() -> None:
    transfer = transfer_of(run(Digits("1"), Connected()))
    assert "words" not in dict(transfer.context)


def test_silence_is_no_word_either() -> None:
    assert "words" not in dict(transfer_of(run(NoInput(), Connected())).context)
