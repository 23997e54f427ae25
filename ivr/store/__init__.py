"""The store: SQLite through sqlite-utils, one file per family of tables."""

from ivr.store.store import Store

__all__ = ["Store"]
