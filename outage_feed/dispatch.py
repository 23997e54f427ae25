"""What a dispatcher wants to know before an outage goes on the list: whom it concerns, and how it was understood."""

from __future__ import annotations

from dataclasses import replace

from outage_feed.affecting import Sureness, covers
from outage_feed.model import Area, Outage, ServicePoint, Settlement
from outage_feed.names import fold_district, same_settlement
from outage_feed.record import write_houses
from outage_feed.store import GridStore


class SeveralDistricts(ValueError):
    """The settlement's name is in more than one district of the register; ``districts`` are those."""

    def __init__(self, place: Settlement, districts: tuple[str, ...]) -> None:
        super().__init__(f"{place} is in several districts: {', '.join(districts)}")
        self.districts = districts


def with_district(store: GridStore, place: Settlement) -> Settlement:
    """The place with its district from the register where that is plain; without one all answers are «possibly».

    Raises SeveralDistricts, and StoreError.
    """
    if place.district or place.type == "г":
        return place
    twins = [point.address.settlement for point in store.points_at(place)]
    districts = {fold_district(twin.district): twin.district for twin in twins if same_settlement(place, twin)}
    if len(districts) > 1:
        raise SeveralDistricts(place, tuple(sorted(districts.values())))
    return replace(place, district=next(iter(districts.values()), ""))


def affected(store: GridStore, outage: Outage) -> tuple[tuple[ServicePoint, Sureness], ...]:
    """The known service points that the outage covers, surely or possibly, by their ids; raises StoreError."""
    points = {point.id: point for area in outage.areas for point in store.points_at(area.settlement)}
    points |= {point.id: point for point in store.points_fed_by(outage.network)}
    if outage.fias:
        points |= {point.id: point for point in store.points_by_fias(outage.fias)}
    answers = ((points[id_], covers(outage, points[id_])) for id_ in sorted(points))
    return tuple((point, sureness) for point, sureness in answers if sureness is not None)


def count_affected(store: GridStore, outage: Outage) -> tuple[int, int]:
    """How many known service points the outage covers surely, and possibly; raises StoreError."""
    answers = [sureness for _, sureness in affected(store, outage)]
    return answers.count(Sureness.SURE), answers.count(Sureness.POSSIBLE)


def understood(outage: Outage) -> list[str]:
    """How the outage's places were understood, in lines for a person to check."""
    lines = []
    for area in outage.areas:
        lines += _lines(area)
    if outage.network:
        lines.append(f"network: {', '.join(outage.network)}")
    if outage.fias:
        lines.append(f"houses by FIAS code: {len(outage.fias)}")
    return lines


def _lines(area: Area) -> list[str]:
    place = ", ".join(filter(None, (str(area.settlement), area.settlement.district)))
    if area.whole:
        return [f"{place}: the whole settlement"]
    if not area.streets and not area.unclear:
        return [f"{place}: streets not said (possibly)"]
    streets = [f"  {part.street}: {write_houses(part.houses) or 'houses not said (possibly)'}" for part in area.streets]
    return [place, *streets, *(f"  not understood, kept as text (possibly): {text}" for text in area.unclear)]
