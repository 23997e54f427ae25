"""The telephone line of a call that is heard: words and keys together, over AudioSocket.

Asterisk's ``AudioSocket`` runs inside the call's AGI session (``EXEC AudioSocket``, which answers nothing else until it
is over); the two are joined by a UUID. The line stays on it until a transfer or the end. When the recogniser fails, or
as many calls are heard as can be, the same script goes on by keys over plain AGI (:class:`AsteriskChannel`).

A key cuts every prompt and is kept for the next question. Words cut a question's prompt once they are recognised; a
sentence that only tells something is cut by words that are obeyed at every step, so that no remark to somebody else in
the room costs the caller the answer.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog

from ivr.asterisk.audio_line import AudioLine
from ivr.asterisk.audio_server import AudioServer
from ivr.asterisk.session import Hangup
from ivr.call.keys import take_keys
from ivr.call.model import Answer, Digits, Heard, NoInput, NoMatch, TransferResult, Utterance
from ivr.call.verbs import Ask, Say, Transfer
from ivr.channels.asterisk import FINISH_WITHIN_S
from ivr.channels.keys_line import KeysLine, Session
from ivr.channels.voicing import Voicing
from ivr.errors import AgiError, VoiceFailed
from ivr.hearing import NOT_HEARING, Answered, Deaf, Ear, Hearing, Overheard, Words
from ivr.ports import Asked, LineDropped, Said

log = structlog.get_logger(__name__)

CONNECT_S = 3.0
"""How long Asterisk may take to connect."""
LEAVE_S = 3.0
LONGEST_CALL_S = 4 * 3600.0
LOOK_EVERY_S = 0.2
STILL_SPEAKING_S = 15.0
"""Beyond the question's wait: whoever has begun to speak may finish."""


