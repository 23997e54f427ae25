"""How many requests are let through: a bucket for each token that fills up again with time. Time is an argument."""

from __future__ import annotations

from dataclasses import dataclass

MOST_KEPT = 10_000
"""Buckets kept; beyond it the full ones are dropped, they have nothing to remember."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Rates:
    """Buckets by name: each holds ``per_minute`` requests and fills evenly within a minute."""

    def __init__(self, per_minute: int) -> None:
        self._most = float(per_minute)
        self._buckets: dict[str, _Bucket] = {}

    def take(self, name: str, now: float) -> float:
        """Take one request out of a bucket: 0, or the seconds until there is one again (nothing is taken then)."""
        bucket = self._buckets.setdefault(name, _Bucket(self._most, now))
        bucket.left = self._filled(bucket, now)
        bucket.at = now
        if len(self._buckets) > MOST_KEPT:
            self._buckets = {key: one for key, one in self._buckets.items() if self._filled(one, now) < self._most}
        if bucket.left < 1:
            return (1 - bucket.left) * 60 / self._most
        bucket.left -= 1
        return 0.0

    def _filled(self, bucket: _Bucket, now: float) -> float:
        return min(self._most, bucket.left + max(0.0, now - bucket.at) * self._most / 60)
