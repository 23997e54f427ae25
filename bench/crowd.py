"""Many calls at once to the real hotline, each owed one of ten outages: did each hear its own, and what did it cost?"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench.compare import Setting, count_records, wait_for_records
from bench.courses import Measured
from bench.cpu import memory_of
from bench.ears import Ears
from bench.likeness import Sound, from_alaw, from_wav, likeness
from bench.sipp import call_up
from ivr.app import codec
from ivr.call.model import CallRecord
from ivr.call.verbs import Say
from ivr.control_client import ControlClient
from ivr.masking import mask_phone
from robot.outcomes import Informed

SAMPLE_EVERY = 15
"""Of so many calls one is recorded and compared with what it should have heard."""
ALIKE = 0.9
NOT_ALIKE = 0.6
WATCH_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class CrowdResult:
    """What came of it. Memory in bytes, times in seconds."""

    calls: int
    failed: int
    records: int
    told_own: int
    """Calls whose record says that the sentence of the caller's own outage was said, to its end, and no other."""
    most_at_once: int
    sampled: int
    heard_own: int
    least_alike: float
    """The worst likeness of a sampled call to its own sentence."""
    most_alike_other: float
    """The best likeness of a sampled call to somebody else's sentence."""
    first_sound_p95: float
    first_sound_max: float
    owed_p95: float
    """The longest silence that a caller was owed a sound in, by the record: 95th percentile and most."""
    owed_max: float
    engine_bytes_per_call: float
    asterisk_bytes_per_call: float
    reload_seconds: float
    """A reload of the plan while all are on the line."""
    problems: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether not one call went wrong."""
        return not self.problems


def run_crowd(setting: Setting, kind: Measured, *, calls: int, rate: float) -> CrowdResult:
    """Let ``calls`` callers in, ``rate`` a second, so that all are on the line together for a while."""
    instance = setting.instance
    database = instance.settings.database
    before = count_records(database)
    keep = range(0, calls, SAMPLE_EVERY)
    engine = setting.programs["engine"]
    rest = (memory_of(engine), memory_of(setting.asterisk))
    watch = _Watch(ControlClient(instance.settings.control_socket), engine, setting.asterisk, reload_at=calls)
    with Ears(calls, keep=keep) as ears, watch:
        owed = [instance.callers[call % len(instance.callers)] for call in range(calls)]
        crowd = call_up(
            setting.callers_tree,
            instance.settings.var / "sipp",
            server=("127.0.0.1", instance.ports.sip),
            number=kind.numbers["engine"],
            course=kind.course,
            callers=[(caller.digits, port) for caller, port in zip(owed, ears.ports, strict=True)],
            rate=rate,
        )
        heard = {call: from_alaw(ears.heard(call)) for call in keep}
        both = crowd.answered_at.keys() & ears.first_sound.keys()
        first = sorted(ears.first_sound[call] - crowd.answered_at[call] for call in both)
    stored = wait_for_records(database, before + calls) - before
    until = {caller.phone: caller.until for caller in instance.callers}
    records = _records_after(database, before)
    wrong = [problem for record in records if (problem := _problem(record, until))]
    sentences = {caller.phone: from_wav(instance.sounds[caller.sentence]) for caller in instance.callers}
    scores = [_scores(heard[call], owed[call].phone, sentences) for call in keep]
    silences = sorted(record.longest_owed_silence for record in records)
    problems = [*wrong]
    if crowd.failed:
        problems.append(f"{crowd.failed} calls failed on the telephone's side")
    if stored != calls:
        problems.append(f"{stored} records of {calls} calls")
    if watch.most < calls:
        problems.append(f"only {watch.most} were on the line at once")
    problems += [f"heard only {own:.2f} of its own sentence" for own, _ in scores if own < ALIKE]
    problems += [f"heard {other:.2f} of another's sentence" for _, other in scores if other >= NOT_ALIKE]
    return CrowdResult(
        calls,
        crowd.failed,
        stored,
        len(records) - len(wrong),
        watch.most,
        len(scores),
        sum(own >= ALIKE for own, _ in scores),
        min(own for own, _ in scores),
        max(other for _, other in scores),
        percentile(first, 0.95),
        first[-1] if first else float("nan"),
        percentile(silences, 0.95),
        silences[-1] if silences else float("nan"),
        (watch.memory[0] - rest[0]) / calls,
        (watch.memory[1] - rest[1]) / calls,
        watch.reload_seconds,
        tuple(problems),
    )


def percentile(values: list[float], share: float) -> float:
    """The smallest of the sorted ``values`` that ``share`` of them do not exceed; not a number when there are none."""
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


class _Watch:
    """Looks at the engine while the crowd is on: how many calls it holds, and what memory both processes have then.

    When all are on the line it has the plan reloaded.
    """

    def __init__(self, control: ControlClient, engine: int, asterisk: int, *, reload_at: int) -> None:
        self.most = 0
        self.memory = (0, 0)
        self.reload_seconds = float("nan")
        self._control, self._pids, self._reload_at = control, (engine, asterisk), reload_at
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, name="watch")

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        reloaded = False
        while not self._stop.wait(WATCH_EVERY_S):
            live = int(self._control.status()["live_calls"])
            if live > self.most:
                self.most = live
                self.memory = (memory_of(self._pids[0]), memory_of(self._pids[1]))
            if live >= self._reload_at and not reloaded:
                reloaded = True
                began = time.monotonic()
                self._control.reload()
                self.reload_seconds = time.monotonic() - began


def _records_after(database: Path, before: int) -> list[CallRecord]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        rows = db.execute("SELECT record FROM journals ORDER BY call LIMIT -1 OFFSET ?", (before,)).fetchall()
    read = codec()
    return [read.decode(json.loads(row[0])) for row in rows]


def _problem(record: CallRecord, owed: dict[str, datetime]) -> str | None:
    """What is wrong with a call by its record, or ``None``: its own outage's time was said, and no other's."""
    who = mask_phone(record.call.caller)
    said = [entry.verb.prompt for entry in record.entries if isinstance(entry.verb, Say)]
    times = {value for prompt in said for name, value in prompt.pairs if name == "until"}
    if times != {owed[record.call.caller or ""]}:
        return f"{who}: said {sorted(map(str, times))}"
    if not isinstance(record.outcome, Informed):
        return f"{who}: outcome {record.outcome}"
    return None


def _scores(heard: Sound, phone: str, sentences: dict[str, Sound]) -> tuple[float, float]:
    """How like the caller's own sentence, and how like the most similar of the others'."""
    scores = {other: likeness(heard, sentence) for other, sentence in sentences.items()}
    own = scores.pop(phone)
    return own, max(scores.values())
