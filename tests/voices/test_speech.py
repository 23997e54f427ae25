"""The async port: from words to a file, and what happens when the voice does not help."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from ivr.errors import VoiceFailed
from ivr.prompts.model import Fragment, Spoken
from robot.voices import sound
from robot.voices.building import build
from robot.voices.library import Wanted, wanted
from robot.voices.speech import Speech
from robot.voices.studio import Studio

from .takes import take

HEAD = Fragment("Свет дадут", "fixed", 40, "inner")
DAY = Fragment("сегодня", "value", 120, "inner")
HOUR = Fragment("к девяти часам", "value", 0, "final")
NAME = Fragment("улица Ленина", "name", 120, "inner")
SAY = Spoken("outage", (HEAD, DAY, HOUR), "Свет дадут сегодня, к девяти часам.")


def named(name: str) -> Spoken:
    return Spoken("outage", (HEAD, Fragment(name, "name", 120, "inner"), HOUR), f"Свет дадут {name}, к девяти часам.")


Start = Callable[..., Awaitable[Speech]]


@pytest.fixture
async def start(fake_voice, tmp_path: Path) -> AsyncIterator[Start]:
    """Starts a Speech with the fake voice whose library holds what SAY needs."""
    started: list[Speech] = []
    studio = Studio(fake_voice(), tmp_path / "prompts")
    build(studio, wanted([HEAD, DAY, HOUR]))
    studio.close()

    async def begin(**options: object) -> Speech:
        speech = Speech(
            {},
            tmp_path / "prompts",
            recorded=tmp_path / "recorded",
            choosing=lambda *_: _started(fake_voice()),
            **options,
        )
        await speech.start()
        started.append(speech)
        return speech

    yield begin
    for speech in started:
        await speech.close()


def _started(process):
    process.start()
    return process


def _no_voice(*_: object) -> None:
    raise VoiceFailed("no voice can speak")


def samples(path: Path) -> sound.Pcm:
    pcm, rate = sound.from_wav(path.read_bytes())
    assert rate == 8000
    return pcm


async def test_a_sentence_is_its_clips_in_order_with_their_pauses(start: Start, tmp_path: Path) -> None:
    speech = await start()
    heard = samples(await speech.file_for(SAY)).astype(float)
    library = speech._open_library()
    at = 0
    for text, contour in (("Свет дадут", "level"), ("сегодня", "rise"), ("к девяти часам", "fall")):
        clip = library.read(library.key(Wanted(text, contour)))
        assert clip is not None
        inner = clip[200:-200].astype(float)
        score = np.correlate(heard[at:], inner, "valid")
        found = int(np.argmax(score)) + at
        part = heard[found : found + len(inner)]
        assert np.corrcoef(part, inner)[0, 1] > 0.99
        assert found - at < 8000 * 0.2  # nothing but a pause before it
        at = found + len(inner)
    quiet = np.abs(heard) < 30
    gaps = np.diff(np.flatnonzero(~quiet))
    assert gaps.max() / 8 == pytest.approx(120, abs=25)


async def test_a_sentence_known_already_costs_next_to_nothing(start: Start) -> None:
    speech = await start()
    first = await speech.file_for(SAY)
    began = time.perf_counter()
    for _ in range(100):
        assert await speech.file_for(SAY) == first
    assert time.perf_counter() - began < 0.1


async def test_a_file_that_was_deleted_is_made_again(start: Start) -> None:
    speech = await start()
    path = await speech.file_for(SAY)
    path.unlink()
    assert (await speech.file_for(SAY)).is_file()


async def test_many_callers_of_one_outage_have_it_made_once(start: Start, tmp_path: Path) -> None:
    speech = await start(name_seconds=5)
    paths = await asyncio.gather(*(speech.file_for(named("улица Мира")) for _ in range(50)))
    assert len(set(paths)) == 1
    assert len(list((tmp_path / "prompts" / "fake-tone" / "names").glob("*/*.wav"))) == 1


async def test_a_new_name_is_rendered_live_and_kept(start: Start, fake_voice, tmp_path: Path) -> None:
    speech = await start(name_seconds=5)
    await speech.file_for(named("улица Мира"))
    await speech.close()
    mute = Speech({}, tmp_path / "prompts", choosing=_no_voice)
    await mute.start()
    assert (await mute.file_for(named("улица Мира"))).is_file()
    with pytest.raises(VoiceFailed, match="no voice engine"):
        await mute.file_for(named("улица Новая"))
    await mute.close()


async def test_a_name_that_takes_too_long_fails_in_time(start: Start) -> None:
    speech = await start(name_seconds=0.2)
    began = time.monotonic()
    with pytest.raises(VoiceFailed, match=r"not voiced within 0\.2 s"):
        await speech.file_for(named("hang"))
    assert time.monotonic() - began < 0.4
    assert (await speech.file_for(SAY)).is_file()  # what is in the library waits for nobody


@pytest.mark.parametrize("trouble", ["die", "refuse", "mute"])
async def test_a_voice_in_trouble_fails_that_name_only(start: Start, trouble: str) -> None:
    speech = await start(name_seconds=5)
    with pytest.raises(VoiceFailed):
        await speech.file_for(named(trouble))
    assert (await speech.file_for(named("улица Мира"))).is_file()


async def test_a_caller_who_hangs_up_spoils_nothing_for_the_next(start: Start) -> None:
    speech = await start(name_seconds=5)
    leaving = asyncio.create_task(speech.file_for(named("улица Мира")))
    staying = asyncio.create_task(speech.file_for(named("улица Мира")))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).is_file()
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_more_waiting_than_the_voice_can_do_is_refused_at_once(start: Start) -> None:
    speech = await start(name_seconds=0.3)
    asked = [asyncio.create_task(speech.file_for(named(f"hang {number}"))) for number in range(80)]
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(failure, VoiceFailed) for failure in done)
    assert any("too many" in str(failure) for failure in done)


async def test_names_are_rendered_ahead(start: Start) -> None:
    speech = await start()
    seen: list[int] = []
    done = await speech.prerender([NAME, Fragment("refuse", "name", 0, "final")], seen.append)
    assert (done.made, len(done.failed), seen) == (2, 1, [1, 2])  # «level» and «rise» of one, the other fails
    assert (await speech.prerender([NAME])).made == 0
    began = time.perf_counter()
    await speech.file_for(named(NAME.text))
    assert time.perf_counter() - began < 0.2


async def test_a_recording_wins_and_a_new_take_is_heard_after_refresh(start: Start, tmp_path: Path) -> None:
    (tmp_path / "recorded").mkdir()
    take(tmp_path / "recorded" / "h9.wav", frequency=700)
    (tmp_path / "recorded" / "index.yaml").write_text("h9.wav: к девяти часам\n", "utf-8")
    speech = await start()
    first = await speech.file_for(SAY)
    spectrum = np.abs(np.fft.rfft(samples(first)[-4400:-900]))
    assert np.argmax(spectrum) * 8000 / 3500 == pytest.approx(700, abs=5)
    take(tmp_path / "recorded" / "h9.wav", frequency=900)
    assert await speech.file_for(SAY) == first
    await speech.refresh()
    assert await speech.file_for(SAY) != first


async def test_without_voice_and_clips_it_does_not_start(tmp_path: Path) -> None:
    speech = Speech({}, tmp_path)
    with pytest.raises(VoiceFailed, match="rhvoice: not installed; pyttsx3: not installed"):
        await speech.start()
    await speech.close()


async def test_closing_does_not_wait_for_a_hung_voice(start: Start) -> None:
    speech = await start(name_seconds=0.1)
    with pytest.raises(VoiceFailed):
        await speech.file_for(named("hang"))
    began = time.monotonic()
    await speech.close()
    assert time.monotonic() - began < 1
