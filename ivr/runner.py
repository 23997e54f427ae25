"""The one loop that runs a call: it performs a script's verbs and sends the answers back.

Rules (DESIGN section 4): hang-up is raised only from voice verbs; a writing errand is finished whatever happens; an
errand that takes long is covered by a filler and ends at its limit; a script that yields anything but a verb is
refused by file and line; an unexpected exception costs the caller an apology and brings them to a person.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, assert_never

import structlog

from ivr.call.errands import Errand, Now, Unavailable
from ivr.call.model import (
    Abandoned,
    Call,
    Connected,
    Entry,
    Failed,
    HandedOver,
    Heard,
    HungUp,
    LeftQueue,
    Outcome,
    Prompt,
    Utterance,
)
from ivr.call.script import CallerHungUp, Script
from ivr.call.verbs import Ask, Enter, Note, Reply, Say, Transfer, Verb, VoiceVerb
from ivr.errors import IvrError, ServiceError
from ivr.live import Answered, Begun, LiveCall, Queued, Speaking, Watchers
from ivr.ports import Channel, Journal, LineDropped

log = structlog.get_logger(__name__)

Handlers = Mapping[type[Errand[Any]], Callable[[Any], Any]]
"""Which function does which errand. It returns the answer where it has it at once, else something to await."""

ASYNCIO = str(Path(asyncio.__file__).parent)
FILLER = Prompt("one_moment")
FILL_EVERY_S = 2.0
"""Silence between two fillers: no caller waits longer than this without a sound."""
APOLOGY = Prompt("technical_problem")


class NotAVerb(IvrError):
    """A script awaited something that is not a verb (an asyncio call, most likely)."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs calls. One runner serves all calls of an engine; it keeps no state of its own but ``live``.

    ``watchers`` are told what happens as it happens.
    """

    handlers: Handlers
    journal: Journal
    clock: Callable[[], datetime]
    fallback_queue: str = "operators"
    live: dict[str, LiveCall] = field(default_factory=dict)
    watchers: Watchers = field(default_factory=Watchers)

    async def run_call(self, call: Call, script: Script, channel: Channel, *, plan: str = "") -> Outcome:
        """Hold one call from its first verb to its record. Never raises, except for being cancelled."""
        state = LiveCall(call, plan, self.clock)
        state.owed_since = state.began
        self.live[call.id] = state
        self.watchers.tell(state, Begun())
        outcome: Outcome = Failed("the engine was stopped")
        try:
            await self.journal.begin(state.record(Abandoned()))
            outcome = await self._hold(state, script, channel)
        except asyncio.CancelledError:
            if state.queue:
                outcome = HandedOver(state.queue)
            raise
        finally:
            self.live.pop(call.id, None)
            record = state.record(outcome)
            # The record is written also when the engine is being stopped in the middle of a call.
            await asyncio.shield(self.journal.end(record))
            self.watchers.tell(state, record)
        return outcome

    def speaking(self, call_id: str, prompt: Prompt, words: str) -> None:
        """Told at the moment that a prompt begins to be heard in a call; the verb itself is noted when it is done."""
        state = self.live.get(call_id)
        if state is not None:
            owed = None if state.owed_since is None else round(max(0.0, time.monotonic() - state.owed_since), 3)
            state.saying = Speaking(state.seconds(), prompt.name, words, owed)
            self.watchers.tell(state, state.saying)

    def answered(self, call_id: str) -> None:
        """Told at the moment that a person takes a call which was transferred."""
        state = self.live.get(call_id)
        if state is not None:
            self.watchers.tell(state, Answered(state.seconds(), state.queue))

    async def _hold(self, state: LiveCall, script: Script, channel: Channel) -> Outcome:
        try:
            outcome = await self._follow(state, script, channel)
        except LineDropped as gone:
            outcome = LeftQueue(gone.in_queue) if gone.in_queue else Abandoned(state.node)
        except Exception as error:  # anything a script or an adapter can do wrong must not cost the caller the call
            log.exception("script failed", node=state.node, where=state.where)
            return await self._apologise(state, channel, f"{type(error).__name__}: {error}")
        await channel.hang_up()
        return outcome

    async def _apologise(self, state: LiveCall, channel: Channel, why: str) -> Outcome:
        """Say that we have a problem and hand over to a person; nobody is dropped in silence.

        Where either fails, the channel is left without :meth:`hang_up`: Asterisk then apologises with sounds of its own
        and queues the caller, with the queue and priority that the call's last transfer set.
        """
        last = next((e.verb for e in reversed(state.entries) if isinstance(e.verb, Transfer)), None)
        again = Transfer(self.fallback_queue) if last is None else Transfer(last.queue, last.priority)
        try:
            apology = await self._voice(state, channel, Say(APOLOGY), state.began)
            if not apology.voiced:
                log.error("apology not voiced")
                return Failed(why)
        except LineDropped:
            return Failed(why)
        except Exception:
            log.exception("apology failed")
            return Failed(why)
        try:
            result = (await self._voice(state, channel, again, state.began)).value
            if isinstance(result, Connected):
                await channel.hang_up()
        except Exception as error:
            log.warning("transfer after failure failed", error=str(error))
        return Failed(why)

    async def _follow(self, state: LiveCall, script: Script, channel: Channel) -> Outcome:
        steps = script()
        reply: Reply[Any] | None = None
        gone: CallerHungUp | None = None
        hung_up = False
        try:
            while True:
                try:
                    if gone is not None:
                        thrown, gone = gone, None
                        verb = steps.throw(thrown)
                    else:
                        verb = steps.send(reply)
                except StopIteration as end:
                    outcome: Outcome = end.value
                    return outcome
                except CallerHungUp as end:
                    return LeftQueue(end.in_queue) if end.in_queue else Abandoned(state.node)
                if not isinstance(verb, Verb):
                    raise NotAVerb(f"{where_is(steps)}: a script awaits verbs only, not {verb!r}")
                if not isinstance(verb, Enter | Note):  # those take no time: nobody will ever see them done
                    state.where, state.doing = where_is(steps), type(verb).__name__
                if hung_up and isinstance(verb, VoiceVerb):
                    return Abandoned(state.node)
                try:
                    reply = await self._perform(state, channel, verb)
                except LineDropped as dropped:
                    hung_up = True
                    gone = CallerHungUp(dropped.in_queue)
        finally:
            steps.close()

    async def _perform(self, state: LiveCall, channel: Channel, verb: Verb[Any]) -> Reply[Any]:
        started = time.monotonic()
        if isinstance(verb, VoiceVerb):
            try:
                return await self._voice(state, channel, verb, started)
            except LineDropped:
                begun = state.saying  # the words that the caller hung up on, and the silence before them
                self._note(
                    state,
                    verb,
                    started,
                    HungUp(),
                    said=begun.words if begun else "",
                    owed=begun.owed if begun else None,
                )
                raise
        overheard: list[Heard] = []
        if isinstance(verb, Errand):
            value = await self._errand(state, channel, verb, overheard)
        elif isinstance(verb, Enter):
            state.node, value = verb.node, None
        elif isinstance(verb, Note):
            value = None
        else:
            raise NotAVerb(f"{state.where}: nobody performs {type(verb).__name__}")
        self._note(state, verb, started, value, tuple(overheard))
        return Reply(value, tuple(overheard))

    async def _voice(self, state: LiveCall, channel: Channel, verb: VoiceVerb, started: float) -> Reply[Any]:
        match verb:
            case Say():
                said = await channel.say(verb)
                owed = state.owed(said.sound_at)
                self._note(state, verb, started, None, said.overheard, said.text, owed, cut=said.cut)
                # After our own words the caller is owed the next as well; from the end of what they said into them.
                state.owed_since = time.monotonic() if said.answered_at is None else said.answered_at
                return Reply(None, said.overheard, said.voiced)
            case Ask():
                asked = await channel.ask(verb)
                owed = state.owed(asked.sound_at)
                self._note(state, verb, started, asked.answer, (), asked.text, owed, cut=asked.cut)
                state.owed_since = asked.answered_at
                return Reply(asked.answer)
            case Transfer():
                state.queue = verb.queue
                self.watchers.tell(state, Queued(state.seconds(), verb.queue))
                result = await channel.transfer(verb)
                state.queue = ""
                state.owed_since = time.monotonic()
                self._note(state, verb, started, result)
                return Reply(result)
            case _:
                assert_never(verb)

    async def _errand(self, state: LiveCall, channel: Channel, errand: Errand[Any], overheard: list[Heard]) -> Any:
        """The answer; what the caller says into the fillers is put into ``overheard``."""
        if isinstance(errand, Now):
            return self.clock()
        do = self.handlers.get(type(errand))
        if do is None:
            raise NotAVerb(f"{state.where}: nobody does {type(errand).__name__}")
        answer = _begin(do, errand)
        if not isinstance(answer, Awaitable):
            return answer
        started = time.monotonic()
        job = asyncio.ensure_future(_as_answer(answer, errand))
        try:
            done, _ = await asyncio.wait({job}, timeout=errand.patience)
            if not done:
                ends = started + errand.limit
                while not job.done() and time.monotonic() < ends:
                    # Once begun it is finished, half a word would frighten; then again, before silence frightens.
                    sounded = await self._fill(state, channel, overheard)
                    left = ends - time.monotonic()
                    await asyncio.wait({job}, timeout=max(0.0, min(left, FILL_EVERY_S) if sounded else left))
            if not job.done() and errand.writes:
                # What is being written is written; the caller is told that it is not known yet.
                job.add_done_callback(_log_late_answer)
                return Unavailable(f"no answer within {errand.limit:g} s")
            return job.result() if job.done() else Unavailable(f"no answer within {errand.limit:g} s")
        finally:
            if not job.done() and not errand.writes:
                job.cancel()

    async def _fill(self, state: LiveCall, channel: Channel, overheard: list[Heard]) -> bool:
        """Say the filler once. False when it cannot be said: it is not tried again for this errand."""
        started = time.monotonic()
        try:
            said = await channel.say(Say(FILLER))
        except (LineDropped, IvrError):
            return False  # the next voice verb will find out
        overheard += (heard for heard in said.overheard if isinstance(heard, Utterance))  # keys are kept by the channel
        self._note(state, Say(FILLER), started, None, said.overheard, said.text, state.owed(said.sound_at))
        state.owed_since = time.monotonic()
        return said.voiced

    def _note(
        self,
        state: LiveCall,
        verb: Verb[Any],
        started: float,
        value: Any,
        overheard: tuple[Any, ...] = (),
        said: str = "",
        owed: float | None = None,
        *,
        cut: bool = False,
    ) -> None:
        now = time.monotonic()
        if isinstance(verb, VoiceVerb):
            state.saying = None
        entry = Entry(
            len(state.entries),
            round(started - state.began, 3),
            round(now - started, 3),
            verb,
            value,
            overheard,
            said,
            None if owed is None else round(owed, 3),
            cut,
        )
        state.entries.append(entry)
        self.watchers.tell(state, entry)


def _begin(do: Callable[[Any], Any], errand: Errand[Any]) -> Any:
    """The answer, or what brings it."""
    try:
        return do(errand)
    except Exception as error:
        return _failed(errand, error)


async def _as_answer(answer: Awaitable[Any], errand: Errand[Any]) -> Any:
    """What comes of waiting for the answer."""
    try:
        return await answer
    except Exception as error:
        return _failed(errand, error)


def _failed(errand: Errand[Any], error: Exception) -> Unavailable:
    """Failures that we know how to live with become the answer ``Unavailable``, and so does a bug, loud in the log."""
    if isinstance(error, ServiceError):
        log.warning("errand failed", errand=type(errand).__name__, error=str(error))
        return Unavailable(str(error))
    log.error("errand broke", errand=type(errand).__name__, exc_info=error)
    return Unavailable(f"{type(error).__name__}: {error}")


def _log_late_answer(job: asyncio.Future[Any]) -> None:
    if not job.cancelled():
        log.warning("errand answered late", answer=type(job.result()).__name__)


def where_is(steps: Any) -> str:
    """``file:line`` of the innermost await of a started script that is in a script's own code."""
    innermost: FrameType | None = None
    while steps is not None:
        frame = getattr(steps, "cr_frame", None)
        if frame is not None and not frame.f_code.co_filename.startswith(ASYNCIO):
            innermost = frame
        steps = getattr(steps, "cr_await", None)
    # Asked for at every verb: a frame's line number is dear, so only one is worked out.
    return "" if innermost is None else f"{innermost.f_code.co_filename}:{innermost.f_lineno}"
