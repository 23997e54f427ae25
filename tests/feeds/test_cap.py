"""CAP 1.2 out: what the schema of the standard asks for, held against what we write."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.cli import main
from outage_feed.cap import NAMESPACE, Sender, is_mass, write_cap
from outage_feed.freetext import parse_area
from outage_feed.model import MOSCOW, Kind, Outage
from outage_feed.store import GridStore
from tests.feeds.places import HOUR, NOW, TOWN, VILLAGE, outage, point

SENDER = Sender("grid.example", "Липецкэнерго", "88002200220")
ALERT = (
    "identifier sender sent status msgType source scope restriction addresses code note references incidents info"
).split()
INFO = (
    "language category event responseType urgency severity certainty audience eventCode effective onset expires "
    "senderName headline description instruction web contact parameter resource area"
).split()
REQUIRED = {
    "alert": {"identifier", "sender", "sent", "status", "msgType"},
    "info": {"category", "event", "urgency", "severity", "certainty"},
    "area": {"areaDesc"},
    "geocode": {"valueName", "value"},
}
WORDS = {
    "status": {"Actual", "Exercise", "System", "Test", "Draft"},
    "msgType": {"Alert", "Update", "Cancel", "Ack", "Error"},
    "scope": {"Public", "Restricted", "Private"},
    "category": {"Geo", "Met", "Safety", "Infra", "Other"},
    "responseType": {"Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"},
    "urgency": {"Immediate", "Expected", "Future", "Past", "Unknown"},
    "severity": {"Extreme", "Severe", "Moderate", "Minor", "Unknown"},
    "certainty": {"Observed", "Likely", "Possible", "Unlikely", "Unknown"},
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")


def checked(document: bytes) -> Element:
    """The alert, after every rule of the schema that concerns what we write has been looked at."""
    alert = fromstring(document)
    assert alert.tag == f"{{{NAMESPACE}}}alert"
    for element in alert.iter():
        element.tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
    for element, order in ((alert, ALERT), *((info, INFO) for info in alert.findall("info"))):
        places = [order.index(child.tag) for child in element]
        assert places == sorted(places)
    for element in alert.iter():
        assert REQUIRED.get(element.tag, set()) <= {child.tag for child in element}, element.tag
        assert element.text
        assert element.text.strip() or len(element)
        if element.tag in WORDS:
            assert element.text in WORDS[element.tag]
        if element.tag in ("sent", "effective", "onset", "expires"):
            assert TIME.fullmatch(element.text)
        if element.tag in ("identifier", "sender"):
            assert not re.search(r"[\s,<&]", element.text)
    for reference in (alert.findtext("references") or "").split():
        assert len(reference.split(",")) == 3
    return alert


def a_mass_outage(**more: object) -> Outage:
    values: dict[str, object] = {"received_at": NOW - HOUR, "id": "planned:2026 11/17", **more}
    return outage("весь населённый пункт", TOWN, **values)


def test_an_alert() -> None:
    alert = checked(write_cap([a_mass_outage(reason="обрыв провода")], SENDER, NOW))
    assert alert.findtext("identifier") == "planned:2026_11/17.1"
    assert (alert.findtext("msgType"), alert.findtext("references")) == ("Alert", None)
    info = alert.find("info")
    assert info is not None
    assert info.findtext("event") == "Аварийное отключение электроэнергии"
    assert info.findtext("expires") == "2026-11-25T14:00:00+03:00"
    assert info.findtext("urgency") == "Immediate"
    description = info.findtext("description") or ""
    assert "25.11.2026 14:00. Время ориентировочное" in description
    assert "обрыв провода" in description
    assert info.findtext("area/areaDesc") == "Липецкая область, Грязинский р-н, г. Грязи (весь населённый пункт)"


def test_what_is_not_known_is_left_out() -> None:
    alert = checked(write_cap([a_mass_outage(planned_end=None, kind=Kind.UNKNOWN)], SENDER, NOW))
    assert alert.find("info/expires") is None
    assert "восстановление" not in (alert.findtext("info/description") or "")
    assert "Причина" not in (alert.findtext("info/description") or "")


def test_updates_and_the_end_refer_to_what_was_sent_before() -> None:
    first = a_mass_outage()
    moved = replace(first, version=2, planned_end=NOW + 5 * HOUR, received_at=NOW - HOUR / 2)
    over = replace(moved, version=3, restored_at=NOW, received_at=NOW)
    update = checked(write_cap([first, moved], SENDER, NOW))
    assert update.findtext("msgType") == "Update"
    assert update.findtext("references") == "grid.example,planned:2026_11/17.1,2026-11-25T11:00:00+03:00"
    cancel = checked(write_cap([first, moved, over], SENDER, NOW))
    assert cancel.findtext("msgType") == "Cancel"
    assert len((cancel.findtext("references") or "").split()) == 2
    assert cancel.findtext("note") == "Электроснабжение восстановлено 25.11.2026 12:00."
    withdrawn = checked(write_cap([first, replace(moved, closed_at=NOW)], SENDER, NOW))
    assert withdrawn.findtext("note") == "Отключение снято с учёта."
    with pytest.raises(ValueError, match="without a version"):
        write_cap([], SENDER, NOW)


def test_what_is_a_mass_outage() -> None:
    assert is_mass(a_mass_outage(), 0, 100)
    assert is_mass(outage(areas=(parse_area(TOWN, "ул. Мира"), parse_area(VILLAGE, ""))), 0, 100)
    assert is_mass(outage("ул. Ленина"), 100, 100)
    assert not is_mass(outage("ул. Ленина"), 99, 100)


@settings(deadline=2000)
@given(
    st.text(max_size=40), st.text(max_size=40), st.sampled_from(Kind), st.integers(-5, 5),
    st.none() | st.integers(1, 9), st.booleans(), st.text(min_size=1, max_size=8),
)  # fmt: skip
def test_whatever_an_outage_says_the_document_keeps_the_rules(
    text: str, reason: str, kind: Kind, hours: int, end: int | None, somewhere: bool, name: str
) -> None:
    start = NOW + timedelta(hours=hours)
    one = outage(
        text, id=f"s:{name}", reason=reason, kind=kind, start=start, received_at=NOW,
        planned_end=None if end is None else start + end * HOUR,
    )  # fmt: skip
    if not somewhere:
        one = replace(one, areas=(), text=text or "дома по кодам", fias=("c1",))
    checked(write_cap([one], SENDER, NOW))


def test_export(tmp_path: Path) -> None:
    (tmp_path / "ivr.toml").write_text("", encoding="utf-8")
    now = datetime.now(MOSCOW)
    with GridStore.open(tmp_path / "var" / "ivr.db") as store:
        store.save_points([point(VILLAGE, "ул. Ленина", "5")])
        store.save(a_mass_outage(start=now - HOUR, planned_end=now + HOUR), now)
        store.save(outage("ул. Ленина 5", id="small:1", start=now - HOUR, planned_end=now + HOUR), now)
        store.save(a_mass_outage(id="old:1", start=now - 90 * HOUR, restored_at=now - 50 * HOUR), now)

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, ["outages", "export", "--home", str(tmp_path), "--cap", *words])
        assert done.exit_code == code, done.output
        return done.output

    folder = tmp_path / "cap"
    assert json.loads(run("--to", str(folder), "--json")) == {"written": ["planned:2026_11/17.1"]}
    checked((folder / "planned_2026_11_17.1.xml").read_bytes())
    assert len(list(folder.iterdir())) == 1
    assert len(json.loads(run("--to", str(folder), "--points", "1", "--json"))["written"]) == 2
    assert checked(run("small:1", "--sender", "grid.example").encode()).findtext("sender") == "grid.example"
    assert "no outage «x»" in run("x", code=1)
    assert "say where to write" in run(code=2)