class TalkingChannel:
    """The :class:`ivr.ports.Channel` of one call that is heard. ``obeyed`` tells which words are obeyed at any step."""

    def __init__(
        self, keys: KeysLine, voicing: Voicing, audio: AudioServer, hearing: Hearing,
        obeyed: Callable[[str], bool], told_deaf: Callable[[str], None] = lambda why: None,
    ) -> None:  # fmt: skip
        self._keys, self._voicing, self._audio, self._hearing = keys, voicing, audio, hearing
        self._obeyed = obeyed
        self._told_deaf = told_deaf
        self._line: AudioLine | None = None
        self._held: asyncio.Task[int] | None = None
        """``EXEC AudioSocket``, for as long as Asterisk is in it."""
        self._ear: Ear | None = None
        self._deaf = False
        self._tells_deaf = False
        """Whether the caller is still to be told."""
        self._typed: deque[str] = deque(maxlen=64)
        self._later: list[Overheard] = []
        """What is obeyed at every step, said while a number was being keyed."""
        self._finish = ""
        self._finish_until = 0.0
        self._events: asyncio.Queue[Overheard | str | None] = asyncio.Queue()
        """What happens on the line: a key, something heard, ``None`` when it is over."""

    # ── the channel ────────────────────────────────────────────────────────────────────────────────────────────

    async def say(self, say: Say) -> Said:
        """Say a prompt to its end, to the first key, or to words that are obeyed."""
        if not await self._open():
            return await self._keys.say(say)
        sound = await self._voicing.sound(say.prompt)
        sound_at = time.monotonic()
        if sound is None:
            return self._voicing.left_out(say.prompt, sound_at, "")
        clip, samples = sound
        self._expect_nothing()
        keys, heard, heard_at = "", list[Heard](), None
        if said_before := await self._drain(keep_keys=True):
            if say.interruptible:
                return Said(sound_at, "", (said_before[0],), answered_at=said_before[1])
            heard.append(said_before[0])
        line = self._on_line()
        playing = line.play(samples)
        while not playing.done() or (self._hears_obeyed and (self._speaking or not self._events.empty())):
            match await self._next(playing) if not playing.done() else await self._next(None, LOOK_EVERY_S):
                case str(key) if not self._ends_last_answer(key):
                    keys += key
                    if say.interruptible:
                        line.cut()
                case Words(text=text) if self._obeyed(text):
                    self._hears_obeyed = True
                    if say.interruptible:
                        line.cut()
                case Answered(answer=Utterance(text=text) as answer, ended_at=ended) if self._obeyed(text):
                    heard.append(answer)
                    heard_at = ended
                    if say.interruptible:
                        line.cut()
                    self._hears_obeyed = False
                case Answered():
                    self._hears_obeyed = False
                case Deaf(why=why):
                    self._go_deaf(why)
        self._typed.extend(keys)
        self._voicing.heard()
        if keys:
            heard.append(Digits(keys))
        return Said(sound_at, clip.text, tuple(heard), cut=not playing.result(), answered_at=heard_at)

    async def ask(self, ask: Ask) -> Asked:
        """Say a question, wait for keys or words, whichever come first."""
        if not await self._open():
            return await self._by_keys(ask)
        if ask.flush:
            self._typed.clear()
        said_before = await self._drain(keep_keys=not ask.flush)
        if said_before is not None:
            now = time.monotonic()
            return Asked(now, "", *said_before)
        if self._typed and self._ends_last_answer(self._typed[0]):
            self._typed.popleft()
        sound_at, text, cut = time.monotonic(), "", False
        answered: tuple[Answer, float] | None = None
        if not self._typed:
            sound = await self._voicing.sound(ask.prompt)
            if sound is None:
                raise VoiceFailed(f"the question {ask.prompt.name} cannot be heard")
            sound_at, text = time.monotonic(), sound[0].text
            answered, cut = await self._put(ask, sound[1])
            self._voicing.heard()
            if answered is None and self._deaf and not self._typed:
                return await self._by_keys(ask, text, sound_at)
        if answered is None:
            answered = await self._collect(ask)
            if answered is None:
                return await self._by_keys(ask, text, sound_at)
        return Asked(sound_at, text, *answered, cut=cut)

    async def transfer(self, transfer: Transfer) -> TransferResult:
        """Leave AudioSocket and AGI for a queue of Asterisk's; whoever comes back is heard again."""
        await self._leave()
        self._typed.clear()
        return await self._keys.transfer(transfer)

    async def hang_up(self) -> None:
        """End the call on purpose."""
        try:
            await self._leave()
        except (LineDropped, AgiError) as error:  # what the call has come to counts all the same
            log.info("AudioSocket was not left in order", error=repr(error))
        await self._keys.hang_up()

    def close(self) -> None:
        """The call is over, however it ended: give back what was taken for it."""
        if self._ear is not None:
            self._ear.close()
        if self._line is not None:
            self._line.leave()
        if self._held is not None:
            self._held.cancel()

    # ── on the line ────────────────────────────────────────────────────────────────────────────────────────────

    _hears_obeyed = False
    """Words that are obeyed have been recognised: what is being said is heard to its end before the script goes on."""

    async def _put(self, ask: Ask, samples: bytes) -> tuple[tuple[Answer, float] | None, bool]:
        """Say the question's words. The answer, if the caller has spoken into them (keys are put with those typed), and
        whether they were stopped for it."""
        if self._ear is not None:
            self._ear.expect(ask.speech)
        line = self._on_line()
        playing = line.play(samples)
        while not playing.done():
            match await self._next(playing):
                case str(key) if not self._ends_last_answer(key):
                    self._typed.append(key)
                    line.cut()
                case Words(text=text) if self._counts(ask, text):
                    line.cut()
                case Answered(answer=Utterance(text=text) as answer, ended_at=ended, muttered=False):
                    if self._counts(ask, text):
                        line.cut()
                        return (answer, ended), not playing.result()
                case Deaf(why=why):
                    self._go_deaf(why)
                    line.cut()
        return None, not playing.result() and not self._deaf

    async def _collect(self, ask: Ask) -> tuple[Answer, float] | None:
        """Wait for the answer: keys typed ahead, keys as they come, or words. ``None`` when the line has gone deaf."""
        keys, given_at = "", time.monotonic()
        until = given_at + ask.wait
        latest = until + STILL_SPEAKING_S
        while True:
            if self._typed:
                event: Overheard | str | None = self._typed.popleft()
            else:
                limit = until - time.monotonic()
                if limit <= 0 and self._speaking and not keys:
                    limit = min(LOOK_EVERY_S, latest - time.monotonic())
                event = await self._next(None, limit) if limit > 0 else None
            now = time.monotonic()
            match event:
                case None if now < until or (self._speaking and not keys and now < latest):
                    continue
                case None:
                    return (Digits(keys), given_at) if keys else (NoInput(), now)
                case str(key):
                    if not keys and self._ends_last_answer(key):
                        continue
                    given_at = now
                    taken, rest = take_keys(keys + key, ask)
                    if key == ask.finish or len(taken) >= ask.most:
                        if len(taken) >= ask.most > 1 and key != ask.finish:
                            self._finish, self._finish_until = ask.finish, now + FINISH_WITHIN_S
                        self._typed.extend(rest)
                        return Digits(taken), given_at
                    keys += key
                    until = now + ask.between
                case Answered(answer=NoMatch() as answer, ended_at=ended) if not keys and ask.speech is not None:
                    return answer, ended
                case Answered(answer=Utterance(text=text) as answer, ended_at=ended) if not keys:
                    if self._counts(ask, text):
                        return answer, ended
                case Answered(answer=Utterance(text=text)) if self._obeyed(text):
                    self._later.append(event)
                case Deaf(why=why):
                    self._go_deaf(why)
                    if not keys:
                        return None

    async def _by_keys(self, ask: Ask, text: str = "", sound_at: float | None = None) -> Asked:
        """The question over AGI, in its wording for keys; again, if it was put before, which offered to speak."""
        await self._leave()
        if self._tells_deaf:
            self._tells_deaf = False
            told = await self._keys.say(Say(NOT_HEARING))
            text, sound_at = f"{text} {told.text}".strip(), sound_at or told.sound_at
        asked = await self._keys.ask(ask)
        return Asked(sound_at or asked.sound_at, f"{text} {asked.text}".strip(), asked.answer, asked.answered_at)

    def _counts(self, ask: Ask, text: str) -> bool:
        """Whether words answer a question: any do where words are asked for; else only those obeyed at every step."""
        return ask.speech is not None or self._obeyed(text)

    async def _drain(self, *, keep_keys: bool) -> tuple[Utterance, float] | None:
        """What has happened since the last verb: keys are kept for the next question; of words only those that are
        obeyed at every step count, because the rest was not said to what comes now. Raises :class:`LineDropped`."""
        obeyed: tuple[Utterance, float] | None = None
        for event in self._later:
            self._events.put_nowait(event)
        self._later.clear()
        while not self._events.empty():
            match await self._next(None):
                case str(key) if keep_keys:
                    self._typed.append(key)
                case Answered(answer=Utterance(text=text) as answer, ended_at=ended) if self._obeyed(text):
                    obeyed = answer, ended
                case Deaf(why=why):
                    self._go_deaf(why)
        return obeyed

    @property
    def _speaking(self) -> bool:
        return self._ear is not None and self._ear.speaking

    def _expect_nothing(self) -> None:
        self._hears_obeyed = False
        if self._ear is not None:
            self._ear.expect(None)

    def _ends_last_answer(self, key: str) -> bool:
        """Whether a key is the finishing key of an answer that was full without it (see ``ivr/call/keys.py``)."""
        due, self._finish = self._finish, ""
        return key == due and time.monotonic() < self._finish_until

    async def _next(self, playing: asyncio.Future[bool] | None, limit: float | None = None) -> Overheard | str | None:
        """The next thing that happens; ``None`` when the sound has come to its end or the time is over.

        Raises :class:`LineDropped` when the caller is gone.
        """
        if self._events.empty():
            waiting = asyncio.ensure_future(self._events.get())
            try:
                either: set[asyncio.Future[Any]] = {waiting} if playing is None else {waiting, playing}
                await asyncio.wait(either, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not waiting.done():
                    waiting.cancel()
            if not waiting.done() or waiting.cancelled():
                return None
            event = waiting.result()
        else:
            event = self._events.get_nowait()
        if event is None:
            await self._lost()
        return event

    async def _lost(self) -> None:
        """The sound is over without our doing: the caller has hung up, as a rule. Raises :class:`LineDropped`, or
        :class:`ivr.errors.AgiError` when Asterisk is still there: the call is then apologised for and queued."""
        held, self._held, self._line = self._held, None, None
        self._close_ear()
        if held is not None:
            try:
                await asyncio.wait_for(held, LEAVE_S)
            except Hangup:
                raise LineDropped from None
            except TimeoutError:
                raise AgiError("Asterisk is still in AudioSocket, and the sound is over") from None
        self._deaf = True
        raise AgiError("the sound broke off")

    # ── coming and going ───────────────────────────────────────────────────────────────────────────────────────

    async def _open(self) -> bool:
        """Be on AudioSocket, if this call is heard at all. Raises :class:`LineDropped`."""
        if self._line is not None and not self._deaf:
            return True
        if self._deaf:
            await self._leave()
            return False
        session = self._keys.session
        self._events = asyncio.Queue()
        self._ear = self._hearing.listen(self._events.put_nowait)
        if self._ear is None:
            self._go_deaf("nobody to hear")
            return False
        with self._audio.expect() as (call, coming):
            self._held = asyncio.ensure_future(self._hold_audio(session, call))
            either: set[asyncio.Future[Any]] = {self._held, coming}
            await asyncio.wait(either, timeout=CONNECT_S, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                held, self._held = self._held, None
                if held.done() and isinstance(held.exception(), Hangup):
                    self._close_ear()
                    raise LineDropped
                held.cancel()
                self._go_deaf("Asterisk has not connected to the AudioSocket port")
                return False
            line = coming.result()
        line.on_audio, line.on_sent = self._ear.hear, self._ear.sent
        line.on_key = self._events.put_nowait
        events = self._events
        line.over.add_done_callback(lambda _: events.put_nowait(None))
        self._line = line
        return True

    async def _hold_audio(self, session: Session, call: UUID) -> int:
        where = f"{self._audio.host}:{self._audio.port}"
        return await session.exec("AudioSocket", str(call), where, seconds=LONGEST_CALL_S)

    async def _leave(self) -> None:
        """Give the call back to AGI. Raises :class:`LineDropped` when the caller is gone meanwhile."""
        self._close_ear()
        line, self._line = self._line, None
        held, self._held = self._held, None
        if line is None or held is None:
            return
        line.leave()
        try:
            await asyncio.wait_for(held, LEAVE_S)
        except Hangup:
            raise LineDropped from None
        except TimeoutError:
            raise AgiError(f"Asterisk did not leave AudioSocket within {LEAVE_S:g} s") from None

    def _go_deaf(self, why: str) -> None:
        """From here on this call is held by keys."""
        if not self._deaf:
            self._deaf = True
            log.warning("the call goes on by keys", why=why)
            self._tells_deaf = self._line is not None
            self._told_deaf(why)
        self._close_ear()

    def _close_ear(self) -> None:
        if self._ear is not None:
            self._ear.close()
            self._ear = None

    def _on_line(self) -> AudioLine:
        if self._line is None:
            raise LineDropped
        return self._line
