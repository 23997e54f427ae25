"""The journal of calls as the runner sees it: it takes records without ever making a call wait, and loses none.

Records go into a queue; one thread writes what has gathered in the last moments in one transaction (group commit).
When the database is locked, full or broken, they go to the spool file (``spool.py``) and from there into the database
as soon as it takes them again: while we run, or at the next start. When not even the spool can be written they stay
in memory, up to a bound, and only beyond that is a record lost, loudly.
"""

from __future__ import annotations

import contextlib
import json
import queue
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from ivr.call.journal import encode
from ivr.call.model import CallRecord, Failed
from ivr.errors import StoreBusy
from ivr.store import calls, spool
from ivr.store.calls import Line, PointOf, line_of, point_of
from ivr.store.database import Connection

log = structlog.get_logger(__name__)

FLUSH_SECONDS = 0.3
"""How long the writer waits for more: a transaction costs as much for ten calls as for one."""
BUSY_SECONDS = 1.0
RETRY_SECONDS = 10.0
BOUND = 20_000
CLOSE_SECONDS = 5.0
DIED = "the engine stopped during the call"


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a start found of earlier ones: records from spool files, and calls whose engine died under them."""

    spooled: int
    died: int


@dataclass(frozen=True, slots=True)
class _Begin:
    record: CallRecord


@dataclass(frozen=True, slots=True)
class _End:
    record: CallRecord


_Item = _Begin | _End | threading.Event


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one transaction stores: calls that began, calls that ended."""

    begun: tuple[Line, ...]
    ended: tuple[Line, ...]

    def to_lines(self) -> list[str]:
        return [f"begin {line.to_json()}" for line in self.begun] + [f"end {line.to_json()}" for line in self.ended]


