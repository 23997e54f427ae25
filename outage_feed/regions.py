"""The eleven served regions: code, name, branch (филиал). Source: DOMAIN §1 of this project."""

from __future__ import annotations

from dataclasses import dataclass

from outage_feed.names import fold


@dataclass(frozen=True, slots=True)
class Region:
    """A served region. ``name`` as in «Воронежская область»; ``branch`` as in «Воронежэнерго»."""

    code: str
    name: str
    branch: str


REGIONS: dict[str, Region] = {
    region.code: region
    for region in (
        Region("31", "Белгородская область", "Белгородэнерго"),
        Region("32", "Брянская область", "Брянскэнерго"),
        Region("36", "Воронежская область", "Воронежэнерго"),
        Region("44", "Костромская область", "Костромаэнерго"),
        Region("46", "Курская область", "Курскэнерго"),
        Region("48", "Липецкая область", "Липецкэнерго"),
        Region("57", "Орловская область", "Орелэнерго"),
        Region("67", "Смоленская область", "Смоленскэнерго"),
        Region("68", "Тамбовская область", "Тамбовэнерго"),
        Region("69", "Тверская область", "Тверьэнерго"),
        Region("76", "Ярославская область", "Ярэнерго"),
    )
}

_BY_NAME = {fold(region.name).split()[0]: region for region in REGIONS.values()}
_BY_BRANCH = {fold(region.branch): region for region in REGIONS.values()}


def find_region(text: str) -> Region | None:
    """The region meant by a code («36»), a name («Воронежская обл») or a branch («Воронежэнерго»); None if not ours."""
    folded = fold(text)
    if folded in REGIONS:
        return REGIONS[folded]
    if folded in _BY_BRANCH:
        return _BY_BRANCH[folded]
    return next((region for name, region in _BY_NAME.items() if name in folded.split()), None)
