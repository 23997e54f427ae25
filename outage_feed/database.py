"""The grid's database file: connections, one for each thread, transactions, and errors in our own terms."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from outage_feed.errors import StoreBroken
from outage_feed.schema import migrations
from outage_feed.sqlite_errors import translated


class GridDatabase:
    """One SQLite file with the grid's tables, for several threads.

    Every method raises StoreLocked, StoreFull or StoreBroken and nothing else of SQLite's.
    """

    def __init__(self, path: Path, busy_timeout: float) -> None:
        self.path = path
        self._busy_timeout = busy_timeout
        self._local = threading.local()
        self._all: list[Database] = []
        self._lock = threading.Lock()
        self._closed = False

    @classmethod
    def open(cls, path: Path, *, busy_timeout: float = 5.0) -> Self:
        """Open the file, making it and its tables where they are missing; raises StoreError."""
        store = cls(path, busy_timeout)
        try:
            with translated(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                store._db.enable_wal()
            if migrations.pending(store._db):
                with store.writing() as db:
                    migrations.apply(db)
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Close every connection; the store cannot be used afterwards."""
        with self._lock:
            self._closed = True
            for db in self._all:
                db.close()
            self._all.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _db(self) -> Database:
        """This thread's connection."""
        if self._closed:
            raise StoreBroken(f"{self.path}: the store was closed")
        db: Database | None = getattr(self._local, "db", None)
        if db is None:
            with translated(self.path):
                connection = sqlite3.connect(self.path, timeout=self._busy_timeout, check_same_thread=False)
                db = Database(connection, execute_plugins=False)
                db.execute("PRAGMA synchronous=NORMAL")
            self._local.db = db
            with self._lock:
                self._all.append(db)
        return db

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """One transaction that holds the right to write from its beginning, so that it cannot fail halfway for it."""
        db = self._db
        with translated(self.path):
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.rollback()
                raise
            db.commit()

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The rows of a query, by column."""
        with translated(self.path):
            cursor = self._db.execute(sql, parameters)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def each(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query one by one, for those too many to be in memory at once."""
        with translated(self.path):
            yield from self._db.execute(sql, parameters)
