"""A person, again, slower, wait: when the talk is steered, and when the same words are about something else."""

import pytest

from robot.understanding.control import Control, control


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Оператор!", Control.PERSON),
        ("нет света соедините с оператором", Control.PERSON),
        ("я вам уже пятый раз сегодня звоню и ничего не могу добиться дайте мне оператора", Control.PERSON),
        ("переключи на человека", Control.PERSON),
        ("не хочу с роботом", Control.PERSON),
        ("соедините уже", Control.PERSON),
        ("есть там кто живой", Control.PERSON),
        ("повторите адрес", Control.REPEAT),
        ("ещё разок", Control.REPEAT),
        ("помедленнее пожалуйста", Control.SLOWER),
        ("ничего не понял", Control.NOT_UNDERSTOOD),
        ("что", Control.NOT_UNDERSTOOD),
        ("подождите", Control.WAIT),
        ("сейчас очки найду", Control.WAIT),
        ("минуточку", Control.WAIT),
    ],
)
def test_the_talk_is_steered(words: str, wanted: Control) -> None:
    assert control(words) is wanted


@pytest.mark.parametrize(
    "words",
    [
        "",
        "двадцать человек без света",
        "пожилой человек один дома",
        "оператор вчера обещал к вечеру",
        "оператор котельной беспокоит",
        "сотовый оператор",
        "оператор не нужен",
        "жалоба на диспетчера",
        "хочу пожаловаться на сотрудника",
        "хочу узнать когда придёт специалист",
        "соедините с отделом присоединения по заявке",
        "у нас ещё раз отключили свет",
        "снова света нет",
        "не понимаю почему у нас нет света",
        "минуту назад погас свет",
        "сейчас света нет",
        "сейчас скажу орёл улица ленина пять",
        "сколько ждать",
        "что с моей заявкой",
        "улица операторов дом два",
    ],
)
def test_about_something_else(words: str) -> None:
    assert control(words) is None
