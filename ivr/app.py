"""The wiring room: the only module of the switchboard that knows the robot and the grid as well.

``open_house`` puts an instance together (stores, plans, voice, errand handlers); ``ivr/engine.py`` serves calls with
it, ``ivr talk`` holds one in the terminal, commands look into it.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import structlog

from ivr.app_grid import feed_problems, poller, trouble_rule
from ivr.bringup.speech import speech_environments
from ivr.call.journal import CORE_MODULES, Codec, classes_of
from ivr.call.model import Call, Prompt
from ivr.call.model import Speech as Listening
from ivr.call.script import Script
from ivr.channels.console import TalkKit
from ivr.control_client import ControlClient, ControlFailed, EngineNotRunning
from ivr.dialplan.findings import known_names, near
from ivr.dialplan.model import Plan, Topic
from ivr.dialplan.walk import Understanding, walk
from ivr.doing.desk import handlers as own_handlers
from ivr.doing.words import Words
from ivr.errors import Problem, SettingsError, StoreBusy, VoiceFailed
from ivr.plans import Plans
from ivr.prompts import Fragment
from ivr.queues import read_queues
from ivr.runner import Handlers, Runner
from ivr.settings import Settings, settings_problem
from ivr.sms import make_gateways
from ivr.speaking import Speaker
from ivr.store import Store
from ivr.store.database import make_private
from ivr.store.journal import CallJournal
from outage_feed import affecting as grid_affecting
from outage_feed import clusters as grid_clusters
from outage_feed import example
from outage_feed import model as grid_model
from outage_feed import telling as grid_telling
from outage_feed.errors import StoreError
from outage_feed.fetch import Poller
from outage_feed.store import GridStore
from robot import errands as robot_errands
from robot import outcomes as robot_outcomes
from robot.desk import handlers as robot_handlers
from robot.doing.understand_address import PlacesInUse
from robot.hearing.folders import POINTER, in_use
from robot.hearing.in_use import ModelInUse
from robot.hearing.listening import Listeners
from robot.topics import topics as robot_topics
from robot.understanding import understood
from robot.understanding.anywhere import means
from robot.understanding.enough import enough
from robot.understanding.reasons import choose as choose_meant
from robot.voices.building import Built, build
from robot.voices.choosing import choose
from robot.voices.library import wanted
from robot.voices.recorded import read_recorded
from robot.voices.sound import finish
from robot.voices.speech import Prerendered, Speech
from robot.voices.studio import Studio
from robot.wording import place as spoken_place
from robot.wording import whole_place

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

ANOTHER_VOICE_SECONDS = 10.0
QUICK_WAIT_S = 0.02
"""How long a look into the grid on the event loop may wait for a locked database; then a thread waits instead."""


def topics() -> Mapping[str, Topic]:
    """All topics that a dialplan can hand a call to, by name."""
    return robot_topics()


def understanding() -> Understanding:
    """What words mean to menus, and at every step."""
    return Understanding(choose_meant, means)


def make_hearing(settings: Settings, places: PlacesInUse | None = None) -> Listeners:
    """The recogniser of an instance with its model loaded. Blocking. Raises ``RecogniserFailed`` or ``NoSuchModel``.

    With the register's ``places`` a known address is answered as soon as it is whole.
    """
    pointer = settings.models / POINTER
    model = ModelInUse(lambda: in_use(settings.hearing.model, settings.home, settings.models), pointer)
    model.current()

    def complete(text: str, speech: Listening | None) -> bool:
        return enough(text, speech, places.made if places else None)

    return Listeners(model.current, complete, calls=settings.hearing.calls)


def clock_of(settings: Settings) -> Clock:
    """The clock of an instance: now, in the time zone that is spoken."""
    tz = settings.tz
    return lambda: datetime.now(tz)


def codec() -> Codec:
    """Reads journaled calls back: knows every class that a verb or an answer can hold."""
    rooms = (robot_errands, robot_outcomes, understood, grid_model, grid_affecting, grid_clusters, grid_telling)
    return Codec(classes_of(*CORE_MODULES, *rooms))


def make_speech(settings: Settings) -> Speech:
    """The voice of an instance, not started yet."""
    return Speech(
        speech_environments(settings.var, bring=False),
        settings.var / "prompts",
        recorded=settings.prompts / "recorded",
        engine=settings.voice.engine,
        voice=settings.voice.name,
        name_seconds=settings.voice.name_seconds,
        cache_mb=settings.voice.cache_mb,
    )


@dataclass(frozen=True, slots=True)
class House:
    """An instance put together: what calls need besides a line."""

    settings: Settings
    clock: Clock
    grid: GridStore
    store: Store
    handlers: Handlers
    topics: Mapping[str, Topic]
    understanding: Understanding
    words: Words
    """To be told of the plan and of the running calls, once there are any."""
    places: PlacesInUse
    """The register's places, in memory once an address has been asked for."""

    def obeyed(self, text: str) -> bool:
        """Whether words are obeyed at every step of a call."""
        return self.understanding.means(text) is not None


