"""Addresses by voice against a small register: phrases → what is understood, or what is asked next."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outage_feed.model import Settlement
from outage_feed.names import parse_street
from robot.understanding.address import (
    SURE,
    Ambiguous,
    Hints,
    HouseUnknown,
    Incomplete,
    Matched,
    NotFound,
    SoFar,
    Understood,
    understand_address,
)
from robot.understanding.spoken_places import places_of
from tests.understanding.register import PLACES, addresses, settlement

ORYOL = settlement("г. Орёл")
KURSK = settlement("г. Курск")
LENINA = parse_street("ул. Ленина")
NOTHING = SoFar()


def understand(*heard: str, so_far: SoFar = NOTHING, hints: Hints | None = None) -> Understood:
    return understand_address(heard, PLACES, so_far, hints or Hints())


def sure(answer: Understood) -> str:
    """The address that is sure; an assertion fails where none is."""
    assert isinstance(answer, Matched), answer
    assert answer.confidence >= SURE, answer
    assert answer.address in addresses()
    return str(answer.address)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("орёл ленина пять", "г. Орёл, ул. Ленина, 5"),
        ("орел улица ленина дом пять", "г. Орёл, ул. Ленина, 5"),
        ("дом пять улица ленина орёл", "г. Орёл, ул. Ленина, 5"),
        ("ленина дом пять это город орёл", "г. Орёл, ул. Ленина, 5"),
        ("в орле на ленина пять", "г. Орёл, ул. Ленина, 5"),
        ("Орёл, ул Ленина, 25/1", "г. Орёл, ул. Ленина, 25/1"),
        ("у нас нет света орёл ленина дом пять квартира три", "г. Орёл, ул. Ленина, 5"),
        ("здравствуйте я живу в городе орле на улице ленина двадцать пять дробь один", "г. Орёл, ул. Ленина, 25/1"),
        ("ну значит это самое улица герцена э дом восемь в орле", "г. Орёл, ул. Герцена (Дворянская), 8"),
        ("орёл дворянская восемь", "г. Орёл, ул. Герцена (Дворянская), 8"),
        ("орёл ленина двадцать пять", "г. Орёл, ул. Ленина, 25"),
        ("орёл ленина двадцать пять а", "г. Орёл, ул. Ленина, 25а"),
        ("в курске на садовой тридцать один", "г. Курск, ул. Садовая, 31"),
        ("в орле на садовой пять", "г. Орёл, ул. Садовая, 5"),
        ("в орле переулок садовый пять", "г. Орёл, пер. Садовый, 5"),
        ("орёл восьмого марта пять", "г. Орёл, ул. 8 Марта, 5"),
        ("орёл восьмое марта двенадцать а", "г. Орёл, ул. 8 Марта, 12а"),
        ("орёл восемь марта восемь", "г. Орёл, ул. 8 Марта, 8"),
        ("орёл пятьдесят лет октября пятьдесят два", "г. Орёл, ул. 50 лет Октября, 52"),
        ("орёл пятидесятилетия октября дом два", "г. Орёл, ул. 50 лет Октября, 2"),
        ("орёл сорок лет победы пять", "г. Орёл, ул. 40 лет Победы, 5"),
        ("орёл первая молодёжная два", "г. Орёл, ул. 1-я Молодежная, 2"),
        ("орёл вторая молодежная дом четыре", "г. Орёл, ул. 2-я Молодежная, 4"),
        ("орёл первый переулок газа дом два", "г. Орёл, пер. Газа 1-й, 2"),
        ("карла маркса пять орёл", "г. Орёл, ул. К.Маркса, 5"),
        ("орёл маркса семь", "г. Орёл, ул. К.Маркса, 7"),
        ("в курске карла маркса шестьдесят шесть квартира двенадцать", "г. Курск, ул. Карла Маркса, 66"),
        ("орёл наугорское шоссе десять", "г. Орёл, ш. Наугорское, 10"),
        ("орёл улица наугорское шоссе двенадцать", "г. Орёл, ш. Наугорское, 12"),
        ("орёл улица набережная дом четыре", "г. Орёл, ул. Набережная, 4"),
        ("орёл бульвар победы девять", "г. Орёл, б-р Победы, 9"),
        ("орёл жукова пятнадцать корпус два", "г. Орёл, ул. Маршала Жукова, 15 к2"),
        ("орёл новая владение три", "г. Орёл, ул. Новая, вл.3"),
        ("город грязи улица мира дом один", "г. Грязи, ул. Мира, 1"),
        ("липецкая область грязи песковатская четырнадцать", "г. Грязи, ул. Песковатская, 14"),
        ("в клинцах на мира семь", "г. Клинцы, ул. Мира, 7"),
        ("в хреновом на лесной два", "с. Хреновое, ул. Лесная, 2"),
        ("посёлок городского типа анна ленина двадцать один", "рп Анна, ул. Ленина, 21"),
        ("посёлок пески дом два", "п. Пески, 2"),
        ("эсэнтэ пески участок пятнадцать", "СНТ Пески, уч.15"),
        ("садовое товарищество пески участок два", "СНТ Пески, 2"),
        ("нижняя велица четыре", "д. Нижняя Велица, 4"),
        ("деревня бор нерехтский район дом два", "д. Бор, 2"),
    ],
)
def test_an_address_said_in_full_is_sure(said: str, meant: str) -> None:
    assert sure(understand(said)) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("орёл леннина пять", "г. Орёл, ул. Ленина, 5"),
        ("орёл ленин градская пять", "г. Орёл, ул. Ленинградская, 5"),
        ("орёл ленинградскую пять", "г. Орёл, ул. Ленинградская, 5"),
        ("донков мира два", "г. Данков, ул. Мира, 2"),
        ("грязи писковацкая четырнадцать", "г. Грязи, ул. Песковатская, 14"),
        ("грязи песковадская четырнадцать", "г. Грязи, ул. Песковатская, 14"),
        ("орёл ленина во семь нет пять", "г. Орёл, ул. Ленина, 5"),
        ("орёл ленина двадцатьпять", "г. Орёл, ул. Ленина, 25"),
    ],
)
def test_a_wrong_sound_or_a_wrong_space_does_no_harm(said: str, meant: str) -> None:
    assert sure(understand(said)) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("нет не ленина ленинградская дом пять орёл", "г. Орёл, ул. Ленинградская, 5"),
        ("орёл улица ленина нет ленинградская дом пять", "г. Орёл, ул. Ленинградская, 5"),
        ("орёл не улица ленина а ленинградская пять", "г. Орёл, ул. Ленинградская, 5"),
        ("орёл ленина пять ой нет дом семь", "г. Орёл, ул. Ленина, 7"),
        ("орёл ленина не пять а семь", "г. Орёл, ул. Ленина, 7"),
        ("нет не в орле а в курске ленина пять", "г. Курск, ул. Ленина, 5"),
        ("ленина пять нет шесть курск", "г. Курск, ул. Ленина, 6"),
        ("в орле точнее в курске ленина шесть", "г. Курск, ул. Ленина, 6"),
    ],
)
def test_whoever_corrects_himself_is_taken_at_his_last_word(said: str, meant: str) -> None:
    assert sure(understand(said)) == meant


@pytest.mark.parametrize(
    ("said", "best"),
    [
        ("песковатская четырнадцать", "г. Грязи, ул. Песковатская, 14"),  # the settlement was not said
        ("улица ленина дом сто двадцать пять", "г. Орёл, ул. Ленина, 125"),  # other places have such a street
        ("в орле на садовом пять", "г. Орёл, пер. Садовый, 5"),
        ("пески два", "п. Пески, 2"),
        ("велица четыре", "д. Нижняя Велица, 4"),
        ("новая садовая пять орёл", "г. Орёл, ул. Садовая, 5"),
        ("орёл старая ленинградская пять", "г. Орёл, ул. Ленинградская, 5"),
        ("бор один", "д. Бор, 1"),
    ],
)
def test_what_may_be_something_else_is_not_sure(said: str, best: str) -> None:
    answer = understand(said)
    assert isinstance(answer, Matched)
    assert answer.confidence < SURE
    assert str(answer.address) == best


@pytest.mark.parametrize(
    ("said", "asks", "candidates"),
    [
        ("улица ленина дом пять", "settlement", {"г. Орёл, ул. Ленина, 5", "г. Курск, ул. Ленина, 5"}),
        ("мира один", "settlement", {"г. Грязи, ул. Мира, 1", "г. Данков, ул. Мира, 1"}),
        ("город орёл город курск ленина пять", "settlement", {"г. Орёл, ул. Ленина, 5", "г. Курск, ул. Ленина, 5"}),
        ("деревня бор дом два", "district", {"д. Бор, 2"}),
        ("орёл молодёжная два", "street", {"г. Орёл, ул. 1-я Молодежная, 2", "г. Орёл, ул. 2-я Молодежная, 2"}),
        ("жукова пятнадцать", "house", {f"г. Орёл, ул. Маршала Жукова, 15 к{block}" for block in (1, 2)}),
        ("орёл ленина двадцать пять один", "house", {"г. Орёл, ул. Ленина, 25", "г. Орёл, ул. Ленина, 25/1"}),
    ],
)  # fmt: skip
def test_what_fits_twice_is_asked(said: str, asks: str, candidates: set[str]) -> None:
    answer = understand(said)
    assert isinstance(answer, Ambiguous)
    assert answer.asks == asks
    assert len(answer.candidates) == 2
    assert set(map(str, answer.candidates)) == candidates


@pytest.mark.parametrize(
    ("said", "shared", "then", "meant"),
    [
        ("деревня бор два", SoFar(Settlement("Бор", "д", region="44"), None, "2"), "в нерехтском районе", "д. Бор, 2"),
        ("улица ленина дом пять", SoFar(None, LENINA, "5"), "в курске", "г. Курск, ул. Ленина, 5"),
        ("орёл молодёжная два", SoFar(ORYOL, None, "2"), "вторая молодёжная", "г. Орёл, ул. 2-я Молодежная, 2"),
        ("орёл жукова пятнадцать", SoFar(ORYOL, parse_street("ул. Маршала Жукова")), "пятнадцать корпус один",
         "г. Орёл, ул. Маршала Жукова, 15 к1"),
    ],
)  # fmt: skip
def test_what_candidates_share_is_gone_on_from(said: str, shared: SoFar, then: str, meant: str) -> None:
    answer = understand(said)
    assert isinstance(answer, Ambiguous)
    assert answer.shared == shared
    assert sure(understand(then, so_far=answer.shared)) == meant


def test_a_street_said_without_a_house_may_be_two() -> None:
    answer = understand("орёл молодёжная")
    assert isinstance(answer, Ambiguous)
    assert [each.house for each in answer.candidates] == ["", ""]
    assert answer.shared == SoFar(ORYOL)
    assert understand("молодёжная", so_far=SoFar(ORYOL)) == answer


@pytest.mark.parametrize(
    ("said", "asks", "so_far"),
    [
        ("улица ленина", "settlement", SoFar(None, LENINA)),
        ("дом пять", "settlement", SoFar(None, None, "5")),
        ("орёл", "street", SoFar(ORYOL)),
        ("город орёл дом пять", "street", SoFar(ORYOL, None, "5")),
        ("у нас в орле дерево упало на провода", "street", SoFar(ORYOL)),
        ("орёл ленина", "house", SoFar(ORYOL, LENINA)),
        ("песковатская", "house", SoFar(None, parse_street("ул. Песковатская"))),  # its town was not said
        ("песковатская сто", "settlement", SoFar(None, parse_street("ул. Песковатская"), "100")),
        ("посёлок пески", "house", SoFar(settlement("п. Пески"))),
        ("деревня бор", "house", SoFar(Settlement("Бор", "д"))),
    ],
)
def test_what_is_missing_is_asked(said: str, asks: str, so_far: SoFar) -> None:
    assert understand(said) == Incomplete(so_far, asks)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "so_far"),
    [
        ("", NOTHING),
        ("алло", NOTHING),
        ("короче", NOTHING),
        ("доброе утро", NOTHING),
        ("второй день нет света", NOTHING),
        ("минут двадцать назад одна фаза", NOTHING),
        ("алексей", NOTHING),
        ("света нет уже два часа", NOTHING),
        ("орёл третья молодёжная дом один", SoFar(ORYOL, None, "1")),  # neither the first nor the second
        ("орёл улица кукурузная дом пять", SoFar(ORYOL, None, "5")),  # Курск has such a street
        ("орёл улица вишнёвая дом пять", SoFar(ORYOL, None, "5")),
    ],
)
def test_what_the_register_does_not_have_is_not_found(said: str, so_far: SoFar) -> None:
    assert understand(said) == NotFound(so_far)


def test_a_house_that_the_street_does_not_have() -> None:
    assert understand("орёл ленина шестьдесят") == HouseUnknown(SoFar(ORYOL, LENINA, "60"), "60")
    told_in_less_detail = understand("орёл ленина семь корпус два")
    assert isinstance(told_in_less_detail, Matched)
    assert told_in_less_detail.confidence < SURE
    assert told_in_less_detail.address.house == "7"


@pytest.mark.parametrize(
    ("said", "so_far", "meant"),
    [
        ("дом пять", SoFar(ORYOL, LENINA), "г. Орёл, ул. Ленина, 5"),
        ("двадцать пять а", SoFar(ORYOL, LENINA), "г. Орёл, ул. Ленина, 25а"),
        ("садовая пять", SoFar(ORYOL), "г. Орёл, ул. Садовая, 5"),
        ("в курске", SoFar(None, LENINA, "5"), "г. Курск, ул. Ленина, 5"),
        ("нет в курске", SoFar(ORYOL, LENINA, "5"), "г. Курск, ул. Ленина, 5"),
        ("нет не ленина ленинградская", SoFar(ORYOL, LENINA, "5"), "г. Орёл, ул. Ленинградская, 5"),
        ("нет дом семь", SoFar(ORYOL, LENINA, "5"), "г. Орёл, ул. Ленина, 7"),
        ("карла маркса пять", SoFar(ORYOL, LENINA), "г. Орёл, ул. К.Маркса, 5"),
        ("первая", SoFar(ORYOL, parse_street("ул. Молодежная"), "1"), None),
    ],
)
def test_earlier_turns_are_gone_on_from(said: str, so_far: SoFar, meant: str | None) -> None:
    answer = understand(said, so_far=so_far)
    if meant is None:
        assert not (isinstance(answer, Matched) and answer.confidence >= SURE)
    else:
        assert sure(answer) == meant


@pytest.mark.parametrize("said", ["нерехтский район", "в нерехтском районе", "нерехтский", "нерехцкий район"])
def test_the_district_tells_villages_of_one_name_apart(said: str) -> None:
    answer = understand(said, so_far=SoFar(Settlement("Бор", "д", region="44"), None, "2"))
    assert sure(answer) == "д. Бор, 2"
    assert isinstance(answer, Matched)
    assert answer.address.settlement.district == "Нерехтский р-н"


def test_what_is_taken_back_is_asked_anew() -> None:
    assert understand("нет не ленина", so_far=SoFar(ORYOL, LENINA, "5")) == Incomplete(
        SoFar(ORYOL, None, "5"), "street"
    )


@pytest.mark.parametrize(
    ("hints", "meant"),
    [
        (Hints("57"), "г. Орёл, ул. Ленина, 5"),
        (Hints(near=(KURSK,)), "г. Курск, ул. Ленина, 5"),
        (Hints("57", near=(KURSK, ORYOL)), "г. Курск, ул. Ленина, 5"),
    ],
)
def test_hints_choose_but_make_nothing_sure(hints: Hints, meant: str) -> None:
    answer = understand("ленина пять", hints=hints)
    assert isinstance(answer, Matched)
    assert str(answer.address) == meant
    assert answer.confidence < SURE


def test_hints_do_not_overrule_what_was_said() -> None:
    assert sure(understand("орёл ленина пять", hints=Hints("46", near=(KURSK,)))) == "г. Орёл, ул. Ленина, 5"
    assert understand("ленина пять", hints=Hints("31")) == understand("ленина пять")
    assert understand("орёл ленина шестьдесят", hints=Hints("57")) == understand("орёл ленина шестьдесят")


def test_alternatives_of_the_recogniser_help_and_warn() -> None:
    assert sure(understand("пожар", "орёл ленина пять")) == "г. Орёл, ул. Ленина, 5"
    assert sure(understand("орёл ленина пять", "орёл улица ленина дом пять")) == "г. Орёл, ул. Ленина, 5"
    other_house = understand("орёл ленина пять", "орёл ленина девять")
    assert isinstance(other_house, Matched)
    assert other_house.confidence < SURE
    assert other_house.address.house == "5"
    only_there = understand("орёл ленина пятьдесят", "орёл ленина пять")
    assert isinstance(only_there, Matched)
    assert only_there.confidence < SURE
    assert only_there.address.house == "5"


@given(
    st.lists(
        st.sampled_from(
            "орёл ленина дом пять не нет а улица район область бор два квартира дробь бэ первая село в".split()
        ),
        max_size=9,
    )
)
def test_any_words_give_an_answer_out_of_the_register(words: list[str]) -> None:
    answer = understand(" ".join(words))
    if isinstance(answer, Matched):
        assert answer.address in addresses()
        assert 0.0 <= answer.confidence <= 1.0
    if isinstance(answer, Ambiguous):
        assert len(answer.candidates) > 1


def test_the_only_settlement_of_a_register_need_not_be_said() -> None:
    one_town = places_of(each for each in addresses() if each.settlement == ORYOL)
    assert sure(understand_address(["ленина пять"], one_town)) == "г. Орёл, ул. Ленина, 5"
    assert understand_address(["дом пять"], one_town) == Incomplete(SoFar(ORYOL, None, "5"), "street")
    assert understand_address(["алло"], one_town) == NotFound(SoFar(ORYOL))
