"""The records of calls.

``calls`` has one narrow row per ended call, for lists and counts; ``journals`` has its whole record (every verb and
what it brought) as one JSON text. One text and not a row per entry, because a journal is written once, read whole,
and never searched: a row per entry would cost 10 to 30 inserts a call and an index as large as all the rest. A table
of its own, because a list over a million calls must not leaf through gigabytes of journals.

``open_calls`` holds the calls that run now, so that a call is not lost when its engine dies.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

import sqlite_utils
from sqlite_utils.migrations import Migrations

from ivr.call.journal import CORE, Codec, encode
from ivr.call.model import TRIAL, CallRecord, OutcomeClass, classify
from ivr.store.database import Connection, from_ms, to_ms

TAIL = 4
"""So many last digits of a caller's number are indexed."""
REPEAT_WITHIN = timedelta(hours=24)
"""Who calls again within this time was not served (DOMAIN section 4: containment)."""
_REPEAT_MS = int(REPEAT_WITHIN.total_seconds() * 1000)

migrations = Migrations("ivr.calls")


@migrations()
def m001_calls(db: sqlite_utils.Database) -> None:
    """Ended calls, their journals, and the calls that run."""
    db.create_table(
        "calls",
        {
            "seq": int,
            "id": str,
            "started": int,
            "ended": int,
            "seconds": float,
            "caller": str,
            "dialled": str,
            "diversion": str,
            "direction": str,
            "branch": str,
            "res": str,
            "plan": str,
            "outcome": str,
            "class": str,
            "node": str,
            "point": str,
            "owed": float,
        },
        pk="seq",
        not_null={"id", "started", "ended", "dialled", "direction", "plan", "outcome", "class", "owed"},
    )
    db.table("calls").create_index(["id"], unique=True, index_name="calls_id")
    db.table("calls").create_index(["started"], index_name="calls_started")
    db.table("calls").create_index(["class", "started"], index_name="calls_class")
    db.table("calls").create_index(["branch", "started"], index_name="calls_branch")
    db.execute(f"CREATE INDEX calls_tail ON calls(substr(caller, -{TAIL}), started)")
    db.execute("CREATE INDEX calls_point ON calls(point, started) WHERE point IS NOT NULL")
    db.create_table("journals", {"call": int, "record": str}, pk="call", not_null={"record"})
    db.create_table(
        "open_calls",
        {"id": str, "writer": str, "started": int, "line": str},
        pk="id",
        not_null={"writer", "started", "line"},
    )


COLUMNS = (
    "id", "started", "ended", "seconds", "caller", "dialled", "diversion", "direction", "branch", "res", "plan",
    "outcome", "class", "node", "point", "owed",
)  # fmt: skip
_PUT_CALL = (
    f"INSERT INTO calls({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
    f" ON CONFLICT(id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in COLUMNS[1:])}"
)
_PUT_JOURNAL = "INSERT OR REPLACE INTO journals(call, record) SELECT seq, ? FROM calls WHERE id = ?"

PointOf = Callable[[CallRecord], str | None]


def point_of(record: CallRecord) -> str | None:
    """The service point that a call was about: of the last verb that carries one (``point_id`` or ``point.id``)."""
    for entry in reversed(record.entries):
        found = getattr(entry.verb, "point_id", None) or getattr(getattr(entry.verb, "point", None), "id", None)
        if isinstance(found, str):
            return found
    return None


def branch_of(record: CallRecord) -> tuple[str | None, str | None]:
    """Branch (region code) and РЭС of a call: of the service point it was about, else what the numbers told."""
    for entry in reversed(record.entries):
        point = getattr(entry.verb, "point", None)
        region = getattr(point, "region", None)
        if isinstance(region, str) and region:
            return region, getattr(point, "res", None) or record.call.res
    return record.call.branch, record.call.res


@dataclass(frozen=True, slots=True)
class Line:
    """A record ready to be stored: the columns in the order of :data:`COLUMNS`, and the journal as JSON text."""

    columns: tuple[Any, ...]
    record: str

    @property
    def id(self) -> str:
        """The call's id."""
        found: str = self.columns[0]
        return found

    def to_json(self) -> str:
        """For the spool; one line."""
        return json.dumps({"columns": dict(zip(COLUMNS, self.columns, strict=True)), "record": self.record})

    @classmethod
    def from_json(cls, text: str) -> Line:
        """Back again; columns that are younger than the text are empty.

        Raises ``ValueError`` or ``KeyError`` for anything that :meth:`to_json` never made.
        """
        data = json.loads(text)
        if not isinstance(data, dict) or not isinstance(data["record"], str) or not data["columns"]["id"]:
            raise ValueError("not a stored call")
        return cls(tuple(data["columns"].get(name) for name in COLUMNS), data["record"])