@contextlib.contextmanager
def open_house(settings: Settings, clock: Clock | None = None) -> Iterator[House]:
    """Open an instance's database and join every errand to its handler. Raises :class:`ivr.errors.StoreBusy`."""
    now = clock or clock_of(settings)
    make_private(settings.database)
    with contextlib.ExitStack() as opened:
        try:
            grid = opened.enter_context(GridStore.open(settings.database))
            quick = opened.enter_context(GridStore.open(settings.database, busy_timeout=QUICK_WAIT_S))
        except StoreError as error:
            raise StoreBusy(str(error), retryable=error.retryable) from error
        store = _store(settings)
        opened.callback(store.close)
        words = Words(settings, now)
        own = own_handlers(store, now, words, make_gateways(settings))
        places = PlacesInUse(grid)
        handlers = {**own, **robot_handlers(grid, now, quick, places, trouble_rule(settings))}
        yield House(settings, now, grid, store, handlers, topics(), understanding(), words, places)


def _store(settings: Settings) -> Store:
    line = settings.line
    return Store.open(
        settings.database,
        tz=settings.tz,
        ticket_start=line.ticket_start,
        callback_within=timedelta(hours=line.callback_hours),
    )


def feeds(house: House) -> Poller:
    """The poller of the configured outage feeds, which keeps the example alive and forgets feeds taken out again."""
    return poller(house.settings, house.grid, house.clock)


def settings_problems(settings: Settings) -> Iterator[Problem]:
    """What is wrong in ivr.toml beyond its form: feeds that cannot be read, a fallback queue that is not there."""
    if settings.asterisk.manage:  # FreePBX has queues of its own; ivr doctor asks it
        queues = read_queues(settings.asterisk_conf / "queues.conf")
        name = settings.line.fallback_queue
        if queues is not None and name not in queues:
            hint = near(name, queues) or known_names(queues)
            yield settings_problem(settings, ("line", "fallback_queue"), f"unknown queue {name!r}", hint)
    yield from feed_problems(settings)


def check_settings(settings: Settings) -> None:
    """Raise :class:`ivr.errors.SettingsError` with every one of :func:`settings_problems`, if there is any."""
    problems = list(settings_problems(settings))
    if problems:
        raise SettingsError(problems)


def lay_or_remove_example(house: House) -> bool:
    """What ``[line] example`` asks for at a start; true when an example was there that had to be taken out."""
    if house.settings.line.example:
        example.load_example(house.grid, house.clock())
        return False
    return example.remove_example(house.grid)


def load_example(grid: GridStore, now: datetime) -> None:
    """Lay the example register and outages in, relative to ``now``; idempotent."""
    example.load_example(grid, now)


def test_callers() -> tuple[example.TestCaller, ...]:
    """Who of the example register hears what."""
    return example.test_callers()


def build_sounds(settings: Settings, plan: Plan, progress: Callable[[int, int], None] = lambda done, of: None) -> Built:
    """Render every clip of the plan's prompts that is missing and that no studio recorded, on all cores. Blocking.

    Raises :class:`ivr.errors.VoiceFailed` when no voice can be started.
    """
    recorded = read_recorded(settings.prompts / "recorded")
    clips = wanted(fragment for fragment in plan.book.closed_fragments() if recorded.fragment(fragment) is None)
    process = choose(speech_environments(settings.var, bring=False), settings.voice.engine, settings.voice.name)
    with contextlib.closing(Studio(process, settings.var / "prompts")) as studio:
        return build(studio, clips, progress=progress)


def voiced(settings: Settings) -> Callable[[Plan], None]:
    """What makes a plan's sounds before it goes live, so that the first caller does not wait for them.

    Without a voice engine the plan goes live all the same: what was rendered earlier serves, the rest is left out.
    """

    def prepare(plan: Plan) -> None:
        try:
            built = build_sounds(settings, plan)
        except VoiceFailed as failure:
            log.error("new prompts are not voiced", error=str(failure))
            return
        for clip, why in built.failed:
            log.error("clip not voiced", text=clip.text, why=why)

    return prepare


def place_names(house: House, plan: Plan) -> tuple[Fragment, ...]:
    """Every place name of the register as the prompts say it: what is rendered ahead."""
    places = house.grid.places()
    texts = {spoken_place(address) for address in places} | {whole_place(address) for address in places}
    return tuple({fragment for text in sorted(texts) for fragment in plan.book.names_of(text)})


