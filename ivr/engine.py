"""The engine: answers Asterisk's calls until it is told to stop.

Order matters at both ends. Start: journal, plan, voice, AMI, then the AGI port (whoever connects is served). Stop: the
AGI port first, live calls get ``drain_seconds``, then Asterisk takes over whoever is left.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

import structlog

from ivr.app import Clock, House, feeds, make_hearing, make_speech, open_house, voiced
from ivr.app_grid import way_in
from ivr.asterisk.ami import Ami
from ivr.asterisk.audio_server import AudioServer
from ivr.asterisk.door import Arrival, serve_agi
from ivr.asterisk.fastagi import AgiServer, AgiSession
from ivr.asterisk.transfers import Transfers
from ivr.call.model import Connected, Ended, Outcome, Prompt, TalkedToPerson
from ivr.call.script import Script
from ivr.call.verbs import Note, Say, Transfer
from ivr.channels.asterisk import AsteriskChannel
from ivr.channels.talking import TalkingChannel
from ivr.channels.voicing import Voicing
from ivr.control import Control, Controls
from ivr.dialplan.model import Plan
from ivr.dialplan.walk import walk
from ivr.errors import ConfigError, IvrError, Problem, SettingsError
from ivr.hearing import Hearing
from ivr.live import Announcing
from ivr.plans import Plans
from ivr.runner import APOLOGY, Runner
from ivr.settings import Settings
from ivr.speaking import Sounds, Speaker
from ivr.store.journal import CallJournal
from ivr.watchdog import Watchdog

log = structlog.get_logger(__name__)

DANGER_PRIORITY = 10
"""From here on a priority in a queue means danger to life (:class:`ivr.call.verbs.Transfer`)."""
GARBAGE_LOOK_EVERY = 20_000
"""New objects between two looks of the cycle collector: some hundred calls' worth, a few megabytes."""


@dataclass(frozen=True, slots=True)
class Ears:
    """What callers are heard with."""

    audio: AudioServer
    hearing: Hearing


@dataclass(slots=True)
class Engine:
    """What serves the calls of one instance. Built by :func:`serve`."""

    house: House
    plans: Plans
    sounds: Sounds
    runner: Runner
    transfers: Transfers
    ami: Ami
    speakers: dict[str, Speaker]
    ears: Ears | None = None
    """``None``: nobody is heard, every call is held by keys."""

    async def hold(self, arrival: Arrival, session: AgiSession) -> None:
        """Hold one call that Asterisk brings us."""
        plan, broken = await self._plan_for(arrival)
        placed = plan.place(arrival.call)
        entry = plan.after_transfer if arrival.kind == "after_transfer" else placed.entry
        script = (
            _say_draft_broken
            if broken
            else walk(plan, placed.call, self.house.topics, entry, understanding=self.house.understanding)
        )
        if arrival.kind == "after_transfer":
            script = resumed(arrival, script)
        speaker = self.speaker(plan)
        voicing = Voicing(Announcing(speaker, partial(self.runner.speaking, placed.call.id)), aside=speaker)
        keys = AsteriskChannel(session, voicing, self.transfers, placed.call.id)
        if self.ears is None:
            await self.runner.run_call(placed.call, script, keys, plan=plan.version)
            return
        channel = TalkingChannel(keys, voicing, self.ears.audio, self.ears.hearing, self.house.obeyed)
        try:
            await self.runner.run_call(placed.call, script, channel, plan=plan.version)
        finally:
            channel.close()

    async def _plan_for(self, arrival: Arrival) -> tuple[Plan, bool]:
        """The plan that a call is held by; for the draft extension the one on disk, unless that is broken."""
        if arrival.kind != "draft":
            return self.plans.current, False
        try:
            return await asyncio.to_thread(self.plans.draft), False
        except ConfigError as error:
            for problem in error.problems:
                log.error("the draft is broken", problem=str(problem))
            return self.plans.current, True

    def speaker(self, plan: Plan) -> Speaker:
        """The voice for a plan's wording; live calls keep the one of their plan."""
        known = self.speakers.get(plan.version)
        if known is None:
            known = self.speakers[plan.version] = Speaker(plan.book, self.sounds, self.house.clock)
            for old in list(self.speakers)[:-4]:
                del self.speakers[old]
        return known


def resumed(arrival: Arrival, otherwise: Script) -> Script:
    """The script of a caller who is back from a queue, and whose own script died with its engine.

    Who waited because of danger to life goes back to the same queue with the same priority first: ``after_transfer``
    is the way of ordinary callers, and would cost them their place. ``otherwise`` is that way; it is gone for everybody
    else, and when nobody answers again.
    """

    async def script() -> Outcome:
        await Note(f"back from a queue ({arrival.why}); before the restart this was call {arrival.previous or '?'}")
        if arrival.queue and arrival.priority >= DANGER_PRIORITY:
            await Say(APOLOGY)
            result = await Transfer(arrival.queue, arrival.priority)
            if isinstance(result, Connected):
                return TalkedToPerson(arrival.queue, result.waited)
        return await otherwise()

    return script


async def _say_draft_broken() -> Outcome:
    await Say(Prompt("draft_broken"))
    return Ended("draft")


