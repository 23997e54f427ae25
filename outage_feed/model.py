"""What the grid's news is made of: places, houses, service points, outages.

Everything is frozen data out of ``str``, ``int``, ``bool``, ``datetime``, string enums and tuples, so that it can be
compared, hashed and written to a journal. An empty string means «not given», ``None`` means «time not given»: feeds
omit nearly everything, and what was omitted is never made up. All times are timezone-aware.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum

MOSCOW = timezone(timedelta(hours=3), "UTC+3")
"""The one time zone of all eleven served regions; it has had no summer time since 2014."""


class Kind(StrEnum):
    """Whether an outage was announced. A feed that does not say so gives UNKNOWN, never a guess."""

    PLANNED = "planned"
    EMERGENCY = "emergency"
    UNKNOWN = "unknown"


class Status(StrEnum):
    """What an outage is at a given moment."""

    PLANNED = "planned"
    """Its start is still to come."""
    ACTIVE = "active"
    OVERDUE = "past its time"
    """The stated end has passed and nobody has said that supply is restored."""
    RESTORED = "restored"
    WITHDRAWN = "withdrawn"
    """Taken off the list without a word about restoration."""


class Sureness(StrEnum):
    """Whether an outage includes a house for sure, or only possibly («возможно»)."""

    SURE = "sure"
    POSSIBLE = "possible"


class Parity(StrEnum):
    """Which side of the street a range of houses speaks of. UNSAID: the list does not tell."""

    UNSAID = "unsaid"
    ALL = "all"
    ODD = "odd"
    EVEN = "even"


@dataclass(frozen=True, slots=True)
class Settlement:
    """A town or village. ``type`` is the canonical short word (г, пгт, с, д, х, снт …), ``region`` the code («36»)."""

    name: str
    type: str = ""
    district: str = ""
    region: str = ""

    def __str__(self) -> str:
        return f"{_dotted(self.type)} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Street:
    """A street, lane, avenue, or a garden partnership inside a settlement; ``type`` as «ул», «пер», «пр-кт» …"""

    name: str
    type: str = ""

    def __str__(self) -> str:
        return f"{_dotted(self.type)} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class House:
    """A house number taken apart: «25а», «25/1», «25 корпус 2 строение 1». Letters are small and Cyrillic."""

    number: int
    letter: str = ""
    fraction: str = ""
    corpus: str = ""
    building: str = ""

    def __str__(self) -> str:
        text = f"{self.number}{self.letter}"
        if self.fraction:
            text += f"/{self.fraction}"
        if self.corpus:
            text += f" к{self.corpus}"
        if self.building:
            text += f" с{self.building}"
        return text

    @property
    def plain(self) -> bool:
        """Whether it is a number and at most a letter."""
        return not (self.fraction or self.corpus or self.building)


@dataclass(frozen=True, slots=True)
class Single:
    """One house of a list. Not ``sure``: the text may mean something else («12-3» can be a flat)."""

    house: House
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Range:
    """Houses from ``first`` to ``last``, both included. Not ``sure``: «12-18» may also be a house and a flat."""

    first: House
    last: House
    parity: Parity = Parity.UNSAID
    sure: bool = True


HouseItem = Single | Range


@dataclass(frozen=True, slots=True)
class HouseSet:
    """The houses of one street in an outage.

    ``whole`` is set only where the source says so («вся улица»). A street named without any houses has an empty set:
    it may be the whole street or not, and its houses are affected only possibly. ``unclear`` keeps what could not
    be read, word for word.
    """

    items: tuple[HouseItem, ...] = ()
    whole: bool = False
    unclear: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StreetPart:
    """A street, and which of its houses."""

    street: Street
    houses: HouseSet = HouseSet()


@dataclass(frozen=True, slots=True)
class Area:
    """What an outage covers in one settlement. ``whole``: the source says the whole settlement."""

    settlement: Settlement
    streets: tuple[StreetPart, ...] = ()
    whole: bool = False
    unclear: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service point is. ``house`` is text as the register has it; ``flat`` is never read aloud."""

    settlement: Settlement
    street: Street | None = None
    house: str = ""
    flat: str = ""

    def short(self) -> str:
        """Street and house, or settlement and house where there are no streets; never the flat."""
        place = str(self.street) if self.street else str(self.settlement)
        return f"{place}, {self.house}" if self.house else place

    def __str__(self) -> str:
        return f"{self.settlement}, {self.short()}" if self.street else self.short()


@dataclass(frozen=True, slots=True)
class ServicePoint:
    """A connection. ``phones`` look like «+79001234567»; ``network`` names its ТП and feeder, nearest first.

    ``fias`` is the code of its house in the state register of addresses (ГАР, formerly ФИАС), in small letters.
    """

    id: str
    address: Address
    account: str = ""
    phones: tuple[str, ...] = ()
    branch: str = ""
    res: str = ""
    network: tuple[str, ...] = ()
    fias: str = ""

    @property
    def region(self) -> str:
        """The code of the region, «36»."""
        return self.address.settlement.region


@dataclass(frozen=True, slots=True)
class Outage:
    """One outage as a source told it; region, place and start are always there, everything else may be absent.

    ``text`` is the place as the source worded it and is always kept. ``set_at`` is when the planned end was stated or
    last changed. ``restored_at`` is set only when someone said so; ``closed_at`` without it means that the outage was
    withdrawn. ``version`` counts the changes from 1.
    """

    id: str
    source: str
    start: datetime
    areas: tuple[Area, ...]
    text: str
    region: str = ""
    kind: Kind = Kind.UNKNOWN
    planned_end: datetime | None = None
    reason: str = ""
    set_at: datetime | None = None
    restored_at: datetime | None = None
    closed_at: datetime | None = None
    source_id: str = ""
    branch: str = ""
    res: str = ""
    fias: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    received_at: datetime | None = None
    version: int = 1

    def status(self, now: datetime) -> Status:
        """What this outage is at ``now``."""
        if self.restored_at is not None and self.restored_at <= now:
            return Status.RESTORED
        if self.closed_at is not None and self.restored_at is None:
            return Status.WITHDRAWN
        if self.planned_end is not None and self.planned_end <= now:
            return Status.OVERDUE
        return Status.PLANNED if self.start > now else Status.ACTIVE


_UNDOTTED = frozenset({"", "пр-кт", "б-р", "ст-ца", "проезд", "линия", "аллея", "пгт", "рп", "дп", "тракт", "кв-л"})


def _dotted(kind: str) -> str:
    """«ул» → «ул.», but «пр-кт» and «СНТ» stand without a dot, as is the custom in addresses."""
    if kind in ("снт", "днт", "днп", "дпк"):
        return kind.upper()
    return kind if kind in _UNDOTTED else f"{kind}."
