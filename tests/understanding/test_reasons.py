"""Which choice is meant: weights, words told apart, keys that are named."""

import pytest

from robot.understanding.reasons import choose

MENU = {
    "1": ("нет света", "отключили свет", "не горит свет"),
    "2": ("плохое напряжение", "сгорел телевизор"),
    "3": ("мимо счётчика", "воруют"),
    "4": ("счётчик", "заменить счётчик"),
    "5": ("другой вопрос",),
}


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("у нас света нету", "1"),
        ("свет у нас отключили ещё вчера", "1"),
        ("не горит свет в доме", "1"),
        ("вольтаж плохой", "2"),
        ("напруга плохая", "2"),
        ("телевизор у меня сгорел", "2"),
        ("сосед мимо счётчика живёт", "3"),
        ("воруют электричество", "3"),
        ("счётчик", "4"),
        ("хочу счётчик заменить", "4"),
        ("пять", "5"),
        ("цифра пять", "5"),
        ("нажимаю один", "1"),
        ("другой вопрос у меня", "5"),
        # not told apart, not ours, or nothing
        ("свет горит", None),
        ("воды нет", None),
        ("газ отключили", None),
        ("девять", None),
        ("здравствуйте", None),
        ("", None),
        ("воруют и телевизор сгорел", "2"),
        ("счётчик воруют", None),
    ],
)
def test_choices(words: str, key: str | None) -> None:
    assert choose(words, MENU) == key


def test_misheard_endings_are_the_same_word() -> None:
    assert choose("плохая напряжения", MENU) == "2"


def test_one_word_is_not_counted_twice() -> None:
    menu = {"1": ("нет света",), "2": ("то есть то нет",)}
    assert choose("вообще то у нас света нет", menu) == "1"
    assert choose("свет то есть то нет", menu) == "2"


def test_no_choices() -> None:
    assert choose("нет света", {}) is None
