"""A call's verbs on a line that is heard: words, keys and prompts over AudioSocket, joined to the call's AGI session.

What is heard is given by the test (:class:`FakeEar`); both sockets are real."""

import asyncio
import time
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from audio_side import AudioSide
from peer import Line

from ivr.asterisk.audio_server import AudioServer
from ivr.asterisk.door import Arrival, serve_agi
from ivr.asterisk.fastagi import AgiServer, AgiSession
from ivr.asterisk.transfers import Transfers
from ivr.call.model import Digits, NoInput, NoMatch, Prompt, Speech, Utterance
from ivr.call.verbs import Ask, Say, Transfer
from ivr.channels.asterisk import AsteriskChannel
from ivr.channels.talking import TalkingChannel
from ivr.channels.voicing import Voicing
from ivr.errors import AgiError
from ivr.hearing import Answered, Deaf, Overheard, Words
from ivr.ports import Clip, LineDropped
from ivr.settings import Agi

SECONDS = {"short": 0.1, "long": 3.0, "hearing_lost": 0.1}
FREE = Speech("free")


class Voice:
    """Every prompt is a tone of so many seconds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def clip(self, prompt: Prompt, *, talk: bool = False) -> Clip:
        path = self.folder / f"{prompt.name}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(b"\0\x10" * int(8000 * SECONDS[prompt.name]))
        return Clip(path, f"<{prompt.name}>" + (" talk" if talk else ""), SECONDS[prompt.name])


class FakeEar:
    """Tells what the test says."""

    def __init__(self, told: Callable[[Overheard], None]) -> None:
        self.tell = told
        self.speaking = False
        self.expected: list[Speech | None] = []
        self.samples = 0
        self.frames = 0
        """Frames with sound in them that were played to the caller."""
        self.closed = False

    def expect(self, speech: Speech | None) -> None:
        self.expected.append(speech)

    def hear(self, samples: bytes) -> None:
        self.samples += len(samples) // 2

    def sent(self, frame: bytes) -> None:
        self.frames += bool(frame)

    def close(self) -> None:
        self.closed = True

    def answer(self, text: str) -> None:
        self.tell(Answered(Utterance(text, 0.9), time.monotonic()))


class Room:
    """An engine that runs ``script(channel)`` on a call, Asterisk on both sockets, and the ear."""

    def __init__(self, folder: Path, audio: AudioServer) -> None:
        self.voice, self.audio = Voice(folder), audio
        self.transfers = Transfers(limit=2.0)
        self.side = AudioSide()
        self.ear: FakeEar | None = None
        self.ears = 1
        """How many calls can still be heard."""
        self.deaf: list[str] = []
        self.script: Callable[[TalkingChannel], Awaitable[object]]
        self.done: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self.line: Line | None = None
        self.server: AgiServer

    def listen(self, told: Callable[[Overheard], None]) -> FakeEar | None:
        self.ears -= 1
        self.ear = FakeEar(told) if self.ears >= 0 else None
        return self.ear

    async def hold(self, arrival: Arrival, session: AgiSession) -> None:
        voicing = Voicing(self.voice)
        keys = AsteriskChannel(session, voicing, self.transfers, arrival.call.id)
        channel = TalkingChannel(keys, voicing, self.audio, self, lambda text: text == "оператор", self.deaf.append)
        try:
            result = await self.script(channel)
        except (LineDropped, AgiError) as error:
            result = error
        finally:
            channel.close()
        self.done.set_result(result)

    async def run(self, script, meanwhile=None) -> object:
        self.script = script
        sounds = {**SECONDS}
        self.line = await Line.dial(self.server.port, sounds=sounds, sound=self.side)
        if meanwhile is not None:
            await meanwhile()
        return await asyncio.wait_for(self.done, 8)

    async def hears(self) -> FakeEar:
        """The ear, once a prompt is being heard by the caller."""
        async with asyncio.timeout(3):
            while self.ear is None or self.side.loud == 0:  # noqa: ASYNC110  # until the sound is there
                await asyncio.sleep(0.005)
        return self.ear


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    audio = await AudioServer.start("127.0.0.1", 0, allow=("127.0.0.0/8",), connections=4)
    room = Room(tmp_path, audio)
    room.server = await serve_agi(
        Agi(port=0), transfers=room.transfers, clock=lambda: datetime.now(UTC), hold=room.hold
    )
    yield room
    await room.server.close()
    if room.line is not None:
        await room.line.close()
    await room.audio.close()


def ask(name: str = "short", **fields: object) -> Ask:
    return Ask(Prompt(name), **{"wait": 0.3, "between": 0.1, "speech": FREE, **fields})


async def test_a_prompt_is_heard_to_its_end_over_audiosocket(room: Room) -> None:
    said = await room.run(lambda channel: channel.say(Say(Prompt("short"))))
    assert said.text == "<short> talk"
    assert said.overheard == ()
    assert room.side.loud == 5


async def test_words_answer_a_question_and_cut_it_short(room: Room) -> None:
    async def meanwhile() -> None:
        ear = await room.hears()
        ear.tell(Words("у нас"))
        ear.answer("у нас нет света")

    asked = await room.run(lambda channel: channel.ask(ask("long")), meanwhile)
    assert asked.answer == Utterance("у нас нет света", 0.9)
    assert room.side.loud < 100
    assert room.ear.expected == [FREE]


async def test_what_is_muttered_does_not_cut_the_question(room: Room) -> None:
    async def meanwhile() -> None:
        ear = await room.hears()
        ear.tell(Answered(Utterance("угу", 0.9), time.monotonic(), muttered=True))

    asked = await room.run(lambda channel: channel.ask(ask("short")), meanwhile)
    assert asked.answer == NoInput()
    assert room.side.loud == 5


async def test_a_key_cuts_a_prompt_and_answers_the_next_question(room: Room) -> None:
    async def script(channel: TalkingChannel) -> object:
        await channel.say(Say(Prompt("long")))
        return await channel.ask(ask("long"))

    async def meanwhile() -> None:
        await room.hears()
        room.side.press("4")

    asked = await room.run(script, meanwhile)
    assert asked.answer == Digits("4")
    assert room.side.loud < 100


async def test_other_peoples_talk_does_not_cut_what_is_told_but_the_call_for_a_person_does(room: Room) -> None:
    async def meanwhile() -> None:
        ear = await room.hears()
        ear.answer("маша закрой дверь")
        ear.tell(Words("оператор"))
        ear.answer("оператор")

    said = await room.run(lambda channel: channel.say(Say(Prompt("long"))), meanwhile)
    assert said.overheard == (Utterance("оператор", 0.9),)
    assert room.side.loud < 100


async def test_what_was_no_words_is_told_after_the_question(room: Room) -> None:
    async def meanwhile() -> None:
        ear = await room.hears()
        while room.side.loud < 5:  # noqa: ASYNC110  # until the question is over
            await asyncio.sleep(0.005)
        ear.tell(Answered(NoMatch(), time.monotonic()))

    assert (await room.run(lambda channel: channel.ask(ask(wait=2.0)), meanwhile)).answer == NoMatch()


async def test_whoever_has_begun_to_speak_may_finish(room: Room) -> None:
    async def meanwhile() -> None:
        ear = await room.hears()
        ear.speaking = True
        await asyncio.sleep(0.6)
        ear.answer("улица ленина")

    assert (await room.run(lambda channel: channel.ask(ask()), meanwhile)).answer == Utterance("улица ленина", 0.9)


async def test_deaf_in_the_middle_of_a_question_the_question_is_put_again_for_keys(room: Room) -> None:
    async def meanwhile() -> None:
        ear = await room.hears()
        ear.tell(Deaf("the recogniser has failed"))
        await room.line.until("STREAM", 2)
        await room.line.press("3")

    asked = await room.run(lambda channel: channel.ask(ask("long", wait=2.0)), meanwhile)
    assert asked.answer == Digits("3")
    assert asked.text == "<long> talk <hearing_lost> <long>"
    assert room.deaf == ["the recogniser has failed"]
    assert room.ear.closed


async def test_deaf_in_the_middle_of_an_answer(room: Room) -> None:
    async def meanwhile() -> None:
        ear = await room.hears()
        ear.speaking = True
        await asyncio.sleep(0.4)
        ear.tell(Deaf("cannot keep up"))
        await room.line.until("WAIT")
        await room.line.press("3")

    assert (await room.run(lambda channel: channel.ask(ask(wait=2.0)), meanwhile)).answer == Digits("3")


async def test_nobody_to_hear_the_call_is_held_by_keys_from_the_start(room: Room) -> None:
    room.ears = 0

    async def meanwhile() -> None:
        await room.line.until("STREAM")
        await room.line.press("3")

    assert (await room.run(lambda channel: channel.ask(ask("long")), meanwhile)).answer == Digits("3")
    assert not any("AudioSocket" in command for command in room.line.commands)


async def test_asterisk_cannot_connect_the_call_is_held_by_keys(room: Room) -> None:
    room.side.connects = False

    async def meanwhile() -> None:
        await room.line.until("EXEC")
        await room.side.close()  # Asterisk has given up connecting
        await room.line.until("STREAM")
        await room.line.press("3")

    assert (await room.run(lambda channel: channel.ask(ask("long")), meanwhile)).answer == Digits("3")
    assert room.ear.closed


async def test_asterisk_neither_connects_nor_gives_up(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.channels.talking.CONNECT_S", 0.1)
    room.side.connects = False
    assert isinstance(await room.run(lambda channel: channel.ask(ask("long"))), AgiError)


async def test_a_transfer_leaves_audiosocket_first(room: Room) -> None:
    async def script(channel: TalkingChannel) -> object:
        await channel.say(Say(Prompt("short")))
        await channel.transfer(Transfer("operators", 1.0))

    await room.run(script)  # nobody comes back in this test: test_transfers.py has that
    goodbye = [frame.kind for frame in room.side.frames].index(0)
    assert goodbye > 0
    assert room.ear.closed
    after = room.line.commands[next(i for i, sent in enumerate(room.line.commands) if "AudioSocket" in sent) + 1 :]
    assert any("operators" in command for command in after)


async def test_a_hang_up_in_the_middle_of_a_word(room: Room) -> None:
    async def meanwhile() -> None:
        ear = await room.hears()
        ear.speaking = True
        room.line.hang_up()

    assert isinstance(await room.run(lambda channel: channel.ask(ask("long")), meanwhile), LineDropped)
    assert room.ear.closed
    assert room.audio.calls == 0


async def test_sound_that_breaks_off_while_the_caller_is_there_is_no_hang_up(room: Room) -> None:
    async def meanwhile() -> None:
        await room.hears()
        await room.side.close()

    assert isinstance(await room.run(lambda channel: channel.ask(ask("long")), meanwhile), AgiError)


async def test_danger_named_while_a_number_is_keyed_is_obeyed_after_it(room: Room) -> None:
    async def script(channel: TalkingChannel) -> object:
        number = await channel.ask(ask("short", most=4, wait=2.0, between=0.5))
        return number.answer, (await channel.ask(ask("long"))).answer

    async def meanwhile() -> None:
        ear = await room.hears()
        while room.side.loud < 5:  # noqa: ASYNC110  # until the question is over
            await asyncio.sleep(0.005)
        room.side.press("4")
        await asyncio.sleep(0.05)
        ear.answer("оператор")
        room.side.press("6")

    assert await room.run(script, meanwhile) == (Digits("46"), Utterance("оператор", 0.9))


async def test_a_sentence_whose_sound_is_gone_is_left_out_and_the_call_goes_on(room: Room) -> None:
    voiced = room.voice.clip

    async def clip(prompt: Prompt, *, talk: bool = False) -> Clip:
        made = await voiced(prompt, talk=talk)
        if prompt.name == "long":
            made.path.unlink()
        return made

    room.voice.clip = clip  # type: ignore[method-assign]

    async def script(channel: TalkingChannel) -> object:
        lost = await channel.say(Say(Prompt("long")))
        return lost.voiced, (await channel.say(Say(Prompt("short")))).voiced

    assert await room.run(script) == (False, True)


@pytest.mark.parametrize(("interruptible", "loud"), [(True, 5), (False, 10)])
async def test_a_notice_that_must_be_heard_is_not_skipped_for_words_before_it(
    room: Room, interruptible: bool, loud: int
) -> None:
    async def script(channel: TalkingChannel) -> object:
        await channel.say(Say(Prompt("short")))
        room.ear.answer("оператор")
        return await channel.say(Say(Prompt("short"), interruptible=interruptible))

    said = await room.run(script)
    assert said.overheard == (Utterance("оператор", 0.9),)
    assert room.side.loud == loud


async def test_hanging_up_never_raises_also_where_asterisk_does_not_leave(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.channels.talking.LEAVE_S", 0.1)

    async def script(channel: TalkingChannel) -> object:
        await channel.say(Say(Prompt("short")))
        room.line.writer.write = lambda data: None  # the reply to EXEC never comes
        return await channel.hang_up()

    assert await room.run(script) is None
