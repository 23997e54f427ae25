"""Which turns of a record count as missed, and which as handed over."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from ivr.call.listening import WAITING, Meant
from ivr.call.model import (
    Answer,
    Call,
    CallRecord,
    Connected,
    Digits,
    Ended,
    Entry,
    HungUp,
    NoInput,
    NoMatch,
    Prompt,
    Speech,
    Utterance,
)
from ivr.call.script import ask_until
from ivr.call.verbs import Ask, Enter, Note, Reply, Say, Transfer
from ivr.misses import Miss, misses_of

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
QUESTION = Ask(Prompt("menu"), wait=5, speech=Speech("choice", ("нет света",)))
AGAIN = Prompt("menu_no_match")


def means(text: str) -> Meant | None:
    return {"повторите": Meant.REPEAT, "подождите": Meant.WAIT, "оператор": Meant.PERSON}.get(text)


def record(*did: tuple[Any, Any]) -> CallRecord:
    entries = tuple(Entry(n, float(n), 0.5, verb, value) for n, (verb, value) in enumerate(did))
    return CallRecord(Call("c1", None, "8800", NOW), "v1", Ended(), NOW, entries)


def asked(*answers: Answer) -> list[tuple[Any, Any]]:
    """What :func:`ask_until` does with the answers, as recorded."""
    script = ask_until(
        QUESTION,
        lambda heard: heard if heard in (Utterance("нет света"), Digits("1")) else None,
        no_input=[Prompt("menu_no_input")],
        no_match=[AGAIN, AGAIN],
    )
    did: list[tuple[Any, Any]] = []
    left = list(answers)
    reply: Reply[Any] | None = None
    with suppress(StopIteration):
        while True:
            verb = script.send(reply)
            value = left.pop(0) if isinstance(verb, Ask) else None
            did.append((verb, value))
            reply = Reply(value)
    assert not left
    return did


def found(*did: tuple[Any, Any]) -> list[tuple[str, str, Any]]:
    return [(miss.kind, miss.node, miss.heard) for miss in misses_of(record((Enter("a:menu"), None), *did), means)]


def test_what_is_asked_again_was_not_understood() -> None:
    assert found(*asked(Utterance("ток", 0.4), Utterance("нет света"))) == [
        ("no match", "a:menu", Utterance("ток", 0.4))
    ]
    assert found(*asked(Digits("9"), NoMatch(), NoInput(), Digits("1"))) == [
        ("no match", "a:menu", Digits("9")),
        ("no match", "a:menu", NoMatch()),
    ]
    assert found(*asked(Digits("1"))) == []


def test_giving_up_counts_and_whoever_then_gets_a_person_counts_once() -> None:
    did = asked(Utterance("а"), Utterance("б"), Utterance("в"))
    assert [heard for _, _, heard in found(*did)] == [Utterance("а"), Utterance("б"), Utterance("в")]
    over = Transfer("operators", context=(("node", "a:people"), ("why", "not understood")))
    misses = list(
        misses_of(record((Enter("a:menu"), None), *did, (Enter("a:people"), None), (over, Connected())), means)
    )
    assert [(miss.kind, miss.node) for miss in misses] == [
        ("no match", "a:menu"),
        ("no match", "a:menu"),
        ("handed over", "a:menu"),
    ]
    assert misses[-1].why == "not understood"
    assert misses[-1].heard == Utterance("в")


@pytest.mark.parametrize(
    ("answer", "then"),
    [
        (Utterance("повторите"), Ask(Prompt("menu"), wait=5, speech=QUESTION.speech, flush=True)),
        (Utterance("подождите"), Ask(WAITING, wait=30, speech=QUESTION.speech, flush=True)),
        (Digits("*"), Ask(Prompt("menu"), wait=5, speech=QUESTION.speech, flush=True)),
        (Digits("1"), Ask(Prompt("other"), wait=5, speech=QUESTION.speech)),
        (Digits("1"), Ask(Prompt("more_digits"), wait=3, speech=QUESTION.speech, flush=True)),
        (Digits("1"), Note("key 1: нет света")),
        (Utterance("да"), Say(Prompt("told"))),
        (NoInput(), Ask(AGAIN, wait=5, speech=QUESTION.speech, flush=True)),
        (HungUp(), Note("gone")),
    ],
)
def test_what_is_no_miss(answer: Any, then: Any) -> None:
    assert found((QUESTION, answer), (then, None if not isinstance(then, Ask) else HungUp())) == []


def test_a_person_who_was_asked_for() -> None:
    transfer = Transfer("operators", context=(("why", "said: person"),))
    did = ((QUESTION, Utterance("оператор", 0.9)), (Note("the caller speaks of person"), None))
    (miss,) = misses_of(record((Enter("a:menu"), None), *did, (Enter("p:op"), None), (transfer, Connected())), means)
    assert miss == Miss("handed over", "a:menu", miss.entry, "said: person")
    assert (miss.heard, miss.confidence) == (Utterance("оператор", 0.9), 0.9)


def test_a_transfer_without_any_question() -> None:
    (miss,) = misses_of(record((Enter("night:queue"), None), (Transfer("operators"), HungUp())), means)
    assert (miss.kind, miss.node, miss.heard, miss.confidence) == ("handed over", "night:queue", None, None)


def test_an_errand_that_made_nothing_of_the_words_counts_where_the_same_is_asked_again() -> None:
    did = ((QUESTION, Utterance("абракадабра")), (Note("x"), None), ("errand", "nothing"))

    def missed(*then: tuple[Any, Any]) -> list[Any]:
        called = record((Enter("a:address"), None), *did, *then)
        return [miss.heard for miss in misses_of(called, means, lambda answer: answer == "nothing")]

    again, another = Ask(Prompt("again"), speech=QUESTION.speech), Ask(Prompt("right"), speech=Speech("yes_no"))
    assert missed((Say(Prompt("sorry")), None), (again, HungUp())) == [Utterance("абракадабра")]
    assert missed((another, HungUp())) == missed((Enter("b:x"), None), (again, HungUp())) == missed() == []