async def prerender_places(
    settings: Settings, house: House, plan: Plan, progress: Callable[[float], None]
) -> Prerendered:
    """Render the names of the register's places, so that no caller waits for them."""
    names = place_names(house, plan)
    speech = make_speech(settings)
    try:
        await speech.start()
        return await speech.prerender(names, lambda done: progress(done / max(1, len(names))))
    finally:
        await speech.close()


def plans_in_use(settings: Settings) -> Plans:
    """The plan that callers hear now (of the running engine, if one runs), only to look at."""
    live: str | None = None
    with contextlib.suppress(EngineNotRunning, ControlFailed):
        live = str(ControlClient(settings.control_socket).status()["plan"])
    return Plans.look(settings, topics(), live)


def names_a_prompt(settings: Settings, text: str) -> bool:
    """Whether ``text`` is the name of a prompt of the live plan that needs no values."""
    book = plans_in_use(settings).current.book
    return text in book and not book.takes(text)


def prompts_without_values(settings: Settings) -> list[str]:
    """The names of the prompts of the live plan that need no values."""
    book = Plans.open(settings, topics()).current.book
    return [name for name in book.names() if not book.takes(name)]


async def voice_ahead(settings: Settings, prompt: Prompt) -> None:
    """Have a prompt's sound made now, so that no caller waits for it. Raises :class:`ivr.errors.VoiceFailed`."""
    book = plans_in_use(settings).current.book
    speech = make_speech(settings)
    try:
        await speech.start()
        spoken = book.speak(prompt, clock_of(settings)())
        made = await speech.prerender(fragment for fragment in spoken.fragments if fragment.kind == "name")
        if made.failed:
            raise VoiceFailed("; ".join(made.failed))
        await speech.file_for(spoken)
    finally:
        await speech.close()


def another_voice(settings: Settings, text: str) -> npt.NDArray[np.float64] | None:
    """``text`` in the embedded voice at 8 kHz, for somebody who is not the robot; ``None`` if it cannot be had."""
    try:
        with contextlib.closing(choose(speech_environments(settings.var, bring=False), "pyttsx3")) as process:
            spoke = process.say(text, ANOTHER_VOICE_SECONDS)
    except VoiceFailed:
        return None
    pcm = finish(spoke.samples, spoke.rate, 1.0)
    return None if pcm is None else pcm.astype(np.float64)


STATIC_PROMPTS = ("technical_problem", "all_busy_goodbye")
"""What Asterisk says by itself when the engine cannot (asterisk-conf/ivr/extensions.conf)."""


async def static_sounds(settings: Settings, plan: Plan) -> None:
    """Lay the sounds that Asterisk plays by itself where its configuration expects them."""
    speech = make_speech(settings)
    try:
        await speech.start()
        settings.static_sounds.mkdir(parents=True, exist_ok=True)
        for name in STATIC_PROMPTS:
            made = await speech.file_for(plan.book.speak(Prompt(name), clock_of(settings)()))
            fresh = settings.static_sounds / f".{name}.wav"
            shutil.copyfile(made, fresh)
            fresh.replace(settings.static_sounds / f"{name}.wav")
    finally:
        await speech.close()


@contextlib.asynccontextmanager
async def for_talk(
    settings: Settings, clock: Clock, *, draft: bool, voiced: bool = False, keys: bool = False
) -> AsyncIterator[TalkKit]:
    """What ``ivr talk`` needs: the real runner, plan, store and register, and no telephone. ``voiced``: with the voice.
    ``keys``: worded for those who are not heard, as calls are where ``[hearing]`` is off.

    Raises :class:`ivr.errors.VoiceFailed` when that cannot be had.
    """
    with open_house(settings, clock) as house:
        plans = plans_in_use(settings)
        plan = plans.draft() if draft else plans.current
        talks = settings.hearing.on and not keys
        journal = CallJournal.open(settings.database, settings.var / "spool")
        speech = make_speech(settings)
        try:
            if voiced:
                await speech.start()
            runner = Runner(house.handlers, journal, clock, settings.line.fallback_queue)
            house.words.by_book(lambda: plan.book)
            house.words.of_calls(runner.live)

            def place(call: Call) -> Call:
                return plan.place(call).call

            def script(call: Call) -> Script:
                return walk(plan, call, house.topics, plan.place(call).entry, house.understanding)

            def words(prompt: Prompt) -> str:
                return plan.book.speak(prompt, clock(), talk=talks).text

            yield TalkKit(
                runner=runner,
                plan=plan.version,
                place=place,
                script=script,
                words=words,
                voice=Speaker(plan.book, speech, clock) if voiced else None,
                spoken=lambda prompt: plan.book.speak(prompt, clock(), talk=True),
                hear=lambda: make_hearing(settings, house.places),
                talks=talks,
            )
        finally:
            journal.close()
            await speech.close()
