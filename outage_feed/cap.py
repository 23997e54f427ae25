"""Outages as warnings of the Common Alerting Protocol (CAP 1.2, OASIS), for news systems and administrations.

One document for each version of an outage: an Alert, then Updates, at last a Cancel, each naming those before it. The
rules kept are those of the standard's schema: the order of elements, identifiers without spaces, commas, ``<`` and
``&``, times with an offset and without fractions. What is not known is left out: no end, no ``expires``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from outage_feed.model import MOSCOW, Area, Kind, Outage, Status
from outage_feed.record import write_area
from outage_feed.regions import REGIONS

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
_NOT_IN_NAMES = re.compile(r"[\s,<&]+")
_EVENTS = {
    Kind.PLANNED: "Плановое отключение электроэнергии",
    Kind.EMERGENCY: "Аварийное отключение электроэнергии",
    Kind.UNKNOWN: "Отключение электроэнергии",
}
_SOON = timedelta(hours=1)
_CAVEAT = "Время ориентировочное и может корректироваться."


@dataclass(frozen=True, slots=True)
class Sender:
    """Who warns: ``id`` is unique in the world (a domain, a mail address), ``name`` and ``contact`` are for people."""

    id: str
    name: str = ""
    contact: str = ""


def is_mass(outage: Outage, points: int, least: int) -> bool:
    """Whether an outage concerns many: a whole settlement, several of them, or at least ``least`` service points."""
    settlements = {area.settlement for area in outage.areas}
    return any(area.whole for area in outage.areas) or len(settlements) > 1 or points >= least


def write_cap(history: Sequence[Outage], sender: Sender, now: datetime) -> bytes:
    """The CAP document for the last of the versions of one outage; the earlier ones are what it refers to.

    Raises ValueError where there is no version.
    """
    if not history:
        raise ValueError("an outage without a version")
    outage = history[-1]
    over = outage.status(now) in (Status.RESTORED, Status.WITHDRAWN)
    alert = Element("alert", xmlns=NAMESPACE)
    _put(alert, "identifier", identifier_of(outage))
    _put(alert, "sender", _name(sender.id))
    _put(alert, "sent", _time(_sent(outage)))
    _put(alert, "status", "Actual")
    _put(alert, "msgType", "Cancel" if over else "Update" if len(history) > 1 else "Alert")
    _put(alert, "scope", "Public")
    if over and outage.restored_at is not None:
        _put(alert, "note", f"Электроснабжение восстановлено {_spoken(outage.restored_at)}.")
    elif over:
        _put(alert, "note", "Отключение снято с учёта.")
    _put(
        alert,
        "references",
        " ".join(f"{_name(sender.id)},{identifier_of(old)},{_time(_sent(old))}" for old in history[:-1]),
    )
    _info(SubElement(alert, "info"), outage, sender, now)
    indent(alert)
    document: bytes = tostring(alert, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def identifier_of(outage: Outage) -> str:
    """The identifier of one version of an outage; the same at every export."""
    return f"{_name(outage.id)}.{outage.version}"


def _info(info: Element, outage: Outage, sender: Sender, now: datetime) -> None:
    status = outage.status(now)
    _put(info, "language", "ru-RU")
    _put(info, "category", "Infra")
    _put(info, "event", _EVENTS[outage.kind])
    _put(info, "responseType", "Prepare" if status is Status.PLANNED else "None")
    _put(info, "urgency", _urgency(outage, now))
    _put(info, "severity", "Moderate" if any(area.whole for area in outage.areas) else "Minor")
    _put(info, "certainty", "Likely" if status is Status.PLANNED else "Observed")
    _put(info, "effective", _time(_sent(outage)))
    _put(info, "onset", _time(outage.start))
    if outage.planned_end is not None:
        _put(info, "expires", _time(outage.planned_end))
    region = REGIONS.get(outage.region)
    _put(info, "senderName", sender.name or outage.branch)
    where = ", ".join(dict.fromkeys(str(area.settlement) for area in outage.areas)) or (region.name if region else "")
    _put(info, "headline", f"{_EVENTS[outage.kind]}: {where}"[:160])
    _put(info, "description", _description(outage))
    _put(info, "contact", sender.contact)
    for area in outage.areas:
        _area(SubElement(info, "area"), area, outage)
    if not outage.areas:
        element = SubElement(info, "area")
        _put(element, "areaDesc", _printable(outage.text).strip() or where or identifier_of(outage))
        _geocodes(element, outage)


def _area(element: Element, area: Area, outage: Outage) -> None:
    region = REGIONS.get(area.settlement.region)
    words = (region.name if region else "", area.settlement.district, write_area(area))
    _put(element, "areaDesc", ", ".join(filter(None, words)))
    _geocodes(element, outage)


def _geocodes(element: Element, outage: Outage) -> None:
    for name, values in (("region", (outage.region,)), ("FIAS", outage.fias)):
        for value in filter(None, values):
            geocode = SubElement(element, "geocode")
            _put(geocode, "valueName", name)
            _put(geocode, "value", value)


def _description(outage: Outage) -> str:
    parts = [outage.text.rstrip(" .") + "."] if outage.text else []
    parts.append(f"Начало: {_spoken(outage.start)}.")
    if outage.planned_end is not None:
        parts.append(f"Планируемое восстановление: {_spoken(outage.planned_end)}. {_CAVEAT}")
    if outage.reason:
        parts.append(f"Причина: {outage.reason.rstrip(' .')}.")
    return " ".join(parts)


def _urgency(outage: Outage, now: datetime) -> str:
    status = outage.status(now)
    if status in (Status.RESTORED, Status.WITHDRAWN):
        return "Past"
    if status is not Status.PLANNED:
        return "Immediate"
    return "Expected" if outage.start - now <= _SOON else "Future"


def _sent(outage: Outage) -> datetime:
    """When this version came: a document written again later is the same document."""
    return outage.received_at or outage.set_at or outage.start


def _put(parent: Element, name: str, text: str) -> None:
    """An element with that text; none where there is no text."""
    text = _printable(text)
    if text.strip():
        SubElement(parent, name).text = text


def _printable(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    text = "".join(letter for letter in text if letter in "\t\n\r" or (letter >= " " and letter not in "\ufffe\uffff"))
    return text.encode("utf-8", errors="ignore").decode("utf-8")


def _name(text: str) -> str:
    return _NOT_IN_NAMES.sub("_", text)


def _time(moment: datetime) -> str:
    return moment.astimezone(MOSCOW).replace(microsecond=0).isoformat()


def _spoken(moment: datetime) -> str:
    return f"{moment.astimezone(MOSCOW):%d.%m.%Y %H:%M}"
