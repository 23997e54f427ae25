"""The grid in SQLite: service points, outages with all their versions, the state of every feed.

One file is shared with the switchboard; this is its ``grid_*`` family of tables. Blocking: call it in a worker thread.
Safe from several threads: each has its own connection, WAL lets readers go on while a feed is written, and a writer
waits for another at most ``busy_timeout`` seconds.

Every method raises StoreLocked, StoreFull or StoreBroken and nothing else of SQLite's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from outage_feed import rows
from outage_feed.affecting import affecting
from outage_feed.clusters import Probable
from outage_feed.database import GridDatabase
from outage_feed.feeds import FeedState
from outage_feed.formats import Parsed, Rejected
from outage_feed.model import Address, Outage, ServicePoint, Settlement, Status, Street
from outage_feed.names import settlement_key, street_key
from outage_feed.record import write_record
from outage_feed.register import normalise_account, normalise_phone
from outage_feed.telling import Found
from outage_feed.trouble_rows import PROBABLE_AT, probable, probable_at

_BATCH = 100
"""Outages of a feed written at a time; the calls' own records wait for it, some ten milliseconds."""
_GIVEN = "SELECT id, given FROM grid_outages WHERE source = ?"
_REGISTER_CHANGED = "UPDATE grid_register SET version = version + 1, mark = hex(randomblob(8))"
_INSERT_OUTAGE = """
    INSERT OR REPLACE INTO grid_outages
        (id, source, region, version, received_at, start, fades_at, open, record, given)
    VALUES (:id, :source, :region, :version, :received_at, :start, :fades_at, :open, :record, :given)"""
_INSERT_VERSION = """
    INSERT INTO grid_versions (outage_id, version, received_at, record)
    VALUES (:id, :version, :received_at, :record)"""


