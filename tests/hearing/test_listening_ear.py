"""Callers being heard: clips of the public test set, as they come over the line, through the shipped model."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from ivr.call.model import NoMatch, Speech, Utterance
from ivr.hearing import Answered, Deaf, Overheard, Words
from robot.hearing.bench.alaw import read
from robot.hearing.listening import Listeners, decide
from robot.hearing.recogniser import Heard, Model, RecogniserFailed, Word
from robot.hearing.vosk import VoskModel

CLIPS = Path(__file__).parent.parent / "speech" / "clips"
SHIPPED = Path(__file__).parents[2] / "robot" / "hearing" / "models" / "svetlaya-ru-8k"
SILENCE = np.zeros(8000, np.int16)
NOISE = np.random.default_rng(5).normal(0, 400, 8 * 8000).astype(np.int16)


@pytest.fixture(scope="module")
def model() -> Model:
    return VoskModel(SHIPPED)


async def heard(
    model: Callable[[], Model], line: Sequence[np.ndarray], speech: Speech | None = None
) -> list[Overheard]:
    """What an ear tells of a line, which comes as fast as it can be decoded."""
    listeners, told = Listeners(model, cores=1), list[Overheard]()
    ear = listeners.listen(told.append)
    assert ear is not None
    ear.expect(speech)
    sound = np.concatenate(line).tobytes()
    for at in range(0, len(sound), 320):
        ear.hear(sound[at : at + 320])
        if ear._job is not None:
            await asyncio.wait([ear._job.answer])
            await asyncio.sleep(0)
    for _ in range(200):
        if not ear.speaking:
            break
        await asyncio.sleep(0.02)
    ear.close()
    listeners.close()
    assert listeners.open == 0
    return told


def answers(told: list[Overheard]) -> list[Utterance | NoMatch]:
    return [each.answer for each in told if isinstance(each, Answered)]


async def test_what_is_said_is_answered_once_and_told_while_it_is_said(model: Model) -> None:
    menu = Speech("choice", ("погас свет", "плохое напряжение"))
    told = await heard(lambda: model, [SILENCE, read(CLIPS / "143.wav"), SILENCE, SILENCE], menu)
    (answer,) = answers(told)
    assert isinstance(answer, Utterance)
    assert answer.text == "погас свет"
    assert answer.confidence > 0.8
    assert isinstance(told[0], Words)


async def test_danger_is_heard_where_something_else_was_asked(model: Model) -> None:
    told = await heard(lambda: model, [SILENCE, read(CLIPS / "183.wav"), SILENCE, SILENCE], Speech("yes_no"))
    (answer,) = answers(told)
    assert isinstance(answer, Utterance)
    assert answer.text == "искрит счётчик"


async def test_noise_is_no_answer(model: Model) -> None:
    assert answers(await heard(lambda: model, [SILENCE, NOISE, SILENCE, SILENCE])) == []


async def test_a_telephone_that_sends_nothing_in_silence_is_answered_all_the_same(model: Model) -> None:
    listeners, told = Listeners(lambda: model, cores=1), list[Overheard]()
    ear = listeners.listen(told.append)
    assert ear is not None
    sound = np.concatenate([SILENCE, read(CLIPS / "143.wav")]).tobytes()
    for at in range(0, len(sound), 320):
        ear.sent(b"")
        ear.hear(sound[at : at + 320])
        if ear._job is not None:
            await asyncio.wait([ear._job.answer])
            await asyncio.sleep(0)
    assert ear.speaking
    for _ in range(200):  # four seconds, in which only we send
        ear.sent(b"")
        if ear._job is not None:
            await asyncio.wait([ear._job.answer])
            await asyncio.sleep(0)
    ear.close()
    listeners.close()
    (answer,) = answers(told)
    assert isinstance(answer, Utterance)
    assert answer.text == "погас свет"


class Broken:
    takes_grammars = False

    def recogniser(self, grammar: object = None) -> object:
        raise RecogniserFailed("the model is gone")


async def test_a_recogniser_that_fails_is_told_and_nothing_more() -> None:
    told = await heard(lambda: Broken(), [SILENCE, read(CLIPS / "143.wav"), SILENCE])  # type: ignore[arg-type,return-value]
    assert told == [Deaf("the model is gone")]


async def test_no_more_calls_are_heard_than_can_be(model: Model) -> None:
    listeners = Listeners(lambda: model, calls=1, cores=1)
    first = listeners.listen(lambda _: None)
    assert first is not None
    assert listeners.listen(lambda _: None) is None
    first.close()
    again = listeners.listen(lambda _: None)
    assert again is not None
    again.close()
    listeners.close()


def _said(text: str, confidence: float = 1.0) -> Heard:
    return Heard(tuple(Word(word, 0, 1, confidence) for word in text.split()))


@pytest.mark.parametrize(
    ("wide", "narrow", "text"),
    [
        ("да", "да", "да"),
        ("дай", "да", "да"),
        ("когда появится свет", "когда позовите свет", "когда появится свет"),
        ("искрит счётчик", "[unk]", "искрит счётчик"),
    ],
)
def test_which_of_two_recognisers_is_believed(wide: str, narrow: str, text: str) -> None:
    answer = decide(_said(wide), _said(narrow), frozenset({"да", "нет света", "позовите оператора"}))
    assert isinstance(answer, Utterance)
    assert answer.text == text


def test_an_unsure_narrow_one_is_not_believed() -> None:
    answer = decide(_said("дай"), _said("да", 0.3), frozenset({"да"}))
    assert isinstance(answer, Utterance)
    assert answer.text == "дай"


def test_something_that_is_no_words() -> None:
    assert decide(_said("[unk]"), _said(""), frozenset()) == NoMatch()
    assert decide(_said(""), _said(""), frozenset()) is None