def line_of(record: CallRecord, find_point: PointOf = point_of, *, seconds: float | None = None) -> Line:
    """Prepare a record. ``seconds`` is its length where known (by default from its start and end)."""
    call = record.call
    lasted = record.seconds if seconds is None else seconds
    kind = classify(record.outcome, lasted)
    columns = (
        call.id,
        to_ms(call.started_at),
        to_ms(record.ended_at),
        round(lasted, 3),
        call.caller,
        call.dialled,
        call.diversion,
        call.direction,
        *branch_of(record),
        record.plan,
        type(record.outcome).__name__,
        kind.value,
        next((e.verb.node for e in reversed(record.entries) if type(e.verb).__name__ == "Enter"), None),
        find_point(record),
        record.longest_owed_silence,
    )
    text = json.dumps(encode(record), ensure_ascii=False, separators=(",", ":"))
    return Line(tuple(_storable(item) for item in columns), _storable(text))


def _storable(value: Any) -> Any:
    """Half a surrogate pair (from bytes that were no UTF-8) cannot be stored: it is kept as ``\\udcff`` in words."""
    if type(value) is str and not value.isascii():
        return value.encode("utf-8", "backslashreplace").decode()
    return value


def put(conn: sqlite3.Connection, lines: Iterable[Line]) -> None:
    """Store ended calls inside the caller's transaction. The same call stored twice is one call."""
    for line in lines:
        conn.execute(_PUT_CALL, line.columns)
        conn.execute(_PUT_JOURNAL, (line.record, line.id))


@dataclass(frozen=True, slots=True)
class CallRow:
    """An ended call as lists show it (personal data: ``caller``, ``point``)."""

    id: str
    started_at: datetime
    ended_at: datetime
    seconds: float | None
    """``None`` when the engine died during the call."""
    caller: str | None
    dialled: str
    diversion: str | None
    direction: str
    branch: str | None
    res: str | None
    plan: str
    outcome: str
    kind: OutcomeClass
    node: str | None
    point: str | None
    owed: float
    repeated: bool
    """The same number or service point called again within 24 h."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls: all that is given must hold. ``caller`` is the number's last digits."""

    since: datetime | None = None
    until: datetime | None = None
    kinds: tuple[OutcomeClass, ...] = ()
    branch: str | None = None
    caller: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class StoredCall:
    """A call with its whole record; values of classes that are not the centre's come back as ``Unknown``."""

    row: CallRow
    record: CallRecord


# A repeat is looked for by the index of last digits: the whole number is compared, the index only narrows it down.
_LATER = f"later.started > c.ended AND later.started <= c.ended + {_REPEAT_MS} AND later.id NOT GLOB '{TRIAL}*'"
_REPEATED = f"""(
    EXISTS (SELECT 1 FROM calls later WHERE substr(later.caller, -{TAIL}) = substr(c.caller, -{TAIL})
        AND later.caller = c.caller AND {_LATER})
    OR EXISTS (SELECT 1 FROM calls later WHERE later.point = c.point AND {_LATER}))"""


