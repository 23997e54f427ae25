"""lenenergo (HTML of fixed columns), odin and gis_gkh (XML): their oddities, and XML that means harm."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from pathlib import Path

import pytest

from outage_feed.affecting import covers
from outage_feed.dispatch import count_affected, understood
from outage_feed.errors import Nonsense
from outage_feed.formats import Context, Layout, Parsed, load_format
from outage_feed.model import Kind, Outage, Settlement, Status, Sureness
from outage_feed.store import GridStore
from outage_feed.telling import NoneKnown, Planned, telling
from tests.feeds.places import HOUR, NOW, TOWN, point
from tests.feeds.test_formats import sample

SAMPLES = Path(__file__).parent / "samples"
LISKI = "Лискинский р-н"


def read(name: str, text: str | bytes, region: str = "") -> Parsed:
    data = text if isinstance(text, bytes) else text.encode()
    return load_format(name).parse(data, Context(name, NOW, "", Layout(regions=(region,) if region else ())))


def hours(one: Outage) -> str:
    return f"{one.start:%d %H:%M}" + (f"-{one.planned_end:%d %H:%M}" if one.planned_end else "")


# lenenergo


def test_the_sample_of_lenenergo() -> None:
    works, night, village = sample("lenenergo").outages
    assert [hours(one) for one in (works, night, village)] == ["25 09:00-25 17:00", "25 22:00-26 06:00", "26 10:00"]
    assert {one.kind for one in (works, night, village)} == {Kind.PLANNED}
    assert (works.reason, works.source_id, works.branch) == ("Замена КТП 2073", "332251", "Воронежэнерго")
    assert works.text == "п Пески, ул Пихтовая, д. 5; п Пески, ул Пихтовая, д. 7а; п Рощино, ул Пески; СНТ Берёзка"
    assert works.fias == ("1d15fa2f-0000-4000-8000-000000000001", "1d15fa2f-0000-4000-8000-000000000002")
    assert (night.branch, night.res) == ("Лискинские ЭС", "Лискинский РЭС")
    liski = Settlement("Лиски", "г", "", "36")
    assert covers(night, point(liski, "ул. Титова", "12")) is Sureness.SURE
    assert covers(night, point(liski, "ул. Титова", "14")) is None
    (bad,) = sample("lenenergo").rejected
    assert (bad.outage_id, "row 4 id 332254: no start" in bad.reason) == ("lenenergo:332254", True)


@pytest.mark.parametrize(
    ("place", "street", "house", "answer"),
    [
        (Settlement("Пески", "п", LISKI, "36"), "ул. Пихтовая", "5", Sureness.SURE),
        (Settlement("Пески", "п", LISKI, "36"), "ул. Пихтовая", "6", None),
        (Settlement("Пески", "п", LISKI, "36"), "ул. Лесная", "5", None),
        (Settlement("Рощино", "п", LISKI, "36"), "ул. Пески", "1", Sureness.POSSIBLE),
        (Settlement("Рощино", "п", LISKI, "36"), "ул. Лесная", "1", None),
        (Settlement("Пескино", "п", LISKI, "36"), "ул. Пихтовая", "5", None),
        (Settlement("Песочный", "п", LISKI, "36"), "ул. Пихтовая", "5", None),
        (Settlement("Пески", "снт", LISKI, "36"), "ул. Пихтовая", "5", None),
        (Settlement("Пески", "п", "Каширский р-н", "36"), "ул. Пихтовая", "5", None),
    ],
)
def test_a_place_is_not_another_of_a_like_name(
    place: Settlement, street: str, house: str, answer: Sureness | None
) -> None:
    assert covers(sample("lenenergo").outages[0], point(place, street, house)) is answer


def table() -> str:
    return (SAMPLES / "lenenergo.html").read_text("utf-8")


def test_a_page_of_lenenergo_without_outages_and_one_that_is_none() -> None:
    assert read("lenenergo", "") == Parsed()
    head = "<table><tr><th>Регион</th></tr>"
    assert read("lenenergo", head + "</table>") == Parsed()
    assert read("lenenergo", head + "<tr><td>По вашему запросу ничего не найдено</td></tr></table>") == Parsed()
    with pytest.raises(Nonsense, match="no table rows"):
        read("lenenergo", "<h1>503</h1>")
    with pytest.raises(Nonsense, match="cut off"):
        read("lenenergo", table().partition("332254")[0] + '332254"><td>')
    # A column more in front: every date stands in another place.
    with pytest.raises(Nonsense, match="columns have changed"):
        read("lenenergo", table().replace('">\n    <td>', '">\n    <td>1</td><td>'))


def test_a_row_with_other_cells_is_set_aside() -> None:
    parsed = read("lenenergo", table().replace("<td>Лискинские ЭС</td><td>Лискинский РЭС</td><td></td><td></td>", ""))
    assert len(parsed.outages) == 2
    assert parsed.rejected[0].reason == "row 2 id 332252: it has 7 cells"


def test_a_street_named_after_the_town_does_not_hide_it() -> None:
    (one,) = read("lenenergo", table().replace("ул Титова", "ул Лискинская")).outages[1:2]
    assert covers(one, point(Settlement("Лиски", "г", "", "36"), "ул. Лискинская", "12")) is Sureness.SURE


def test_without_an_id_the_place_and_the_start_are_one() -> None:
    page = table().replace("data-record-id", "data-x")
    one, again = (read("lenenergo", text).outages[0] for text in (page, page.replace("17:00", "18:00")))
    assert (one.source_id, one.id) == ("", again.id)


# odin


def test_the_sample_of_odin() -> None:
    emergency, planned, restored = sample("odin").outages
    assert [hours(one) for one in (emergency, planned, restored)] == ["25 10:40-25 16:30", "25 11:19", "25 08:00"]
    assert [one.kind for one in (emergency, planned)] == [Kind.EMERGENCY, Kind.PLANNED]
    assert (emergency.reason, planned.reason) == ("Повреждение опоры", "Плановый ремонт")
    here = Settlement("Косоржа", "с", "Щигровский район", "46")
    assert covers(emergency, point(here, "ул. Луговая", "7")) is Sureness.SURE
    assert covers(emergency, point(here, "ул. Луговая", "8")) is None
    assert restored.status(NOW) is Status.RESTORED
    (bad,) = sample("odin").rejected
    assert bad.outage_id == "odin:8479c252-0000-4000-8000-000000000004"


def odin(fields: str) -> Parsed:
    body = f"<Outage><mRID>1</mRID><communityDescriptor>с. Беседино</communityDescriptor>{fields}</Outage>"
    return read("odin", f'<PubOutages xmlns="http://iec.ch/TC57/2014/PubOutages#">{body}</PubOutages>', "46")


START = "<reportedStartTime>2026-11-25T07:00:00Z</reportedStartTime>"


@pytest.mark.parametrize("end", ["Unknown", "", "N/A", "2026-11-25", "25:61", "soon", "2026-11-25T06:00:00Z"])
def test_an_estimate_that_cannot_be_read_is_not_known(end: str) -> None:
    parsed = odin(f"{START}<estimatedPeriod><end>{end}</end></estimatedPeriod>")
    assert [one.planned_end for one in parsed.outages] == [None]
    assert bool(parsed.rejected) is (end not in ("Unknown", "", "N/A"))
    assert all(bad.outage_id == "odin:1" for bad in parsed.rejected)


def test_what_odin_says_of_the_end() -> None:
    (over,) = odin(f"{START}<statusKind>restored</statusKind>").outages
    assert (over.restored_at, over.closed_at) == (None, NOW)  # when it came back is not said, so it is not told
    (later,) = odin(f"{START}<actualPeriod><end>2026-11-25T20:00:00Z</end></actualPeriod>").outages
    assert later.restored_at is None  # still to come
    assert "no start in «»" in odin("").rejected[0].reason
    assert "no start in «noon»" in odin("<reportedStartTime>noon</reportedStartTime>").rejected[0].reason


def test_places_of_odin() -> None:
    area = "<OutageArea><description>ул. Луговая 1, 3</description></OutageArea>"
    (one,) = odin(START + area).outages
    here = Settlement("Беседино", "с", "", "46")
    assert covers(one, point(here, "ул. Луговая", "3")) is Sureness.POSSIBLE  # no district, so another Беседино perhaps
    assert covers(one, point(here, "ул. Мира", "3")) is None
    text = "<Outage><communityDescriptor>Беседино</communityDescriptor>" + START + "</Outage>"
    (bare,) = read("odin", f"<PubOutages>{text}<Outage/></PubOutages>", "46").outages
    assert str(bare.areas[0].settlement) == "Беседино"
    coded = read("odin", f"<PubOutages>{text.replace('Беседино', '53053')}</PubOutages>", "46")
    assert "«53053» is a code or none" in coded.rejected[0].reason
    assert "names no region" in read("odin", f"<PubOutages>{text}</PubOutages>").rejected[0].reason


def test_an_empty_list_of_odin() -> None:
    assert read("odin", '<?xml version="1.0"?><PubOutages xmlns="http://iec.ch/TC57/2014/PubOutages#"/>') == Parsed()
    assert read("odin", "") == Parsed()


# gis_gkh


def test_the_sample_of_gis_gkh() -> None:
    """Houses by code; a report that was cancelled; one of water, which is none of ours; one without a start."""
    planned, cancelled = sample("gis_gkh").outages
    assert (hours(planned), planned.kind, planned.reason) == (
        "26 09:00-26 17:00",
        Kind.PLANNED,
        "Замена вводного кабеля",
    )
    known = replace(point(TOWN, "ул. Другая", "9"), fias="cc000000-0000-4000-8000-000000000003")
    assert covers(planned, known) is Sureness.SURE
    assert covers(planned, point(TOWN, "ул. Правды", "5")) is Sureness.SURE
    assert covers(planned, point(TOWN, "ул. Правды", "7")) is None
    assert (cancelled.kind, cancelled.planned_end, cancelled.areas) == (Kind.EMERGENCY, None, ())
    assert cancelled.status(NOW) is Status.WITHDRAWN
    (bad,) = sample("gis_gkh").rejected
    assert bad.reason == "OutageReport 4 GUID aa000000-0000-4000-8000-000000000004: no start in «скоро»"


def test_a_house_that_is_known_by_its_code_only_is_told(tmp_path: Path) -> None:
    page = (SAMPLES / "gis_gkh.xml").read_text("utf-8").replace("Липецкая обл., г. Грязи, ул. Правды, дома 3, 5", "")
    parsed = read("gis_gkh", page, "48")
    here = replace(point(TOWN, "ул. Другая", "9"), fias="cc000000-0000-4000-8000-000000000003")
    there = replace(point(TOWN, "ул. Другая", "11", id="p2"), fias="cc000000-0000-4000-8000-000000000099")
    later = NOW.replace(day=26)
    with GridStore.open(tmp_path / "ivr.db") as store:
        store.save_points([here, there])
        store.take_in("gis_gkh", parsed, NOW, snapshot=True)
        assert store.points_by_id("p1") == (here,)
        assert isinstance(telling(store.find(here, later)), Planned)
        assert telling(store.find(there, later)) == NoneKnown()
        (one,) = store.outages(source="gis_gkh")
        assert count_affected(store, one) == (1, 0)
        assert understood(one) == ["houses by FIAS code: 2"]


def gis(*, head: str = "<OutageReportGUID>1</OutageReportGUID>", data: str = "", objects: str = "") -> Parsed:
    report = f"<OutageReport><OutageReportData>{head}{data}</OutageReportData>{objects}</OutageReport>"
    return read("gis_gkh", f"<exportOutageReportResult>{report}</exportOutageReportResult>", "48")


SERVICE = "<ServiceCodes><ServiceCode>4</ServiceCode></ServiceCodes><StartDate>2026-11-25T10:00:00</StartDate>"
HOUSE = "<OutageReportObjects><Houses><FiasHouseGUID>C1</FiasHouseGUID></Houses></OutageReportObjects>"


def test_reports_that_are_no_outages_of_houses() -> None:
    assert len(gis(data=SERVICE, objects=HOUSE).outages) == 1
    assert gis(data=SERVICE + "<OutageType>LIMITATION</OutageType>", objects=HOUSE) == Parsed()
    flat = "<OutageReportObjects><Premises><PremisesGUID>1</PremisesGUID></Premises></OutageReportObjects>"
    assert gis(data=SERVICE, objects=flat) == Parsed()
    assert gis(data=SERVICE.replace("4", "6"), objects=HOUSE) == Parsed()


@pytest.mark.parametrize(
    ("head", "data", "objects", "reason"),
    [
        ("", SERVICE, HOUSE, "OutageReportGUID is missing"),
        (
            "<TransportGUID>t</TransportGUID>",
            "<StartDate>2026-11-25T10:00:00</StartDate>",
            HOUSE,
            "ServiceCode is missing",
        ),
        ("<TransportGUID>t</TransportGUID>", SERVICE, "", "it names no house by its FIAS code"),
        ("<TransportGUID>t</TransportGUID>", SERVICE.replace("T10", "T99"), HOUSE, "no start in"),
    ],
)
def test_bad_reports(head: str, data: str, objects: str, reason: str) -> None:
    (bad,) = gis(head=head, data=data, objects=objects).rejected
    assert reason in bad.reason


def test_an_answer_of_the_service_that_is_an_error() -> None:
    error = "<state><ErrorMessage><ErrorCode>{}</ErrorCode><Description>Нет</Description></ErrorMessage></state>"
    with pytest.raises(Nonsense, match="answers with an error: Нет"):
        read("gis_gkh", error.format("AUT011003"))
    assert read("gis_gkh", error.format("INT002012")) == Parsed()
    with pytest.raises(Nonsense, match="no outage-report but «html»"):
        read("gis_gkh", "<html/>")


# XML that means harm

LOL = '<!DOCTYPE a [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("name", ["odin", "gis_gkh"])
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (LOL + "<PubOutages>&b;</PubOutages>", "may not be trusted"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><PubOutages>&x;</PubOutages>', "may not be trusted"),
        ('<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><PubOutages/>', "may not be trusted"),
        ("<a>" * 200 + "</a>" * 200, "nested too deeply"),
        ("<PubOutages><Outage>", "cut off"),
        ("<html><br></html>", "not XML"),
        ("{}", "not XML"),
        ('<?xml version="1.0" encoding="no-such"?><a/>', "not XML"),
        ("<PubOutages>&b;</PubOutages>", "not XML"),
    ],
)
def test_xml_that_is_not_read(name: str, text: str, reason: str) -> None:
    with pytest.raises(Nonsense, match=reason):
        read(name, text)


def test_too_many_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outage_feed.formats._xml._MOST", 5)
    with pytest.raises(Nonsense, match="too many elements"):
        read("odin", "<PubOutages>" + "<Outage/>" * 6 + "</PubOutages>")


def test_xml_in_windows_1251() -> None:
    text = (SAMPLES / "odin.xml").read_text("utf-8").replace('encoding="UTF-8"', 'encoding="windows-1251"')
    assert read("odin", text.encode("cp1251")).outages == tuple(
        replace(one, source="odin") for one in read("odin", (SAMPLES / "odin.xml").read_bytes()).outages
    )


@pytest.mark.parametrize(
    "piece", ["<td ", "<!--", "<!", "</", "<![", "<a b='", "&#", "<?", "<td>&lt;", "<tr><td colspan=50>x"]
)
@pytest.mark.parametrize("name", ["mrsk", "lenenergo", "html"])
def test_pages_that_mean_harm_are_read_in_no_time(name: str, piece: str) -> None:
    """html.parser takes minutes for some of these."""
    began = time.monotonic()
    with contextlib.suppress(Nonsense):
        read(name, piece * 40_000)
    assert time.monotonic() - began < 5


def test_hours_are_the_houses_own() -> None:
    """A time without an offset is of UTC+3, one with an offset is brought there."""
    (one,) = gis(data=SERVICE.replace("T10:00:00", "T07:00:00Z"), objects=HOUSE).outages
    assert one.start == NOW - 2 * HOUR