async def serve(
    settings: Settings,
    *,
    stop: asyncio.Event,
    ready: Callable[[int], None] = lambda port: None,
    clock: Clock | None = None,
) -> None:
    """Serve calls until ``stop`` is set; ``ready`` is told the AGI port once calls are answered. ``clock``
    is another idea of now than the machine's.

    Raises ``ConfigError`` when neither the plan on disk nor a snapshot can be used, ``ServiceError`` when the
    database or the voice cannot be had.
    """
    async with contextlib.AsyncExitStack() as house_keeping:
        house = house_keeping.enter_context(open_house(settings, clock))
        journal = await asyncio.to_thread(CallJournal.open, settings.database, settings.var / "spool")
        house_keeping.push_async_callback(asyncio.to_thread, journal.close)
        plans = await asyncio.to_thread(Plans.open, settings, house.topics, voiced(settings))
        speech = make_speech(settings)
        house_keeping.push_async_callback(speech.close)
        await speech.start()
        ami = Ami(settings.ami, _secret(settings))
        await ami.start()
        house_keeping.push_async_callback(ami.close)
        runner = Runner(house.handlers, journal, house.clock, settings.line.fallback_queue)
        house.words.by_book(lambda: plans.current.book)
        house.words.of_calls(runner.live)
        transfers = Transfers(ami, answered=runner.answered)
        ears = await _ears(house, house_keeping) if settings.hearing.on else None
        if ears is not None:
            warming = asyncio.create_task(asyncio.to_thread(house.places.warm), name="places")
            house_keeping.callback(warming.cancel)
        engine = Engine(house, plans, speech, runner, transfers, ami, {}, ears)
        # Before the port, so that it is stopped after the last call has ended: a loop frozen while draining is noticed.
        watchdog = Watchdog()
        watchdog.start()
        house_keeping.callback(watchdog.stop)
        server = await serve_agi(settings.agi, transfers=transfers, clock=house.clock, hold=engine.hold)
        house_keeping.push_async_callback(_drain, server, settings.line.drain_seconds)

        async def reload(version: str | None) -> Mapping[str, object]:
            before = plans.current.version
            plan = await asyncio.to_thread(plans.to, version) if version else await asyncio.to_thread(plans.reload)
            await speech.refresh()
            engine.speakers.clear()  # a studio's new take has the words, and so the key, of the remembered one
            log.info("plan is live", plan=plan.version, before=before)
            return {"version": plan.version, "before": before}

        control = await Control.start(
            settings.control_socket,
            Controls(
                status=lambda: _status(engine, server),
                live=lambda: runner.live.values(),
                reload=reload,
                stop=stop.set,
                plans=lambda: _plans(plans),
                watchers=runner.watchers,
            ),
        )
        house_keeping.push_async_callback(control.close)
        _on_signals(stop, lambda: reload(None))
        polling = asyncio.create_task(feeds(house).run(), name="feeds")
        polling.add_done_callback(_say_feeds_ended)
        house_keeping.callback(polling.cancel)
        await house_keeping.enter_async_context(way_in(settings, house.grid, house.store.audit, house.clock))
        _spare_the_collector()
        log.info("answering calls", agi_port=server.port, plan=plans.current.version)
        ready(server.port)
        await stop.wait()
        log.info("stopping", live_calls=len(runner.live))


async def _ears(house: House, house_keeping: contextlib.AsyncExitStack) -> Ears | None:
    """The AudioSocket port and the recogniser. Without one of them the hotline is answered all the same, by keys."""
    try:
        hearing = await asyncio.to_thread(make_hearing, house.settings, house.places)
    except IvrError as error:
        log.error("callers cannot be heard: every call is held by keys", error=str(error))
        return None
    house_keeping.callback(hearing.close)
    about = house.settings.hearing
    allow, most = house.settings.agi.allow, house.settings.agi.connections
    try:
        audio = await AudioServer.start(about.host, about.port, allow=allow, connections=most)
    except OSError as error:
        log.error("callers cannot be heard: every call is held by keys", port=about.port, error=str(error))
        return None
    house_keeping.push_async_callback(audio.close)
    return Ears(audio, hearing)


def _spare_the_collector() -> None:
    """Keep the cycle collector from going over plans, prompts and modules again and again while calls are held.

    They live as long as the process. Calls leave few cycles behind; at the usual 700 new objects between two looks the
    collector took a tenth of the engine's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_LOOK_EVERY, 20, 20)


async def _drain(server: AgiServer, seconds: float) -> None:
    await server.close(drain=seconds)


def _say_feeds_ended(polling: asyncio.Task[None]) -> None:
    """The lists of outages are polled for as long as the engine runs: any other end is a bug, and must be heard of."""
    if not polling.cancelled():
        log.error("outage feeds are polled no more", exc_info=polling.exception())


def _secret(settings: Settings) -> str:
    try:
        return settings.ami_secret_file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise SettingsError(
            [Problem(str(settings.ami_secret_file), 0, 0, f"cannot be read: {error}", "ivr setup makes it")]
        ) from error


def _status(engine: Engine, server: AgiServer) -> Mapping[str, object]:
    state = engine.ami.state
    return {
        "plan": engine.plans.current.version,
        "live_calls": len(engine.runner.live),
        "agi_port": server.port,
        "agi": dict(server.counts),
        "ami_connected_since": state.connected_since,
        "ami_last_error": state.last_error,
    }


def _plans(plans: Plans) -> Mapping[str, object]:
    return {
        "live": plans.current.version,
        "versions": [{"version": kept.version, "used_at": kept.used_at} for kept in plans.versions()],
    }


def _on_signals(stop: asyncio.Event, reload: Callable[[], Awaitable[Mapping[str, object]]]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    reloading: set[asyncio.Task[None]] = set()

    async def reload_loudly() -> None:
        try:
            await reload()
        except ConfigError as error:
            for problem in error.problems:
                log.error("reload refused", problem=str(problem))
        except Exception:
            log.exception("reload failed")

    def on_hangup_signal() -> None:
        task = asyncio.create_task(reload_loudly())
        reloading.add(task)
        task.add_done_callback(reloading.discard)

    loop.add_signal_handler(signal.SIGHUP, on_hangup_signal)
