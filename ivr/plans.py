"""The plans of an instance: the live one, the draft on disk, and the versions to go back to.

Blocking (files); the engine calls it in a thread. A call takes ``plans.current`` when it begins and keeps it, so a
swap never touches a live call. Every plan that was good enough to be used is kept under ``var/plans/<version>/``:
that is what ``ivr reload --to VERSION`` goes back to, and what the engine starts with when somebody has left a
half-edited file behind.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from ivr.call.listening import Means
from ivr.dialplan.checks import Surroundings
from ivr.dialplan.examine import Examined, examine
from ivr.dialplan.model import Placed, Plan
from ivr.dialplan.nodes.transfer import Transfer
from ivr.dialplan.topics import Topic
from ivr.errors import ConfigError, DialplanError, IvrError, Problem, PromptError
from ivr.hearing import NOT_HEARING
from ivr.plan_files import KeptVersions, Snapshot, Texts, UnknownVersion, read_texts
from ivr.prompts import PromptBook
from ivr.queues import read_queues
from ivr.runner import APOLOGY, FILLER
from ivr.settings import Settings

__all__ = [
    "Placed",
    "Plan",
    "Plans",
    "Snapshot",
    "Topic",
    "UnknownVersion",
    "examine_files",
    "examine_texts",
    "load_plan",
]

log = structlog.get_logger(__name__)

ENGINE_PROMPTS = (FILLER.name, APOLOGY.name, "all_busy_goodbye", "draft_broken", NOT_HEARING.name)
"""What the engine (or Asterisk, alone) says whatever the dialplans are."""

Prepare = Callable[[Plan], None]
"""Called with a plan before it is put to use (to render its sounds, say); what it raises keeps the plan from use."""

Unheard = Callable[[str], tuple[str, ...]]


def load_plan(settings: Settings, topics: Mapping[str, Topic]) -> Plan:
    """The plan that the files on disk make. Raises :class:`ivr.errors.ConfigError` with every problem of all files."""
    return _good(examine_files(settings, topics))


def examine_files(
    settings: Settings, topics: Mapping[str, Topic], unheard: Unheard | None = None, means: Means | None = None
) -> Examined:
    """All about the files on disk: the plan if there is one, every problem, and how much was looked at.

    ``unheard`` tells those words of a phrase that the recogniser's model does not know, ``means`` what words mean at
    every step of a call.
    """
    return _examine(*read_texts(settings.home), settings, topics, unheard, means)


def examine_texts(
    settings: Settings, topics: Mapping[str, Topic], texts: Texts, unheard: Unheard | None = None
) -> Examined:
    """The same about files that are not on the disk (yet)."""
    return _examine(texts, [], settings, topics, unheard)


class Plans:
    """The live plan and the kept ones. Thread-safe; ``current`` may be read from anywhere at any time."""

    def __init__(
        self, settings: Settings, topics: Mapping[str, Topic], current: Plan, prepare: Prepare | None = None
    ) -> None:
        self.kept = kept_versions(settings)
        self._settings = settings
        self._topics = topics
        self._current = current
        self._prepare = prepare
        self._lock = threading.Lock()

    @classmethod
    def open(cls, settings: Settings, topics: Mapping[str, Topic], prepare: Prepare | None = None) -> Plans:
        """The plans of an instance at its start.

        The files on disk, or the version that somebody went back to. When the files are broken, the version used
        last: a half-edited file must not keep the line from being answered. Raises
        :class:`ivr.errors.ConfigError` only when there is nothing to fall back to.
        """
        plan, texts = _first_plan(settings, topics)
        if prepare is not None:
            prepare(plan)
        kept_versions(settings).keep(texts)
        return cls(settings, topics, plan, prepare)

    @classmethod
    def look(cls, settings: Settings, topics: Mapping[str, Topic], live: str | None = None) -> Plans:
        """The plans as a command looks at them: puts nothing to use and keeps nothing.

        ``live``: the version that the running engine holds calls by, where one runs; else what a start would use.
        """
        if live is not None:
            with contextlib.suppress(IvrError):
                texts, problems = kept_versions(settings).read(live)
                return cls(settings, topics, _good(_examine(texts, problems, settings, topics)))
        return cls(settings, topics, _first_plan(settings, topics)[0])

    @property
    def current(self) -> Plan:
        """The plan for calls that begin now."""
        return self._current

    def draft(self) -> Plan:
        """The files on disk as a plan that does not become live. Raises :class:`ivr.errors.ConfigError`."""
        plan = load_plan(self._settings, self._topics)
        if self._prepare is not None and plan.version != self._current.version:
            self._prepare(plan)
        return plan

    def reload(self) -> Plan:
        """Put the files on disk to use for new calls. Raises :class:`ivr.errors.ConfigError`; then nothing changes."""
        with self._lock:
            texts, problems = read_texts(self._settings.home)
            plan = self._swap(texts, _good(_examine(texts, problems, self._settings, self._topics)))
            self.kept.pin(None)
            return plan

    def to(self, version: str) -> Plan:
        """Go back to a kept version; it stays, over restarts too, until the next :meth:`reload`.

        Raises :class:`ivr.plan_files.UnknownVersion`, and :class:`ivr.errors.ConfigError` when that version does not
        fit the present software or queues any more; then nothing changes.
        """
        with self._lock:
            texts, problems = self.kept.read(version)
            plan = self._swap(texts, _good(_examine(texts, problems, self._settings, self._topics)))
            self.kept.pin(plan.version)
            return plan

    def versions(self) -> tuple[Snapshot, ...]:
        """The kept versions, the one used last first."""
        return self.kept.all()

    def _swap(self, texts: Texts, plan: Plan) -> Plan:
        if self._prepare is not None:
            self._prepare(plan)
        self.kept.keep(texts)
        before, self._current = self._current, plan
        log.info("plan in use", version=plan.version, before=before.version)
        return plan


def queues_of(plan: Plan) -> frozenset[str]:
    """The queues that a plan sends callers to."""
    return frozenset(node.queue for node in plan.dialplan.nodes.values() if isinstance(node, Transfer))


def kept_versions(settings: Settings) -> KeptVersions:
    """The kept versions of an instance."""
    return KeptVersions(settings.var / "plans")


def _examine(
    texts: Texts, problems: list[Problem], settings: Settings, topics: Mapping[str, Topic],
    unheard: Unheard | None = None, means: Means | None = None,
) -> Examined:  # fmt: skip
    book: PromptBook | None = None
    try:
        book = PromptBook.parse(texts.prompts, settings.tz)
    except PromptError as error:
        problems = [*problems, *error.problems]
    around = Surroundings(
        topics=topics,
        book=book,
        queues=_queues(settings),
        line=settings.line.entry,
        engine_prompts=ENGINE_PROMPTS,
        today=datetime.now(settings.tz).date(),
        unheard=unheard,
        means=means,
    )
    examined = examine(texts.dialplans, around, version=texts.version)
    plan = None if any(problem.level == "error" for problem in problems) else examined.plan
    return Examined(plan, tuple(sorted({*problems, *examined.problems})), examined.counts)


def _queues(settings: Settings) -> frozenset[str] | None:
    """The queues that dialplans may name; ``None`` where Asterisk's files are not ours (FreePBX has its own).

    ``ivr doctor`` asks such an Asterisk itself.
    """
    return read_queues(settings.asterisk_conf / "queues.conf") if settings.asterisk.manage else None


def _good(examined: Examined) -> Plan:
    if examined.plan is None:
        raise DialplanError([problem for problem in examined.problems if problem.level == "error"])
    for problem in examined.problems:
        log.warning("dialplan", problem=str(problem))
    return examined.plan


def _first_plan(settings: Settings, topics: Mapping[str, Topic]) -> tuple[Plan, Texts]:
    kept = kept_versions(settings)
    pinned = kept.pinned
    if pinned is not None:
        try:
            texts, problems = kept.read(pinned)
            plan = _good(_examine(texts, problems, settings, topics))
        except IvrError as error:
            log.error("the version gone back to cannot be used; using the files on disk", error=str(error))
        else:
            log.warning("using the version gone back to, not the files on disk (ivr reload ends that)", version=pinned)
            return plan, texts
    texts, problems = read_texts(settings.home)
    try:
        return _good(_examine(texts, problems, settings, topics)), texts
    except ConfigError as broken:
        for snapshot in kept.all():
            with contextlib.suppress(IvrError):
                old_texts, old_problems = kept.read(snapshot.version)
                plan = _good(_examine(old_texts, old_problems, settings, topics))
                for problem in broken.problems:
                    log.error("the files on disk cannot be used", problem=str(problem))
                log.error("using the version used last instead (see: ivr check)", version=plan.version)
                return plan, old_texts
        raise
