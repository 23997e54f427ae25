"""What the robot's own questions ask callers to say is understood, where it is offered beside keys."""

from dataclasses import replace

import pytest

from ivr.call.errands import OpenTicket
from ivr.call.last_place import KeepLastPlace, LastPlace
from ivr.call.model import NeedsPerson, NoInput, Utterance
from robot.errands import ReportTrouble, UnderstandAddress
from robot.how_far import NEIGHBOURS, NOT_KNOWN, ONLY_HERE
from robot.topics.no_power import no_power
from robot.understanding.understood import Matched
from tests.core.robot.test_no_power import STAR, run
from tests.core.robot.world import errands, outage, point

SILENT = NoInput()
TWO_HOUSES = [point(), point("p2", "ул. Мира", "3")]


@pytest.mark.parametrize("words", ["второй", "улица мира", "мира"])
def test_one_of_several_known_addresses_is_chosen_in_words(words: str) -> None:
    done = run(no_power, Utterance(words), SILENT, world=errands(TWO_HOUSES))
    (opened,) = done.of(OpenTicket)
    assert opened.point_id == "p2"


@pytest.mark.parametrize("words", ["другой адрес", "нет другой адрес"])
def test_none_of_the_known_addresses(words: str) -> None:
    done = run(no_power, Utterance(words), STAR, world=errands(TWO_HOUSES))
    assert done.names == ["which_of_two", "account_ask"]
    assert done.outcome == NeedsPerson("asked for a person")


@pytest.mark.parametrize("words", ["да", "света нет", "нет света", "да зарегистрируйте"])
def test_the_address_of_the_number_is_right(words: str) -> None:
    done = run(no_power, Utterance(words), SILENT, world=errands([point()]))
    (opened,) = done.of(OpenTicket)
    assert opened.point_id == "p1"
    assert done.names.count("register_here") == 1


def test_the_address_of_the_number_is_another() -> None:
    done = run(no_power, Utterance("другой адрес"), STAR, world=errands([point()]))
    assert done.names == ["outage_none_known", "register_here", "account_ask"]
    assert not done.of(OpenTicket)


def test_a_bare_no_is_asked_about_again_before_anybody_is_sent_there() -> None:
    done = run(no_power, Utterance("нет"), SILENT, SILENT, world=errands([point()]))
    assert done.names.count("register_here") == 2


def test_the_right_address_is_taken_from_the_no() -> None:
    other = point("p2", "ул. Мира", "3", phones="")
    world = errands([point(), other])
    world[UnderstandAddress] = lambda errand: Matched(replace(other.address, flat=""), 0.95)
    done = run(no_power, Utterance("нет улица мира дом три"), SILENT, world=world)
    (opened,) = done.of(OpenTicket)
    assert opened.point_id == "p2"


@pytest.mark.parametrize(
    ("words", "how_far"),
    [
        ("у соседей нет", NEIGHBOURS),
        ("нигде нет", NEIGHBOURS),
        ("нет не только у меня", NEIGHBOURS),
        ("не у меня одного", NEIGHBOURS),
        ("у всех свет есть", ONLY_HERE),
        ("нет у соседей есть", ONLY_HERE),
        ("в подъезде свет есть", ONLY_HERE),
        ("да только у нас", ONLY_HERE),
        ("не смотрел", NOT_KNOWN),
    ],
)
def test_how_far_it_is_dark(words: str, how_far: str) -> None:
    done = run(no_power, SILENT, SILENT, far=Utterance(words), world=errands([point()]))
    (opened,) = done.of(OpenTicket)
    assert how_far in opened.text
    (reported,) = done.of(ReportTrouble)
    assert reported.alone is (how_far == ONLY_HERE)


def test_the_address_that_was_corrected_is_the_one_for_the_next_call() -> None:
    first, second = point(phones=""), point("p2", "ул. Мира", "3", phones="")
    world = errands([first, second], [outage()])
    left = [first, second]
    world[UnderstandAddress] = lambda errand: Matched(replace(left.pop(0).address, flat=""), 0.95)
    kept: list[str] = []
    world[KeepLastPlace] = lambda errand: kept.append(errand.point) or LastPlace(errand.point)
    run(no_power, Utterance("ленина пять"), Utterance("нет мира дом три"), SILENT, world=world)
    assert kept == ["p1", "p2"]
