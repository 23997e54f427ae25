"""◆ The register's places in memory: settlements, their streets, their houses, found by how their names sound."""

from __future__ import annotations

from collections.abc import Iterable

from outage_feed.model import Address


class Places:
    """Every settlement, street and house of the register."""

    def __init__(self, addresses: Iterable[Address]) -> None:
        self.addresses = tuple(addresses)

    @property
    def houses(self) -> int:
        """How many houses there are."""
        return len(self.addresses)
