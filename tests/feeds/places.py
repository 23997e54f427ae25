"""Service points and outages that the feed tests share, and hypothesis strategies for houses."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st

from outage_feed.freetext import parse_area
from outage_feed.model import (
    MOSCOW,
    Address,
    House,
    HouseItem,
    HouseSet,
    Kind,
    Outage,
    Parity,
    Range,
    ServicePoint,
    Settlement,
    Single,
    Street,
)
from outage_feed.names import parse_settlement, parse_street

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=MOSCOW)
HOUR = timedelta(hours=1)
VILLAGE = Settlement("Бабяково", "с", "Новоусманский р-н", "36")
TOWN = Settlement("Грязи", "г", "Грязинский р-н", "48")

LETTERS = "абвгде"
letters = st.sampled_from(["", *LETTERS])
numbers = st.integers(1, 300)
houses = st.builds(
    House,
    numbers,
    letters,
    st.sampled_from(["", "", "", "1", "2а"]),
    st.sampled_from(["", "", "", "1", "3"]),
    st.sampled_from(["", "", "", "1"]),
)


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    """Ranges as the parser makes them: in order; a side of the street goes with sure ranges only."""
    first = draw(st.builds(House, st.integers(1, 200), letters))
    last = House(first.number + draw(st.integers(1, 60)), draw(letters))
    sure = draw(st.booleans())
    return Range(first, last, draw(st.sampled_from(Parity)) if sure else Parity.UNSAID, sure)


items: st.SearchStrategy[HouseItem] = st.one_of(st.builds(Single, houses, st.booleans()), ranges())
house_sets = st.builds(
    HouseSet,
    st.lists(items, max_size=4, unique=True).map(tuple),
    st.booleans(),
    st.lists(st.sampled_from(["магазин", "кв. 5", "у леса"]), max_size=2, unique=True).map(tuple),
)


def point(place: str | Settlement = VILLAGE, street: str = "", house: str = "", **more: object) -> ServicePoint:
    """A service point; ``street`` and ``place`` carry their types."""
    settlement = place if isinstance(place, Settlement) else parse_settlement(place, region="36")
    address = Address(settlement, parse_street(street) if street else None, house)
    return ServicePoint(str(more.pop("id", "p1")), address, **more)  # type: ignore[arg-type]


def outage(where: str = "", place: Settlement = VILLAGE, **more: object) -> Outage:
    """An emergency in ``place`` that began an hour ago and is to end in two hours, unless told otherwise."""
    values: dict[str, object] = {
        "id": "test:1",
        "source": "test",
        "start": NOW - HOUR,
        "areas": (parse_area(place, where),),
        "text": where,
        "region": place.region,
        "kind": Kind.EMERGENCY,
        "planned_end": NOW + 2 * HOUR,
    }
    return Outage(**{**values, **more})  # type: ignore[arg-type]


def street(text: str) -> Street:
    return parse_street(text)