class CallJournal:
    """A :class:`ivr.ports.Journal` on the database. One per process; its methods never block and never raise."""

    def __init__(
        self,
        connection: Connection,
        own: spool.Spool,
        *,
        find_point: PointOf,
        flush_seconds: float,
        retry_seconds: float,
        bound: int,
    ) -> None:
        self._db = connection
        self._spool = own
        self._find_point = find_point
        self._flush_seconds = flush_seconds
        self._retry_seconds = retry_seconds
        self._bound = bound
        self._queue: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._hurry = threading.Event()
        self._closing = False
        self._kept: list[_Batch] = []
        self._down_until = 0.0
        self.recovered = Recovered(0, 0)
        self.lost = 0
        """Records that could be kept nowhere."""
        self._thread = threading.Thread(target=self._run, name="call journal", daemon=True)

    @classmethod
    def open(
        cls,
        path: Path,
        spool_folder: Path,
        *,
        point_of: PointOf = point_of,
        flush_seconds: float = FLUSH_SECONDS,
        busy_seconds: float = BUSY_SECONDS,
        retry_seconds: float = RETRY_SECONDS,
        bound: int = BOUND,
        reserve_bytes: int = spool.RESERVE_BYTES,
    ) -> CallJournal:
        """Open the journal, store what earlier processes left, and start the writer.

        ``point_of`` says which service point a call was about (for repeated calls). Raises ``StoreBusy`` when the
        database cannot be opened.
        """
        connection = Connection.open(path, [calls.migrations], busy_seconds=busy_seconds)
        journal = cls(
            connection,
            spool.Spool(spool_folder, reserve_bytes=reserve_bytes),
            find_point=point_of,
            flush_seconds=flush_seconds,
            retry_seconds=retry_seconds,
            bound=bound,
        )
        try:
            journal.recovered = journal._recover()
        except StoreBusy as error:
            log.error("calls of earlier starts are not recovered now", error=str(error))
        journal._thread.start()
        return journal

    async def begin(self, record: CallRecord) -> None:
        """A call has begun: should we die, it will be found and counted as an error. Never raises."""
        self._put(_Begin(record))

    async def end(self, record: CallRecord) -> None:
        """A call has ended; it is in the database within half a second. Never raises."""
        self._put(_End(record))

    def flush(self, limit: float = CLOSE_SECONDS) -> bool:
        """Wait (blocking) until all that was handed over is stored or spooled; False when ``limit`` seconds pass."""
        written = threading.Event()
        self._queue.put(written)
        self._hurry.set()
        return written.wait(limit)

    def close(self, limit: float = CLOSE_SECONDS) -> None:
        """Write what is left and stop (blocking, at most ``limit`` seconds). Never raises; may be called twice."""
        if self._closing:
            return
        self._closing = True
        stopped = self.flush(limit)
        self._thread.join(limit if stopped else 0)
        if self._thread.is_alive():
            log.error("the call journal did not finish in time", waiting=self._queue.qsize())
            return
        self._spool.close()
        self._db.close()

    def _put(self, item: _Begin | _End) -> None:
        if self._queue.qsize() >= self._bound:
            self._lose([item.record.call.id])
            return
        self._queue.put(item)

    def _lose(self, ids: Sequence[str]) -> None:
        self.lost += len(ids)
        log.error("call records lost: neither the database nor the spool nor memory takes them", calls=ids[:20])

    # ── the writer's thread ────────────────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        while True:
            items = self._gather()
            markers = [item for item in items if isinstance(item, threading.Event)]
            batch = self._prepare([item for item in items if not isinstance(item, threading.Event)])
            try:
                self._keep(batch)
            except Exception:  # a bug here must not end the thread: every later record would be lost
                log.exception("call journal failed", calls=[line.id for line in batch.ended][:20])
            for marker in markers:
                marker.set()
            if self._closing and self._queue.empty():
                return

    def _gather(self) -> list[_Item]:
        """Wait for something to do, then for what else comes in the next moments."""
        waiting = bool(self._kept) or not self._spool.empty
        try:
            items: list[_Item] = [self._queue.get(timeout=self._retry_seconds if waiting else None)]
        except queue.Empty:
            return []
        if not self._closing:
            self._hurry.wait(self._flush_seconds)
        self._hurry.clear()
        with contextlib.suppress(queue.Empty):
            while True:
                items.append(self._queue.get_nowait())
        return items

    def _prepare(self, items: Iterable[_Begin | _End]) -> _Batch:
        ended = [item.record for item in items if isinstance(item, _End)]
        over = {record.call.id for record in ended}  # begun and ended within one batch: never seen as open
        begun = [item.record for item in items if isinstance(item, _Begin) and item.record.call.id not in over]
        return _Batch(tuple(map(self._line, begun)), tuple(map(self._line, ended)))

    def _line(self, record: CallRecord) -> Line:
        try:
            return line_of(record, self._find_point)
        except Exception:  # the point is a nicety, the record is not
            log.exception("service point of a call not found out", call=record.call.id)
            return line_of(record, lambda _: None)

    def _keep(self, batch: _Batch) -> None:
        """Into the database, else into the spool, else into memory."""
        if batch.begun or batch.ended:
            self._kept.append(batch)
        if time.monotonic() >= self._down_until or self._closing:
            try:
                self._store_all()
            except StoreBusy as error:
                self._down_until = time.monotonic() + self._retry_seconds
                log.error(
                    "call records cannot be stored, they are spooled", error=str(error), file=str(self._spool.path)
                )
        if self._kept:
            self._spool_all()

    def _store_all(self) -> None:
        """Raises ``StoreBusy``; what has been stored by then is no longer in ``_kept`` or in the spool."""
        if not self._spool.empty:
            self._absorb(self._spool.lines(), self._spool.name)
            self._spool.clear()
        while self._kept:
            self._store(self._kept[0], self._spool.name)
            del self._kept[0]

    def _spool_all(self) -> None:
        try:
            self._spool.write([line for batch in self._kept for line in batch.to_lines()])
        except OSError as error:
            log.error(
                "call records cannot even be spooled, they stay in memory", error=str(error), batches=len(self._kept)
            )
            while sum(len(batch.begun) + len(batch.ended) for batch in self._kept) > self._bound:
                self._lose([line.id for line in self._kept.pop(0).ended])
        else:
            self._kept.clear()

    def _store(self, batch: _Batch, writer: str) -> None:
        """One transaction; when a single record spoils it, one for each, and the spoiler is set aside."""
        try:
            self._store_together(batch, writer)
        except StoreBusy:
            raise
        except Exception:
            log.exception("a batch of call records was refused; storing them one by one")
            for single in [_Batch((line,), ()) for line in batch.begun] + [_Batch((), (line,)) for line in batch.ended]:
                try:
                    self._store_together(single, writer)
                except StoreBusy:
                    raise
                except Exception:
                    log.exception("a call record was refused and set aside")
                    self._set_aside(single.to_lines())

    def _store_together(self, batch: _Batch, writer: str) -> None:
        with self._db.transaction() as conn:
            conn.executemany(
                "INSERT OR REPLACE INTO open_calls(id, writer, started, line) VALUES (?, ?, ?, ?)",
                [(line.id, writer, line.columns[1], line.to_json()) for line in batch.begun],
            )
            calls.put(conn, batch.ended)
            conn.executemany("DELETE FROM open_calls WHERE id = ?", [(line.id,) for line in batch.ended])

    # ── what was left behind ───────────────────────────────────────────────────────────────────────────────────

    def _recover(self) -> Recovered:
        spooled = 0
        for path, lines in spool.left_behind(self._spool.folder):
            spooled += self._absorb(lines, path.name)
            path.unlink(missing_ok=True)
        return Recovered(spooled, self._count_the_dead())

    def _absorb(self, lines: Iterable[str], writer: str) -> int:
        """Store spooled lines, in pieces; the ended ones are counted. Raises ``StoreBusy``."""
        begun: dict[str, Line] = {}
        ended: dict[str, Line] = {}
        bad: list[str] = []
        for text in lines:
            kind, _, rest = text.partition(" ")
            try:
                line = Line.from_json(rest)
                {"begin": begun, "end": ended}[kind][line.id] = line
            except (ValueError, KeyError, TypeError):
                bad.append(text)
        if bad:
            log.warning("spooled lines that cannot be read are set aside", count=len(bad))
            self._set_aside(bad)
        still_open = tuple(line for line in begun.values() if line.id not in ended)
        self._store(_Batch(still_open, tuple(ended.values())), writer)
        return len(ended)

    def _count_the_dead(self) -> int:
        """Calls that are open and whose engine is no more have ended, nobody knows when: they count as errors."""
        alive: dict[str, bool] = {self._spool.name: True}
        dead: list[Line] = []
        bad: list[str] = []
        for row in self._db.rows("SELECT writer, line FROM open_calls"):
            writer = row["writer"]
            if writer not in alive:
                alive[writer] = spool.is_alive(self._spool.folder, writer)
            if alive[writer]:
                continue
            try:
                dead.append(_died(Line.from_json(row["line"])))
            except (ValueError, KeyError, TypeError):
                bad.append(row["line"])
        if bad:
            log.warning("open calls that cannot be read are set aside", count=len(bad))
            self._set_aside(bad)
        if dead:
            self._store(_Batch((), tuple(dead)), self._spool.name)
        with self._db.transaction() as conn:  # also those that could not be stored: they have been set aside
            gone = [(writer,) for writer, lives in alive.items() if not lives]
            conn.executemany("DELETE FROM open_calls WHERE writer = ?", gone)
        return len(dead)

    def _set_aside(self, lines: Sequence[str]) -> None:
        try:
            spool.set_aside(self._spool.folder, lines)
        except OSError as error:
            log.error("lines could not be set aside", error=str(error), lines=len(lines))


def _died(begun: Line) -> Line:
    """The begun call as one that has failed, after a length that nobody knows.

    Done on the stored values, not on a ``CallRecord``: an upgrade of the engine may lie between the two.
    """
    failed = {"outcome": Failed.__name__, "class": Failed.kind.value, "seconds": None}
    columns = tuple(failed.get(name, value) for name, value in zip(calls.COLUMNS, begun.columns, strict=True))
    record = {**json.loads(begun.record), "outcome": encode(Failed(DIED))}
    return Line(columns, json.dumps(record, ensure_ascii=False, separators=(",", ":")))
