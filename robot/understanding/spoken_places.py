"""◆ The register's places with the ways in which their names are said."""

from __future__ import annotations

from collections.abc import Iterable

from outage_feed.model import Address
from outage_feed.places import Places


def places_of(addresses: Iterable[Address]) -> Places:
    """The places of these addresses, to be found by what callers say."""
    return Places(addresses)