class AmbiguousCall(LookupError):
    """The beginning of an id fits several calls."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Reads the records. Raises ``StoreBusy`` where the database cannot be read."""

    db: Connection
    tz: tzinfo
    classes: Mapping[str, type] = field(default_factory=lambda: CORE)

    def all(self, wanted: Wanted) -> tuple[CallRow, ...]:
        """The calls that fit, the newest first."""
        where, values = _conditions(wanted)
        # The subquery takes the few rows first: otherwise repeats would be looked for in all that fit.
        sql = (
            f"SELECT c.*, {_REPEATED} AS repeated FROM"
            f" (SELECT * FROM calls {where} ORDER BY started DESC LIMIT ?) c ORDER BY c.started DESC"
        )
        return tuple(self._row(row) for row in self.db.rows(sql, [*values, wanted.limit]))

    def get(self, id_or_prefix: str) -> StoredCall | None:
        """The call of that id, of the only id that begins so, or the one stored last (``last``).

        Raises :class:`AmbiguousCall`.
        """
        if id_or_prefix == "last":
            rows = self.db.rows(f"{_ONE} ORDER BY c.seq DESC LIMIT 1")
        else:
            rows = self.db.rows(f"{_ONE} WHERE c.id = ?", [id_or_prefix])
            if not rows and id_or_prefix:
                end = id_or_prefix[:-1] + chr(ord(id_or_prefix[-1]) + 1)
                rows = self.db.rows(f"{_ONE} WHERE c.id >= ? AND c.id < ? LIMIT 2", [id_or_prefix, end])
        if not rows:
            return None
        if len(rows) > 1:
            raise AmbiguousCall(f"several calls begin with {id_or_prefix!r}")
        record = Codec(self.classes).decode(json.loads(rows[0]["record"]))
        return StoredCall(self._row(rows[0]), record)

    def records(self, wanted: Wanted, *, trials: bool = False, mentions: str = "") -> Iterator[StoredCall]:
        """The calls that fit with their records, the oldest first, read one at a time; ``trials``: also those that try
        something out. ``mentions``: only those in whose record this text stands as a value of its own.
        ``wanted.limit`` does not count."""
        where, values = _conditions(wanted, *(() if trials else (f"id NOT GLOB '{TRIAL}*'",)))
        if mentions:
            where += f" {'AND' if where else 'WHERE'} EXISTS {_MENTIONS}"
            values.append(json.dumps(mentions, ensure_ascii=False))
        codec = Codec(self.classes)
        for row in self.db.rows(f"SELECT seq FROM calls {where} ORDER BY started, seq", values):
            found = self.db.row(f"{_ONE} WHERE c.seq = ?", [row["seq"]])
            if found is not None:
                yield StoredCall(self._row(found), codec.decode(json.loads(found["record"])))

    def count(self, wanted: Wanted, *, trials: bool = False) -> int:
        """How many :meth:`records` there are."""
        where, values = _conditions(wanted, *(() if trials else (f"id NOT GLOB '{TRIAL}*'",)))
        row = self.db.row(f"SELECT count(*) AS n FROM calls {where}", values)
        return 0 if row is None else int(row["n"])

    def measures(self, wanted: Wanted) -> Iterable[tuple[datetime, OutcomeClass, float | None, float, bool]]:
        """Of every call that fits: start, class, seconds, longest owed silence, repeated (for the summary).

        Calls that try something out are left out.
        """
        where, values = _conditions(wanted, f"id NOT GLOB '{TRIAL}*'")
        sql = f"SELECT started, class, seconds, owed, {_REPEATED} AS repeated FROM calls c {where} ORDER BY started"
        for row in self.db.rows(sql, values):
            yield (
                from_ms(row["started"], self.tz),
                OutcomeClass(row["class"]),
                row["seconds"],
                row["owed"],
                bool(row["repeated"]),
            )

    def _row(self, row: sqlite3.Row) -> CallRow:
        return CallRow(
            row["id"],
            from_ms(row["started"], self.tz),
            from_ms(row["ended"], self.tz),
            row["seconds"],
            row["caller"],
            row["dialled"],
            row["diversion"],
            row["direction"],
            row["branch"],
            row["res"],
            row["plan"],
            row["outcome"],
            OutcomeClass(row["class"]),
            row["node"],
            row["point"],
            row["owed"],
            bool(row["repeated"]),
        )


_MENTIONS = "(SELECT 1 FROM journals j WHERE j.call = seq AND instr(j.record, ?))"
_ONE = f"SELECT c.*, j.record, {_REPEATED} AS repeated FROM calls c JOIN journals j ON j.call = c.seq"


def _conditions(wanted: Wanted, *more: str) -> tuple[str, list[Any]]:
    where: list[str] = [*more]
    values: list[Any] = []
    if wanted.since is not None:
        where.append("started >= ?")
        values.append(to_ms(wanted.since))
    if wanted.until is not None:
        where.append("started < ?")
        values.append(to_ms(wanted.until))
    if wanted.kinds:
        where.append(f"class IN ({', '.join('?' * len(wanted.kinds))})")
        values.extend(kind.value for kind in wanted.kinds)
    if wanted.branch is not None:
        where.append("branch = ?")
        values.append(wanted.branch)
    if wanted.caller is not None:
        if len(wanted.caller) >= TAIL:
            where.append(f"substr(caller, -{TAIL}) = ?")
            values.append(wanted.caller[-TAIL:])
        where.append("substr(caller, -length(?)) = ?")
        values.extend([wanted.caller, wanted.caller])
    return ("WHERE " + " AND ".join(where)) if where else "", values
