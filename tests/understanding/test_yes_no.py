"""Yes and no: what weighs more when both are said, and what is neither."""

import pytest

from robot.understanding.yes_no import yes_no, yes_no_and_rest


@pytest.mark.parametrize(
    "words",
    [
        "да",
        "Да!",
        "ну да",
        "ага давайте",
        "всё верно",
        "да так",
        "не против",
        "не возражаю",
        "почему бы и нет",
        "нет всё верно",
        "да да конечно",
        "само собой",
        "присылайте",
        "вроде да",
        "наш",
    ],
)
def test_yes(words: str) -> None:
    assert yes_no(words) is True


@pytest.mark.parametrize(
    "words",
    [
        "нет",
        "да нет",
        "да не надо мне",
        "не верно",
        "нет не правильно",
        "не хочу",
        "никак нет",
        "другой адрес",
        "конечно нет",
        "нет конечно",
        "ни в коем случае",
        "зачем",
        "не тот дом",
        "без смс",
    ],
)
def test_no(words: str) -> None:
    assert yes_no(words) is False


@pytest.mark.parametrize(
    "words",
    [
        "",
        "нет света",
        "у нас света нет",
        "не знаю",
        "да нет наверное",
        "нет да",
        "ленина пять",
        "как хотите",
        "да у нас света нет",
        "верно ли это",
        "правильно ли",
        "что нужно",
        "да что вы говорите",
        "как же",
    ],
)
def test_neither(words: str) -> None:
    assert yes_no(words) is None


def test_the_rest_of_what_was_said() -> None:
    assert yes_no_and_rest("нет, не Ленина, Ленинградская") == (False, "не ленина ленинградская")
    assert yes_no_and_rest("да пятая квартира") == (True, "пятая квартира")
    assert yes_no_and_rest("дом пять") == (None, "дом пять")
    assert yes_no_and_rest("нет это другой дом") == (False, "")