@dataclass(frozen=True, slots=True)
class Changes:
    """What taking in an answer changed."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    doubtful: bool = False
    """A record was set aside that may have been any outage: what is missing stays, unless that was to be overruled."""


def _record_of(outage: Outage) -> str:
    return json.dumps(write_record(outage), ensure_ascii=False)


class GridStore(GridDatabase):
    """The grid's tables in one database file."""

    # Service points

    def save_points(self, points: Iterable[ServicePoint]) -> int:
        """Add the points, or replace those of the same id; gives their number. One transaction."""
        points = list(points)
        with self.writing() as db:
            db.table("grid_points").upsert_all([rows.point_row(point) for point in points], pk="id")
            db.conn.executemany("DELETE FROM grid_phones WHERE point_id = ?", [(point.id,) for point in points])
            phones = {(phone, point.id) for point in points for phone in point.phones}
            db.conn.executemany("INSERT INTO grid_phones (phone, point_id) VALUES (?, ?)", sorted(phones))
            db.execute(_REGISTER_CHANGED)
        return len(points)

    def remove_points(self, ids: Iterable[str]) -> None:
        """Forget the points of these ids."""
        keys = [(point_id,) for point_id in ids]
        with self.writing() as db:
            db.conn.executemany("DELETE FROM grid_points WHERE id = ?", keys)
            db.conn.executemany("DELETE FROM grid_phones WHERE point_id = ?", keys)
            db.execute(_REGISTER_CHANGED)

    def points_by_phone(self, phone: str) -> tuple[ServicePoint, ...]:
        """The points that belong to a telephone number, in any spelling."""
        return self._points(
            "JOIN grid_phones g ON g.point_id = p.id WHERE g.phone = ?",
            (normalise_phone(phone) or phone,),
        )

    def points_by_account(self, account: str) -> tuple[ServicePoint, ...]:
        """The points of a personal account; spaces and dashes in it do not matter."""
        return self._points("WHERE p.account = ? AND p.account != ''", (normalise_account(account),))

    def points_by_id(self, id_: str) -> tuple[ServicePoint, ...]:
        """The service point of this id, or none."""
        return self._points("WHERE p.id = ?", [id_])

    def points_at(self, settlement: Settlement, street: Street | None = None) -> tuple[ServicePoint, ...]:
        """The points in a place of that name (its type and district are not compared), or on a street of it."""
        where, parameters = "WHERE p.place_key = ?", [settlement_key(settlement)]
        if street is not None:
            where += " AND p.street_key = ?"
            parameters.append(street_key(street))
        return self._points(where, parameters)

    def help_points(self, settlement: Settlement) -> tuple[str, ...]:
        """Where people of the settlement get help in a long outage, as the register words it; mostly nothing."""
        sql = "SELECT text FROM grid_help WHERE place_key = ? AND settlement_type = ? AND district = ? ORDER BY text"
        keys = (settlement_key(settlement), settlement.type, settlement.district)
        return tuple(row["text"] for row in self.rows(sql, keys))

    def points_fed_by(self, network: Sequence[str]) -> tuple[ServicePoint, ...]:
        """The points fed by any of these parts of the network (ТП, feeders). Reads the whole register."""
        marks = ", ".join("?" * len(network))
        return self._points(
            f"WHERE EXISTS (SELECT 1 FROM json_each(p.network) n WHERE n.value IN ({marks}))", tuple(network)
        )

    def points_by_fias(self, codes: Sequence[str]) -> tuple[ServicePoint, ...]:
        """The points in houses of these codes of the state register of addresses. Reads the whole register."""
        return self._points("WHERE p.fias IN (SELECT value FROM json_each(?))", (json.dumps(codes),))

    def places(self) -> tuple[Address, ...]:
        """Every street (or settlement without streets) that has a service point, each once, without houses."""
        return tuple(map(rows.place, self.rows(rows.PLACES)))

    def addresses(self) -> Iterator[Address]:
        """Every house that has a service point, each once, without flats. Reads the whole register, bit by bit."""
        return rows.addresses(self.each(rows.ADDRESSES))

    def register_version(self) -> int:
        """Grows with every change of the register; cheap."""
        return int(self.rows("SELECT version FROM grid_register")[0]["version"])

    def register_mark(self) -> str:
        """Another one with every change of the register, and no other register's."""
        return str(self.rows("SELECT mark FROM grid_register")[0]["mark"])

    def many_points(self, number: int) -> bool:
        """Whether the register has more points than this."""
        return bool(self.rows("SELECT 1 FROM grid_points LIMIT 1 OFFSET ?", (number,)))

    def count_points(self) -> tuple[tuple[str, int, int], ...]:
        """Region, number of its service points, number of those that have a telephone."""
        phones = "EXISTS (SELECT 1 FROM grid_phones f WHERE f.point_id = p.id)"
        sql = f"SELECT region, count(*) AS points, sum({phones}) AS phones FROM grid_points p GROUP BY region"
        return tuple((row["region"], row["points"], row["phones"]) for row in self.rows(f"{sql} ORDER BY region"))

    def describe_points(self) -> list[dict[str, Any]]:
        """Of each region: points, settlements, streets, houses, points with telephone, account, ТП, house code, and
        settlements with help points. Reads the whole register."""
        phones = "EXISTS (SELECT 1 FROM grid_phones f WHERE f.point_id = p.id)"
        place = "place_key || '|' || settlement_type || '|' || district"
        street = f"CASE street WHEN '' THEN NULL ELSE {place} || '|' || street_type || '|' || street END"
        return self.rows(
            f"""SELECT region, count(*) AS points, count(DISTINCT {place}) AS settlements,
                count(DISTINCT {street}) AS streets,
                count(DISTINCT {place} || '|' || street_type || '|' || street || '|' || house) AS houses,
                sum({phones}) AS with_phone, sum(account != '') AS with_account,
                sum(network NOT IN ('', '[]')) AS with_network, sum(coalesce(fias, '') != '') AS with_fias,
                (SELECT count(DISTINCT h.place_key || h.settlement_type || h.district) FROM grid_help h
                 WHERE h.place_key LIKE p.region || '|%') AS with_help
            FROM grid_points p GROUP BY region ORDER BY region"""
        )

    def _points(self, where: str, parameters: Sequence[Any]) -> tuple[ServicePoint, ...]:
        phones = "(SELECT group_concat(f.phone, ' ') FROM grid_phones f WHERE f.point_id = p.id) AS phones"
        found = self.rows(f"SELECT p.*, {phones} FROM grid_points p {where} ORDER BY p.id", parameters)
        return tuple(map(rows.point, found))

    # Outages

    def find(self, point: ServicePoint, now: datetime) -> Found:
        """Everything known about darkness at the point: the answer to «find outages»."""
        explanations = affecting(point, self.outages_near(point, now), now)
        feeds = [feed for feed in self.feeds() if feed.stale_after is not None and feed.covers(point.region)]
        stale = [feed for feed in feeds if feed.stale(now)]
        times = [feed.last_success for feed in stale or feeds]
        as_of = min((time for time in times if time is not None), default=None) if None not in times else None
        return Found(point, explanations, now, as_of, tuple(feed.name for feed in stale), self.probable_at(point, now))

    def probable_at(self, point: ServicePoint, now: datetime) -> Probable | None:
        """The probable outage that callers' reports made at the point, if one is to be told of."""
        found = self.rows(PROBABLE_AT, probable_at(point, now))
        return probable(found[0]) if found else None

    def outages_near(self, point: ServicePoint, now: datetime) -> tuple[Outage, ...]:
        """The outages of the point's place, street and network that may still be news at ``now``."""
        keys = [settlement_key(point.address.settlement), *(f"net:{name}" for name in point.network)]
        if point.fias:
            keys.append(f"fias:{point.fias}")
        street = street_key(point.address.street) if point.address.street else ""
        marks = ", ".join("?" * len(keys))
        found = self.rows(
            f"""SELECT DISTINCT o.* FROM grid_places p JOIN grid_outages o ON o.id = p.outage_id
                WHERE p.place IN ({marks}) AND p.street IN ('', ?) AND o.fades_at >= ? ORDER BY o.start, o.id""",
            [*keys, street, now.timestamp()],
        )
        return tuple(map(rows.outage, found))

    def outages(self, *, source: str = "", region: str = "", everything: bool = False) -> tuple[Outage, ...]:
        """Outages by their start: those that are open, or ``everything`` there ever was."""
        wheres, parameters = ["1"] if everything else ["open = 1"], []
        for column, value in (("source", source), ("region", region)):
            if value:
                wheres.append(f"{column} = ?")
                parameters.append(value)
        sql = f"SELECT * FROM grid_outages WHERE {' AND '.join(wheres)} ORDER BY start, id"
        return tuple(map(rows.outage, self.rows(sql, parameters)))

    def outage(self, outage_id: str) -> Outage | None:
        """The current version of one outage."""
        found = self.rows("SELECT * FROM grid_outages WHERE id = ?", (outage_id,))
        return rows.outage(found[0]) if found else None

    def history(self, outage_id: str) -> tuple[Outage, ...]:
        """Every version of one outage, the first one first."""
        found = self.rows(
            """SELECT v.outage_id AS id, o.source, v.version, v.received_at, v.record
               FROM grid_versions v JOIN grid_outages o ON o.id = v.outage_id
               WHERE v.outage_id = ? ORDER BY v.version""",
            (outage_id,),
        )
        return tuple(map(rows.outage, found))

    def add(self, outage: Outage, now: datetime) -> Outage:
        """Store a person's new outage under the next free number of its source («dispatcher:7»)."""
        with self.writing() as db:
            return self.add_within(db, outage, now)

    def add_within(self, db: Database, outage: Outage, now: datetime) -> Outage:
        """:meth:`add`, inside a transaction of :meth:`writing`."""
        found = self.rows("SELECT id FROM grid_outages WHERE source = ?", (outage.source,))
        numbers = [row["id"].rpartition(":")[2] for row in found]
        number = str(1 + max((int(text) for text in numbers if text.isdecimal()), default=0))
        outage = replace(outage, id=f"{outage.source}:{number}", source_id=number)
        return self._save(db, outage, now)

    def save(self, outage: Outage, now: datetime) -> Outage:
        """Store a new outage, or a new version of a known one; gives what is stored now (unchanged: as it was).

        What a person says of an outage that a feed brought stands until the feed itself says something new of it.
        """
        with self.writing() as db:
            return self._save(db, outage, now)

    def take_in(self, source: str, parsed: Parsed, now: datetime, *, snapshot: bool, sure: bool = False) -> Changes:
        """Take in the answer of a source; gives what that changed.

        ``snapshot``: the answer is everything that the source has, so what is missing was withdrawn (never «restored»),
        unless its stated end has passed anyway, or a record was set aside that may have been it (``sure``: even
        then, where not even its id was readable).

        A long answer is written in several transactions, lest calls wait to be recorded; should one fail, taking in
        the same answer again does the rest.
        """
        known = {row["id"]: row["given"] for row in self.rows(_GIVEN, (source,))}
        records = {outage.id: _record_of(outage) for outage in parsed.outages}
        fresh = [outage for outage in parsed.outages if known.get(outage.id) != records[outage.id]]
        for at in range(0, len(fresh), _BATCH):
            with self.writing() as db:
                for outage in fresh[at : at + _BATCH]:
                    self._save(db, outage, now, given=records[outage.id])
        gone: list[Outage] = []
        doubtful = snapshot and not all(rejected.outage_id for rejected in parsed.rejected)
        if snapshot and (sure or not doubtful):
            present = records.keys() | {bad.outage_id for bad in parsed.rejected}
            gone = [
                outage
                for outage in self.outages(source=source)
                if outage.id not in present and outage.status(now) in (Status.PLANNED, Status.ACTIVE)
            ]
        with self.writing() as db:
            for outage in gone:
                self._save(db, replace(outage, closed_at=now), now, given="")
            db.execute("DELETE FROM grid_rejected WHERE source = ?", [source])
            db.conn.executemany(
                "INSERT INTO grid_rejected (source, at, record, reason, outage_id) VALUES (?, ?, ?, ?, ?)",
                [(source, now.timestamp(), bad.record, bad.reason, bad.outage_id) for bad in parsed.rejected],
            )
        new = sum(outage.id not in known for outage in fresh)
        return Changes(new, len(fresh) - new, len(parsed.outages) - len(fresh), len(gone), doubtful)

    def remove_source(self, source: str) -> None:
        """Forget a source with its outages and their history: for examples, not for the real record."""
        ids = "(SELECT id FROM grid_outages WHERE source = ?)"
        with self.writing() as db:
            db.execute(f"DELETE FROM grid_places WHERE outage_id IN {ids}", [source])
            db.execute(f"DELETE FROM grid_versions WHERE outage_id IN {ids}", [source])
            db.execute("DELETE FROM grid_outages WHERE source = ?", [source])
            db.execute("DELETE FROM grid_feeds WHERE name = ?", [source])
            db.execute("DELETE FROM grid_rejected WHERE source = ?", [source])

    def _save(self, db: Database, outage: Outage, now: datetime, *, given: str | None = None) -> Outage:
        """The version that is stored now; the moment when the end was stated is kept as long as it stands.

        ``given``: the record as its feed gave it; the same again is nothing new, whatever a person has added since.
        """
        found = self.rows("SELECT * FROM grid_outages WHERE id = ?", (outage.id,))
        before = rows.outage(found[0]) if found else None
        if before is not None and given and given == found[0]["given"]:
            return before
        if outage.set_at is None and outage.planned_end is not None:
            kept = before.set_at if before is not None and before.planned_end == outage.planned_end else None
            outage = replace(outage, set_at=kept or now)
        record = _record_of(outage)
        if before is not None:
            if found[0]["record"] == record and given is None:
                return before
            outage = replace(outage, version=before.version + 1)
        outage = replace(outage, received_at=now)
        kept_given = found[0]["given"] if found and given is None else given
        row = {
            "id": outage.id, "source": outage.source, "region": outage.region, "version": outage.version,
            "received_at": now.timestamp(), "start": outage.start.timestamp(),
            "fades_at": rows.fades_at(outage, now).timestamp(),
            "open": int(outage.closed_at is None and outage.restored_at is None),
            "record": record, "given": kept_given,
        }  # fmt: skip
        db.execute(_INSERT_OUTAGE, row)
        db.execute(_INSERT_VERSION, row)
        db.execute("DELETE FROM grid_places WHERE outage_id = ?", [outage.id])
        db.conn.executemany(
            "INSERT INTO grid_places (place, street, outage_id) VALUES (?, ?, ?)",
            [(place, street, outage.id) for place, street in sorted(rows.places(outage))],
        )
        return outage

    # Feeds

    def feeds(self) -> tuple[FeedState, ...]:
        """The state of every source."""
        found = self.rows(
            """SELECT f.*, (SELECT count(*) FROM grid_rejected r WHERE r.source = f.name) AS rejected
               FROM grid_feeds f ORDER BY name"""
        )
        return tuple(map(rows.feed, found))

    def feed(self, name: str) -> FeedState | None:
        """The state of one source."""
        return next((feed for feed in self.feeds() if feed.name == name), None)

    def save_feed(self, state: FeedState) -> None:
        """Store the state of a source."""
        with self.writing() as db:
            db.table("grid_feeds").upsert(rows.feed_row(state), pk="name")

    def forget_feeds(self, names: Iterable[str], now: datetime) -> None:
        """Drop the state of sources that are not read any more, lest they count as stale for ever.

        Nobody will say any more how their open outages go on, so those are withdrawn.
        """
        for name in names:
            open_ones = self.outages(source=name)
            with self.writing() as db:
                for outage in open_ones:
                    self._save(db, replace(outage, closed_at=now), now, given="")
                for table, column in (("grid_feeds", "name"), ("grid_rejected", "source")):
                    db.execute(f"DELETE FROM {table} WHERE {column} = ?", [name])

    def rejected(self, source: str) -> tuple[Rejected, ...]:
        """The records of the source's last answer that were set aside."""
        found = self.rows("SELECT record, reason, outage_id FROM grid_rejected WHERE source = ?", (source,))
        return tuple(Rejected(row["record"], row["reason"], row["outage_id"]) for row in found)
