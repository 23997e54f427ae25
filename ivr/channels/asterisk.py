"""The telephone line: a call's verbs over an AGI session of Asterisk's, with keys for answers.

One ``STREAM FILE`` for a prompt. A key pressed during a prompt stops it and is kept for the next question, as are
keys pressed while nothing is asked; a key from before does not stop a later prompt, but answers the next question
without its being asked, unless that says ``flush``.
"""

from __future__ import annotations

import math
import re
import time

import structlog

from ivr.asterisk.replies import KEYS
from ivr.asterisk.session import AgiSession, Hangup
from ivr.asterisk.transfers import Transfers
from ivr.call.model import Answer, Digits, NoInput, Prompt, TransferResult
from ivr.call.verbs import Ask, Say, Transfer
from ivr.channels.voicing import Voicing
from ivr.errors import AgiError, VoiceFailed
from ivr.ports import Asked, Clip, LineDropped, Said

log = structlog.get_logger(__name__)

STAGE = "IVR_STAGE"
FINISH_WITHIN_S = 3.0
"""So soon after a full answer «#» still belongs to it."""

_PARTING = re.compile(r"[&,;|\\\"]")
"""What parts the arguments of Asterisk's applications, and what quotes it."""


def plain(value: str) -> str:
    """A text that is safe as an argument of Asterisk's applications: on one line, with nothing that parts or quotes."""
    return " ".join(_PARTING.sub(" ", "".join(c if c.isprintable() else " " for c in value)).split())


