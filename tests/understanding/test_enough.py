"""When the ear need not wait any longer: the answer is whole, and nothing can follow that would change it."""

import pytest

from ivr.call.model import Speech
from outage_feed.model import Address, Settlement, Street
from outage_feed.places import Places
from robot.understanding.enough import enough
from robot.understanding.spoken_places import places_of

KURSK = Settlement("Курск", "г", "", "46")
MENU = Speech("choice", ("света нет", "отключили свет", "плохое напряжение"))
OFFER = Speech("choice", ("другой адрес",), or_yes_no=True)
ADDRESS = Speech("address")


@pytest.fixture(scope="module")
def places() -> Places:
    houses = {"Ленина": ("5", "20", "25", "27", "27а"), "Мира": ("20", "30/1", "100", "117")}
    return places_of(Address(KURSK, Street(name, "ул"), house) for name, of in houses.items() for house in of)


@pytest.mark.parametrize(
    ("text", "speech"),
    [
        ("оператора", ADDRESS),
        ("искрит провод", None),
        ("у нас света нет", MENU),
        ("да", OFFER),
        ("да пришлите", OFFER),
        ("нет спасибо", OFFER),
        ("другой адрес", OFFER),
        ("верно", Speech("yes_no")),
        ("город курск улица ленина дом пять", ADDRESS),
        ("курск ленина двадцать пять", ADDRESS),
        ("курск улица мира двадцать", ADDRESS),
        ("курск улица мира тридцать дробь один", ADDRESS),
    ],
)
def test_a_whole_answer(text: str, speech: Speech | None, places: Places) -> None:
    assert enough(text, speech, places)


@pytest.mark.parametrize(
    ("text", "speech"),
    [
        ("здравствуйте", MENU),
        ("да", MENU),
        ("нет", OFFER),
        ("нет не ленина", OFFER),
        ("сорок шесть", Speech("digits", digits=10)),
        ("курск улица ленина", ADDRESS),
        ("курск улица ленина двадцать", ADDRESS),  # двадцать пять
        ("курск улица ленина двадцать семь", ADDRESS),  # а
        ("курск улица мира сто", ADDRESS),  # семнадцать
        ("курск улица ленина девять", ADDRESS),  # is none
        ("света нет", None),
    ],
)
def test_an_answer_that_may_go_on(text: str, speech: Speech | None, places: Places) -> None:
    assert not enough(text, speech, places)


def test_without_the_register_an_address_is_waited_for() -> None:
    assert not enough("город курск улица ленина дом пять", ADDRESS)
