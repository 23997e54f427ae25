"""Whoever has said an address in an earlier call need not say it again."""

import pytest

from ivr.call.last_place import FindLastPlace, KeepLastPlace
from ivr.call.model import Digits, NeedsPerson, NoInput, Utterance
from robot.errands import FindServicePoints, Points, UnderstandAddress
from robot.last_place import keep_place, place_of_last_call
from robot.outcomes import Informed
from robot.topics.no_power import no_power
from robot.understanding.understood import Matched
from tests.core.rehearse import rehearse
from tests.core.robot.world import CALL, HIDDEN, errands, outage, point

OTHERS = point("p1", phones="+79000000000")


def test_the_place_of_the_last_call_is_asked_about_and_told() -> None:
    world = errands([OTHERS], [outage()], last_place="p1")
    done = rehearse(lambda: no_power(CALL), (Digits("1"), NoInput()), world)
    assert done.names[:2] == ["last_place_ask", "outage_planned"]
    assert isinstance(done.outcome, Informed)


@pytest.mark.parametrize("answer", [(Digits("2"),), (NoInput(),), (Digits("7"), Digits("7"))])
def test_without_a_yes_the_address_is_asked_for(answer: tuple[object, ...]) -> None:
    done = rehearse(lambda: no_power(CALL), (*answer, Digits("*")), errands([OTHERS], last_place="p1"))
    assert done.names == ["last_place_ask"] * len(answer) + ["account_ask"]


def test_another_address_may_be_said_at_once() -> None:
    world = errands([OTHERS], last_place="p1")
    world[UnderstandAddress] = lambda errand: Matched(point("p3", house="7").address, 0.99)
    world[FindServicePoints] = lambda errand: (
        Points((point("p3", house="7"),)) if errand.address else Points((OTHERS,) if errand.id else ())
    )
    done = rehearse(lambda: no_power(CALL), (Utterance("нет дом семь улица ленина"), NoInput(), NoInput()), world)
    assert [errand.heard for errand in done.of(UnderstandAddress)] == [("дом семь улица ленина",)]
    assert done.of(KeepLastPlace) == [KeepLastPlace(CALL.caller, "p3", CALL.id)]


def test_a_person_is_had_from_there_too() -> None:
    done = rehearse(lambda: no_power(CALL), (Digits("0"),), errands([OTHERS], last_place="p1"))
    assert done.outcome == NeedsPerson("asked for a person")


@pytest.mark.parametrize(("call", "last"), [(CALL, ""), (CALL, "gone"), (HIDDEN, "p1")])
def test_nobody_is_asked_about_a_place_that_is_not_known(call, last) -> None:
    done = rehearse(lambda: place_of_last_call(call), (), errands([OTHERS], last_place=last))
    assert done.names == []
    assert done.of(FindLastPlace) == ([] if call is HIDDEN else [FindLastPlace(CALL.caller)])


def test_what_the_caller_has_said_is_kept_if_it_is_one_house() -> None:
    one = (point("p1"), point("p2", flat="13"))
    two = (point("p1"), point("p3", house="7"))
    assert rehearse(lambda: keep_place(CALL, one), (), errands()).of(KeepLastPlace) == [
        KeepLastPlace(CALL.caller, "p1", CALL.id)
    ]
    assert rehearse(lambda: keep_place(CALL, two), (), errands()).of(KeepLastPlace) == []
    assert rehearse(lambda: keep_place(HIDDEN, one), (), errands()).of(KeepLastPlace) == []
