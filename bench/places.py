"""Ten callers with ten addresses, and ten outages that end at ten different times: what each must hear differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.call.model import Prompt
from outage_feed.model import Address, ServicePoint, Settlement, Street
from outage_feed.record import read_record
from outage_feed.store import GridStore
from outage_feed.telling import telling
from robot.wording import Ongoing, tell, tell_again

SOURCE = "bench"
STREETS = (
    "Ленина", "Садовая", "Мира", "Лесная", "Полевая", "Заречная", "Советская", "Дачная", "Песковатская", "Центральная",
)  # fmt: skip
FIRST_END = timedelta(hours=3)
APART = timedelta(minutes=37)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever calls from ``phone``, what they are owed, and what the shorter sentence after it is."""

    phone: str
    outage_id: str
    until: datetime
    sentence: Prompt
    again: Prompt

    @property
    def digits(self) -> str:
        """The number as telephones send it: without the plus."""
        return self.phone.removeprefix("+")


def lay_out_places(grid: GridStore, now: datetime) -> tuple[Caller, ...]:
    """Put the ten points and outages into an instance's register; gives the callers. Raises StoreError."""
    points = [_point(number, street) for number, street in enumerate(STREETS)]
    grid.save_points(points)
    for number, point in enumerate(points):
        grid.save(_outage(number, point, now), now)
    return tuple(_caller(grid, point, now) for point in points)


def _point(number: int, street: str) -> ServicePoint:
    settlement = Settlement("Бабяково", "с", "Новоусманский", "36")
    address = Address(settlement, Street(street, "ул"), str(3 + 2 * number))
    phones = (f"+7900010000{number}",)
    return ServicePoint(f"bench-{number}", address, f"360009000{number}", phones, "Воронежэнерго", "Новоусманский РЭС")


def _outage(number: int, point: ServicePoint, now: datetime):  # type: ignore[no-untyped-def]
    street = point.address.street
    assert street is not None
    end = (now + FIRST_END + number * APART).replace(second=0, microsecond=0)
    record = {
        "id": f"bench-{number}",
        "kind": "emergency",
        "region": "36",
        "start": (now - timedelta(hours=1)).isoformat(),
        "planned_end": end.isoformat(),
        "places": [
            {
                "settlement": {"name": "с. Бабяково", "district": "Новоусманский р-н"},
                "streets": [{"name": f"ул. {street.name}", "houses": [point.address.house]}],
            }
        ],
    }
    return read_record(record, source=SOURCE, received_at=now)


def _caller(grid: GridStore, point: ServicePoint, now: datetime) -> Caller:
    told = telling(grid.find(point, now))
    if not isinstance(told, Ongoing) or not hasattr(told, "until"):
        raise RuntimeError(f"{point.id}: expected an outage with a time, found {told}")
    return Caller(point.phones[0], told.explanation.outage.id, told.until, tell(told, point.address), tell_again(told))


def all_different(callers: Sequence[Caller]) -> bool:
    """Whether every caller is owed a sentence of their own."""
    return len({caller.sentence for caller in callers}) == len(callers)
