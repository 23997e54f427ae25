"""The robot's own voice coming back over a speakerphone: recognised as such, and no voice of a caller taken for it."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from ivr.call.model import Speech, Utterance
from ivr.hearing import Answered, Overheard, Words
from robot.hearing.bench.alaw import read
from robot.hearing.echo import ALIKE, FRAME_BYTES, LONGEST_DELAY_S, PIECE_S, RATE, OwnVoice, is_echo, likeness
from robot.hearing.listening import Listeners
from robot.hearing.vosk import VoskModel

CLIPS = Path(__file__).parent.parent / "speech" / "clips"
SHIPPED = Path(__file__).parents[2] / "robot" / "hearing" / "models" / "svetlaya-ru-8k"
SAYS = Path(__file__).parent.parent / "e2e" / "says"
PIECE, LAG = round(PIECE_S * RATE), round(LONGEST_DELAY_S * RATE)


def echo_of(sound: np.ndarray, *, delay: float = 0.2, db: float = -14.0, room: float = 0.1, noise: float = 5.0):
    """What a speakerphone sends back: later, fainter, with the room in it."""
    chance = np.random.default_rng(7)
    times = np.arange(round(room * RATE)) / RATE
    answer = chance.normal(0, 0.2, len(times)) * np.exp(-6.9 * times / room)
    answer[0] = 1.0
    back = np.convolve(sound.astype(float), answer)[: len(sound)] * 10 ** (db / 20)
    back = np.concatenate((np.zeros(round(delay * RATE)), back))[: len(sound)]
    return (back + chance.normal(0, noise, len(back))).astype(np.int16)


def said(*names: str) -> np.ndarray:
    return np.concatenate([read(SAYS / f"{name}.wav") for name in names])


OURS = said("danger", "voltage", "account")


@pytest.mark.parametrize("delay", [0.06, 0.2, 0.5])
@pytest.mark.parametrize("db", [-6.0, -24.0])
def test_an_echo_is_known_whatever_its_delay_and_loudness(delay: float, db: float) -> None:
    back = echo_of(OURS, delay=delay, db=db)
    pieces = range(LAG, len(OURS) - PIECE, PIECE)
    known = [is_echo(back[at : at + PIECE], OURS[at - LAG : at + PIECE]) for at in pieces]
    assert sum(known) >= 0.9 * len(known)


def test_no_caller_is_taken_for_an_echo() -> None:
    alike = []
    for at, clip in enumerate(sorted(CLIPS.glob("*.wav"))[:150]):
        voice, ours = read(clip), np.roll(OURS, 997 * at)
        alike += [
            likeness(voice[x : x + PIECE], ours[x : x + PIECE + LAG])
            for x in range(0, min(len(voice), len(ours) - LAG) - PIECE, PIECE)
        ]
    assert len(alike) > 150
    assert sum(one >= ALIKE for one in alike) <= 0.01 * len(alike)


def test_silence_and_nothing_sent_are_no_echo() -> None:
    own = OwnVoice()
    for _ in range(100):
        own.heard(b"\1\0" * 160)
        own.sent(b"")
    assert own.both() is None
    own.sent(b"\1\0" * 160)
    both = own.both()
    assert both is not None
    assert len(both[1]) - len(both[0]) == LAG
    assert likeness(np.zeros(PIECE, np.int16), np.zeros(PIECE + LAG, np.int16)) == 0.0


async def on_the_line(line: np.ndarray, sent: np.ndarray, speech: Speech | None = None) -> list[Overheard]:
    """What an ear tells of a line while ``sent`` is played to it."""
    model, told = VoskModel(SHIPPED), list[Overheard]()
    listeners = Listeners(lambda: model, cores=1)
    ear = listeners.listen(told.append)
    assert ear is not None
    ear.expect(speech)
    heard, ours = line.tobytes(), sent.tobytes()
    for at in range(0, len(heard), FRAME_BYTES):
        ear.sent(ours[at : at + FRAME_BYTES])
        ear.hear(heard[at : at + FRAME_BYTES])
        await asyncio.sleep(0)
        while ear._job is not None:  # noqa: ASYNC110  # the line waits for the decoding, however busy the machine is
            await asyncio.sleep(0.001)
    for _ in range(200):
        if not ear.speaking:
            break
        await asyncio.sleep(0.02)
    ear.close()
    listeners.close()
    return told


SILENCE = np.zeros(2 * RATE, np.int16)


async def test_our_own_words_of_danger_are_nobodys() -> None:
    """The menu itself speaks of torn wires: its echo must not send the caller to the dispatcher."""
    ours = said("danger")
    back = np.concatenate((echo_of(ours), SILENCE))
    assert await on_the_line(back, ours) == []
    heard = await on_the_line(back, ours[:0])  # were nothing sent, it would be somebody's
    assert any(isinstance(one, Words | Answered) for one in heard)


async def test_who_speaks_after_the_echo_is_heard_without_our_words() -> None:
    ours = said("wait")
    line = np.concatenate((echo_of(ours), said("no_light"), SILENCE))
    heard = [one.answer for one in await on_the_line(line, ours) if isinstance(one, Answered)]
    assert [one.text for one in heard if isinstance(one, Utterance)] == ["здравствуйте у нас света нет"]


async def test_who_speaks_over_a_faint_echo_is_heard() -> None:
    ours = said("voltage", "account")
    caller = np.concatenate((np.zeros(RATE, np.int16), said("operator"), SILENCE))
    line = caller + np.pad(echo_of(ours, db=-26.0), (0, len(caller)))[: len(caller)]
    heard = [one.answer for one in await on_the_line(line.astype(np.int16), ours) if isinstance(one, Answered)]
    assert any(isinstance(one, Utterance) and "оператор" in one.text for one in heard)
