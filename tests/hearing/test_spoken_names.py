"""Names as words of a recogniser: cut, bent, spelt."""

import pytest

from ivr.prompts.russian.places import place_name
from robot.hearing.spoken_names import heard_as, missing, spelt, unusable, variants, with_yo, words_of


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("село Конь-Колодезь", "село конь колодезь"),
        ("улица Карла Маркса/Энгельса", "улица карла маркса энгельса"),
        ("За\u0301речье, «Заря»", "заречье заря"),
        ("Краи\u0306ний", "крайний"),
        ("улица 1905 года", "улица тысяча девятьсот пятого года"),
        ("1900 год", "тысяча девятьсот год"),
        ("45-й километр", "сорок пять й километр"),
        ("улица Grin, 5", "улица пять"),
        ("ЁЛКИ…", "ёлки"),
        ("", ""),
    ],
)
def test_words(phrase: str, words: str) -> None:
    assert " ".join(words_of(phrase)) == words


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("ул. 9 Января", "улица девятого января"),
        ("1-я Молодежная ул.", "улица первая молодёжная"),
        ("ул. им. Ленина", "улица имени ленина"),
        ("ул. К. Маркса", "улица карла маркса"),
        ("ул. Усть-Илимская", "улица усть илимская"),
        ("ул. им. 60-летия СССР", "улица имени шестидесятилетия эс эс эс эр"),
    ],
)
def test_names_of_a_register_as_they_are_spoken(written: str, spoken: str) -> None:
    assert set(words_of(place_name(written))) == set(spoken.split())
    assert unusable(place_name(written)) == ()


def test_what_is_no_word_is_told() -> None:
    assert unusable("улица Grin, 5") == ("grin",)
    assert unusable("а" * 200) == ("а" * 200,)
    assert unusable("абв123 1234567") == ("абв123", "1234567")


def test_variants() -> None:
    assert variants("улица Девятого Января") == ("улица девятого января", "улица девятое января", "девятого января")
    assert variants("улица первого отделения")[0] == "улица первого отделения"
    assert {"улица садовая", "садовой", "садовую"} <= set(variants("улица Садовая"))
    assert {"деревня каменка", "каменке", "каменки"} <= set(variants("деревня Каменка"))
    assert {"курский район", "курском"} <= set(variants("Курский район"))
    assert {"посёлок городского типа новый бор", "новом боре"} <= set(variants("посёлок городского типа Новый Бор"))
    assert variants("хищение") == ("хищение",)
    assert variants("улица") == ("улица",)
    assert variants("Grin") == ()


def test_either_spelling_is_known() -> None:
    known = frozenset({"молодёжная", "орел", "все", "всё"})
    assert spelt("молодежная", known) == "молодёжная"
    assert spelt("орёл", known) == "орел"
    assert spelt("всё", known) == "всё"
    assert spelt("все", known) == "все"
    assert spelt("щегольская", known) is None
    assert heard_as("Молодежная, Орёл", known) == "молодёжная орел"
    assert heard_as("Молодежная Grin", known) is None
    assert heard_as("Щегольская", known) is None
    assert heard_as("", known) is None


def test_missing() -> None:
    known = frozenset({"улица", "ленина", "молодёжная", "пять"})
    phrases = ["улица Ленина", "улица Щегольская", "Молодежная 5", "Ленина Grin Щука щука"]
    assert missing(phrases, known) == {
        "улица Щегольская": ("щегольская",), "Ленина Grin Щука щука": ("щука", "grin"),
    }  # fmt: skip


def test_a_hidden_yo() -> None:
    assert with_yo("рублево") == "рублёво"
    assert with_yo("грачевка") == "грачёвка"
    assert with_yo("королев") == "королёв"
    assert with_yo("королёв") is None
    assert with_yo("киевская") is None
    assert with_yo("лесная") is None
