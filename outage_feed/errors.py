"""The errors of the outage feed; it imports neither the switchboard nor the robot, so it has its own tree.

::

    OutageFeedError
    ├── UnknownFormat          a format was asked for that no file in formats/ provides
    ├── Nonsense               an answer as a whole cannot be read: the old data stay in use
    ├── FeedError(retryable)   a feed could not be fetched (name of the source in the message)
    ├── RegisterError          a register file as a whole cannot be read (single bad rows are Problems, not errors)
    └── StoreError(retryable)
        ├── StoreLocked        another process writes for longer than the busy timeout; trying again helps
        ├── StoreFull          no room on the disk
        └── StoreBroken        not a database, damaged, not writable

Whoever sits between us and the switchboard turns ``StoreError`` into its own «unavailable» answer.
"""

from __future__ import annotations


class OutageFeedError(Exception):
    """Everything that this package raises on purpose."""


class UnknownFormat(OutageFeedError):
    """No feed format of that name exists; the message lists those that do."""


class Nonsense(OutageFeedError):
    """An answer as a whole is not what its format promises: an error page, other columns, cut off in the middle."""


class FeedError(OutageFeedError):
    """A feed could not be fetched. ``retryable`` is False when only a change of the settings can help."""

    def __init__(self, message: str, *, retryable: bool = True) -> None:
        super().__init__(message)
        self.retryable = retryable


class RegisterError(OutageFeedError):
    """A register of service points cannot be read at all: no such file, no known columns, not CSV or JSON."""


class StoreError(OutageFeedError):
    """The database failed. ``retryable`` says whether trying again a moment later can help."""

    retryable = False


class StoreLocked(StoreError):
    """Another process has held the database for longer than the busy timeout."""

    retryable = True


class StoreFull(StoreError):
    """There is no room left on the disk for the database."""


class StoreBroken(StoreError):
    """The file is not our database, is damaged, or may not be read or written."""
