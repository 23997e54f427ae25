"""The tables of the grid in the engine's database: every migration there ever was, applied in order when it is opened.

Table family ``grid_*``. Moments are whole or fractional seconds since 1970 (UTC), ``REAL``.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("outage_feed")


@migrations()
def service_points(db: Database) -> None:
    """The register: one row per service point, its phones beside it, both found by index."""
    db.table("grid_points").create(
        {
            "id": str, "account": str, "region": str, "district": str, "settlement_type": str, "settlement": str,
            "street_type": str, "street": str, "house": str, "flat": str, "branch": str, "res": str,
            "network": str, "place_key": str, "street_key": str,
        },
        pk="id",
        not_null={"account", "region", "settlement", "place_key", "street_key"},
    )  # fmt: skip
    db.table("grid_points").create_index(["account"])
    db.table("grid_points").create_index(["place_key", "street_key"])
    db.table("grid_phones").create({"phone": str, "point_id": str}, pk=("phone", "point_id"))
    db.table("grid_phones").create_index(["point_id"])


@migrations()
def outages(db: Database) -> None:
    """The current version of each outage, where it is, and every version there was."""
    db.table("grid_outages").create(
        {
            "id": str, "source": str, "region": str, "version": int, "received_at": float,
            "start": float, "fades_at": float, "open": int, "record": str, "given": str,
        },
        pk="id",
        not_null={"source", "version", "received_at", "start", "fades_at", "open", "record"},
    )  # fmt: skip
    db.table("grid_outages").create_index(["source", "open"])
    db.table("grid_outages").create_index(["fades_at"])
    db.table("grid_places").create({"place": str, "street": str, "outage_id": str}, pk=("place", "street", "outage_id"))
    db.table("grid_places").create_index(["outage_id"])
    db.table("grid_versions").create(
        {"outage_id": str, "version": int, "received_at": float, "record": str}, pk=("outage_id", "version")
    )


@migrations()
def feeds(db: Database) -> None:
    """What is known about each source: when it last answered, with what, and what of it was set aside."""
    db.table("grid_feeds").create(
        {
            "name": str, "format": str, "url": str, "regions": str, "stale_after": float,
            "last_attempt": float, "last_success": float, "last_error": str, "failures": int,
            "etag": str, "last_modified": str, "digest": str, "records": int, "empties": int,
        },
        pk="name",
    )  # fmt: skip
    db.table("grid_rejected").create({"source": str, "at": float, "record": str, "reason": str, "outage_id": str})
    db.table("grid_rejected").create_index(["source"])


@migrations()
def pauses(db: Database) -> None:
    """Since when nothing of a source is withdrawn, because a record that was set aside may have been anything."""
    db.table("grid_feeds").add_column("paused_since", float)


@migrations()
def register_version(db: Database) -> None:
    """A number that grows with every change of the register: whoever keeps it in memory sees that it is old."""
    db.table("grid_register").insert({"version": 1})


@migrations()
def trouble(db: Database) -> None:
    """What callers in the dark report, and the outages that become probable by it.

    A report's ``caller`` and ``house`` are what makes it the same one again; ``probable`` is what it belongs to.
    """
    db.table("grid_probable").create(
        {
            "id": int, "key": str, "reach": str, "region": str, "place": str, "house": str, "calls": int,
            "first_at": float, "last_at": float, "expires_at": float, "state": str, "outage": str,
            "decided_at": float, "decided_by": str, "note": str,
        },
        pk="id",
        not_null={"key", "reach", "region", "place", "house", "calls", "first_at", "last_at", "expires_at", "state"},
    )  # fmt: skip
    db.table("grid_probable").create_index(["state", "key"])
    db.table("grid_reports").create(
        {
            "id": int, "at": float, "caller": str, "phone": str, "call_id": str, "point_id": str, "house": str,
            "street_key": str, "net_key": str, "alone": int, "probable": int,
        },
        pk="id",
        not_null={"at", "caller", "phone", "call_id", "point_id", "house", "street_key", "alone"},
    )  # fmt: skip
    db.table("grid_reports").create_index(["caller", "house"])
    db.table("grid_reports").create_index(["street_key", "at"])
    db.table("grid_reports").create_index(["net_key", "at"])
    db.table("grid_reports").create_index(["probable"])


@migrations()
def houses_by_code(db: Database) -> None:
    """The code of a point's house in the state register of addresses: some feeds name houses by nothing else."""
    db.table("grid_points").add_column("fias", str)


@migrations()
def way_in(db: Database) -> None:
    """Tokens of the API; and every change of an outage or a probable one as an event, for those told by webhooks.

    Triggers write the events, so that changes by feeds, dispatchers (in a process of their own) and the API are all
    there. AUTOINCREMENT: a number is never given twice, and whoever has seen one knows what is older.
    """
    db.table("grid_tokens").create(
        {
            "name": str,
            "hash": str,
            "scope": str,
            "made_at": float,
            "made_by": str,
            "used_at": float,
            "revoked_at": float,
        },
        pk="name",
        not_null={"hash", "scope", "made_at"},
    )
    db.table("grid_tokens").create_index(["hash"], unique=True)
    db.execute(
        """CREATE TABLE grid_events (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, what TEXT NOT NULL, id TEXT NOT NULL,
            version INTEGER)"""
    )
    db.execute(
        """CREATE TRIGGER grid_outage_event AFTER INSERT ON grid_versions BEGIN
            INSERT INTO grid_events (at, what, id, version)
            VALUES (NEW.received_at, 'outage', NEW.outage_id, NEW.version); END"""
    )
    changed = "NEW.state IS NOT OLD.state OR NEW.outage IS NOT OLD.outage OR NEW.calls IS NOT OLD.calls"
    db.execute(
        f"""CREATE TRIGGER grid_probable_event AFTER UPDATE ON grid_probable WHEN {changed} BEGIN
            INSERT INTO grid_events (at, what, id)
            VALUES (coalesce(NEW.decided_at, NEW.last_at), 'probable', NEW.id); END"""
    )
    db.table("grid_webhooks").create(
        {"url": str, "position": int, "failures": int, "last_success": float, "last_error": str},
        pk="url",
        not_null={"position", "failures"},
    )


@migrations()
def events_by_subject(db: Database) -> None:
    """Whether there is a later event of the same thing: of a probable outage only the newest is told."""
    db.table("grid_events").create_index(["what", "id", "seq"])


@migrations()
def register_mark(db: Database) -> None:
    """A mark by chance of the register as it is: what was made from it elsewhere is known to be of no other one."""
    db.table("grid_register").add_column("mark", str)
    db.execute("UPDATE grid_register SET mark = hex(randomblob(8))")


@migrations()
def register_import(db: Database) -> None:
    """How far an import of the register has come, so that a killed one goes on; help points of settlements."""
    db.table("grid_import").create(
        {
            "files": str, "version": int, "copied": int, "rows": int, "points": int, "problems": int,
            "error_bytes": int,
        },
        not_null={"files", "version", "copied", "rows", "points", "problems", "error_bytes"},
    )  # fmt: skip
    db.table("grid_help").create(
        {"place_key": str, "settlement_type": str, "district": str, "text": str},
        pk=("place_key", "settlement_type", "district", "text"),
    )