class AsteriskChannel:
    """The :class:`ivr.ports.Channel` of one call. After a transfer that nobody answered it goes on over the AGI session
    that the caller came back with."""

    def __init__(self, session: AgiSession, voicing: Voicing, transfers: Transfers, call_id: str) -> None:
        self._session: AgiSession | None = session
        self._voicing = voicing
        self._transfers = transfers
        self._call_id = call_id
        self._finish = ""
        """The finishing key that may still follow an answer which was full without it (see ``ivr/call/keys.py``)."""
        self._finish_until = 0.0
        self._told: tuple[str, ...] = ()
        """What the operator's side was told of by the last transfer."""

    async def say(self, say: Say) -> Said:
        """Say a prompt to its end or to the first key; one that cannot be voiced is left out (and logged).

        Raises :class:`ivr.errors.VoiceFailed` for the second one in a row.
        """
        session = self._line()
        try:
            clip = await self._voicing.clip(say.prompt)
            sound_at = time.monotonic()
            if clip is None:
                return self._voicing.left_out(say.prompt, sound_at, "")
            keys, played = await self._play(session, clip, interruptible=say.interruptible)
        except Hangup:
            raise LineDropped from None
        finally:
            session.rest()
        session.typed.extend(keys)
        if not played:
            return self._voicing.left_out(say.prompt, sound_at, keys)
        self._voicing.heard()
        return Said(sound_at, clip.text, (Digits(keys),) if keys else ())

    async def ask(self, ask: Ask) -> Asked:
        """Say a question, wait for keys. One that is answered already by keys typed ahead is not said.

        Raises :class:`ivr.errors.VoiceFailed` when it cannot be voiced: nobody answers a question not heard.
        """
        session = self._line()
        if ask.flush:
            session.forget_typed()
        self._drop_finish(session)
        sound_at = time.monotonic()
        text = ""
        try:
            if not session.typed:
                clip = await self._voicing.clip(ask.prompt)
                sound_at = time.monotonic()
                played = False
                if clip is not None:
                    keys, played = await self._play(session, clip, interruptible=True)
                    session.typed.extend(keys)
                if clip is None or not played:
                    raise VoiceFailed(f"the question {ask.prompt.name} cannot be heard")
                self._voicing.heard()
                text = clip.text
            answer, answered_at = await self._collect(session, ask)
        except Hangup:
            raise LineDropped from None
        finally:
            session.rest()
        return Asked(sound_at, text, answer, answered_at)

    async def transfer(self, transfer: Transfer) -> TransferResult:
        """Leave AGI for a queue of Asterisk's and wait for what becomes of the caller."""
        session = self._line()
        whisper = await self._whisper(transfer.whisper)
        with self._transfers.expect(self._call_id, session.request.channel) as waiting:
            try:
                await session.set_variable("IVR_CALL", self._call_id)
                await session.set_variable("IVR_QUEUE", transfer.queue)
                await session.set_variable("IVR_PRIORITY", str(transfer.priority))
                patience = "" if transfer.patience is None else str(math.ceil(transfer.patience))
                await session.set_variable("IVR_WAIT", patience)
                await session.set_variable("IVR_WHISPER", whisper)
                told = dict(transfer.context)
                for key in dict.fromkeys((*told, *self._told)):  # what an earlier transfer told may be so no longer
                    # Two underlines: the operator's channel inherits it.
                    await session.set_variable(f"__IVR_CTX_{key.upper()}", plain(told.get(key, "")))
                self._told = tuple(told)
                # Last: with this, and only with this, Asterisk believes that we meant to leave.
                await session.set_variable(STAGE, "transfer")
            except Hangup:
                raise LineDropped from None
            self._session = None
            session.close()
            try:
                back = await self._transfers.outcome(waiting)
            except Hangup:
                raise LineDropped(in_queue=transfer.queue) from None
        self._session = back.session
        if back.session is not None:
            back.session.rest()
        return back.result

    async def _whisper(self, prompts: tuple[Prompt, ...]) -> str:
        """The sound files of what whoever takes the call hears first, as ``Queue`` wants them; the caller hears music
        meanwhile. What cannot be voiced is left out: the facts are told in other ways too."""
        clips = [await self._voicing.clip_aside(prompt) for prompt in prompts]
        files = [str(clip.path).rpartition(".")[0] for clip in clips if clip is not None]
        return "&".join(file for file in files if not _PARTING.search(file))

    @property
    def session(self) -> AgiSession:
        """The AGI session that the call is on now. Raises :class:`ivr.ports.LineDropped` when it is on none."""
        return self._line()

    async def hang_up(self) -> None:
        """End the call on purpose: Asterisk hangs up."""
        session, self._session = self._session, None
        if session is None:
            return
        try:
            await session.set_variable(STAGE, "hangup")
        except Hangup:
            pass  # the caller was faster
        except AgiError as error:
            log.warning("hanging up failed", error=str(error))
        session.close()

    def _line(self) -> AgiSession:
        if self._session is None or self._session.hung_up:
            raise LineDropped
        return self._session

    def _ends_last_answer(self, key: str) -> bool:
        """Whether a key is the finishing key of an answer that was full without it; only the very next key can be."""
        due, self._finish = self._finish, ""
        return key == due and time.monotonic() < self._finish_until

    def _drop_finish(self, session: AgiSession) -> None:
        """The finishing key may have come while nothing was said."""
        if session.typed and self._ends_last_answer(session.typed[0]):
            session.typed.popleft()

    async def _play(self, session: AgiSession, clip: Clip, *, interruptible: bool) -> tuple[str, bool]:
        """Play a sound to its end or to a key; the keys pressed, and whether there was any sound."""
        name = str(clip.path).rpartition(".")[0]
        keys = ""
        streamed = await session.stream_file(name, KEYS, seconds=clip.seconds)
        while streamed.key is not None:
            if not self._ends_last_answer(streamed.key):
                keys += streamed.key
                if interruptible:
                    break
            # Without keys to stop at, Asterisk would throw them away: so it stops, and goes on where it was.
            streamed = await session.stream_file(name, KEYS, offset=streamed.endpos, seconds=clip.seconds)
        if not streamed.played:
            log.error("Asterisk cannot play a sound", file=name)
        return keys, streamed.played

    async def _collect(self, session: AgiSession, ask: Ask) -> tuple[Answer, float]:
        """Keys typed ahead, then keys as they come: the answer, and when it was given."""
        keys, given_at = "", time.monotonic()
        while True:
            if session.typed:
                key: str | None = session.typed.popleft()
            else:
                key = await session.wait_for_digit(ask.between if keys else ask.wait)
            if key is None:
                if not keys:
                    given_at = time.monotonic()
                break
            if not keys and self._ends_last_answer(key):
                continue
            given_at = time.monotonic()
            if key == ask.finish:
                keys = keys or key  # first of all it is an answer of its own
                break
            keys += key
            if len(keys) >= ask.most:
                if ask.most > 1:
                    self._finish, self._finish_until = ask.finish, given_at + FINISH_WITHIN_S
                break
        return (Digits(keys) if keys else NoInput()), given_at
