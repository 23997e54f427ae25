"""When an answer is over: soon after a «да», later after a street, much later in the middle of a number."""

import pytest

from ivr.call.model import Speech
from robot.hearing.endpoint import FRAME_S, MOST_S, WORDLESS_MOST_S, Endpoint

YES_NO = Speech("yes_no")
ACCOUNT = Speech("digits", digits=10)
ADDRESS = Speech("address")
OFFER = Speech("choice", ("другой адрес",), or_yes_no=True)
MENU = Speech("choice", ("нет света", "плохое напряжение"))


def spoken(speech: Speech | None, text: str, *, seconds: float = 1.0, complete: bool = False) -> Endpoint:
    """Somebody has said that, and is silent now."""
    endpoint = Endpoint(speech)
    for _ in range(round(seconds / FRAME_S)):
        endpoint.frame(True)
    endpoint.words(text, complete=complete)
    return endpoint


def silence_until_finished(endpoint: Endpoint) -> float:
    for frames in range(500):
        if endpoint.finished:
            return frames * FRAME_S
        endpoint.frame(False)
    raise AssertionError("never finished")


@pytest.mark.parametrize(
    ("speech", "text", "least", "most"),
    [
        (YES_NO, "да", 0.2, 0.4),
        (YES_NO, "нет не надо", 0.2, 0.4),
        (YES_NO, "да у нас", 1.5, 2.0),
        (MENU, "нет света", 0.3, 0.5),
        (MENU, "света нет совсем", 0.5, 0.8),
        (OFFER, "нет", 0.5, 0.8),
        (ACCOUNT, "сорок шесть ноль ноль", 1.5, 2.0),
        (ACCOUNT, "сорок шесть ноль ноль двенадцать тридцать четыре пятьдесят шесть", 0.5, 0.8),
        (ADDRESS, "улица ленина дом пять", 0.7, 1.0),
        (ADDRESS, "улица ленина дом", 1.5, 2.0),
        (ADDRESS, "двадцать пять дробь", 1.5, 2.0),
        (None, "хорошо", 0.7, 1.0),
    ],
)
def test_the_pause_that_ends_an_answer(speech: Speech | None, text: str, least: float, most: float) -> None:
    assert least <= silence_until_finished(spoken(speech, text)) <= most


def test_what_is_complete_needs_no_long_pause() -> None:
    assert silence_until_finished(spoken(ADDRESS, "оператора", complete=True)) <= 0.35
    assert silence_until_finished(spoken(ADDRESS, "курск улица ленина дом", complete=True)) >= 1.5


def test_a_click_is_no_beginning() -> None:
    endpoint = Endpoint()
    for voiced in [False] * 5 + [True] * 2 + [False] * 10:
        endpoint.frame(voiced)
    assert not endpoint.begun


def test_a_noise_without_words_comes_to_an_end_while_it_goes_on() -> None:
    endpoint = Endpoint()
    seconds = 0.0
    while not endpoint.finished:
        endpoint.frame(True)
        seconds += FRAME_S
        assert seconds < 30
    assert seconds == pytest.approx(WORDLESS_MOST_S, abs=0.2)


def test_words_in_a_noise_that_does_not_stop_are_an_answer() -> None:
    endpoint = spoken(MENU, "нет света")
    seconds = 0.0
    while not endpoint.finished:
        endpoint.frame(True)
        seconds += FRAME_S
        assert seconds < 4


def test_whoever_goes_on_speaking_is_heard_for_so_long_and_no_longer() -> None:
    endpoint = Endpoint(ADDRESS)
    seconds, count = 0.0, 0
    while not endpoint.finished:
        endpoint.frame(True)
        seconds += FRAME_S
        count += 1
        if count % 10 == 0:
            endpoint.words(f"слово {count}")
    assert seconds == pytest.approx(MOST_S, abs=0.2)
