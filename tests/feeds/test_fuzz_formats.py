"""Every format against damaged documents and odd values: nothing crashes, nothing hangs, no other record is lost."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from collections.abc import Callable
from html import escape
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from outage_feed.errors import Nonsense
from outage_feed.formats import Context, Layout, Parsed, format_names, load_format
from outage_feed.model import Outage, Settlement
from outage_feed.record import read_record, write_record
from tests.feeds.places import NOW
from tests.feeds.test_formats import COLUMNS, ROW

SAMPLES = Path(__file__).parent / "samples"
OURS = Layout(regions=("36",))
GOOD = Settlement("Отрадное", "с", "", "36")
patiently = settings(deadline=3000, suppress_health_check=[HealthCheck.too_slow], max_examples=60)


def read(name: str, data: bytes) -> Parsed:
    return load_format(name).parse(data, Context(name, NOW, "", OURS))


def sample(name: str) -> bytes:
    (file,) = SAMPLES.glob(f"{name}.*")
    return file.read_bytes()


def sound(parsed: Parsed) -> None:
    """What came out can be stored, and read back the same, whatever went in."""
    for one in parsed.outages:
        assert isinstance(one, Outage)
        record = write_record(one)
        json.dumps(record, ensure_ascii=False).encode()
        assert read_record(record, source=one.source).start == one.start
        assert one.planned_end is None or one.planned_end > one.start
        assert one.areas or one.fias or one.network
    for bad in parsed.rejected:
        assert bad.reason
        assert "\n" not in bad.record


PIECES = [b"", b"\0", b'"', b"<", b">", b"]", b"}", b";", b"\xff\xfe", b"<tr>", b"<td", b"9999999999", b"&#x0;", b"-"]


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """The document with a few pieces cut out, doubled, overwritten or put in, or cut off."""
    data = whole
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        length = draw(st.integers(0, 40))
        piece = draw(st.sampled_from([*PIECES, data[at : at + length]]) | st.binary(max_size=8))
        data = data[:at] + piece + data[at + length :]
    return data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data


@pytest.mark.parametrize("name", format_names())
def test_damaged_documents_are_nonsense_or_are_read(name: str) -> None:
    whole = sample(name)

    @patiently
    @given(damaged(whole))
    def check(data: bytes) -> None:
        with contextlib.suppress(Nonsense):
            sound(read(name, data))

    check()


@pytest.mark.parametrize("name", format_names())
def test_any_bytes_are_nonsense_or_are_read(name: str) -> None:
    @patiently
    @given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
    @example(b"")
    def check(data: bytes) -> None:
        with contextlib.suppress(Nonsense):
            sound(read(name, data))

    check()


@patiently
@given(damaged(b"".join([b"<row><c>" + bytes([at]) * 3 for at in range(48, 90)])), st.integers(0, 8))
def test_damaged_parts_of_a_workbook(part: bytes, which: int) -> None:
    source = zipfile.ZipFile(io.BytesIO(sample("xlsx")))
    names = source.namelist()
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        for at, name in enumerate(names):
            content = source.read(name)
            packed.writestr(name, content[: len(content) // 2] + part if at == which % len(names) else content)
    with contextlib.suppress(Nonsense):
        sound(read("xlsx", data.getvalue()))


# One odd record between two good ones. A document is made out of fields of ours.

Fields = dict[str, str]
FIELDS: Fields = {
    "id": "", "region": "Воронежская область", "district": "Новоусманский р-н", "place": "с. Отрадное",
    "where": "ул. Ленина 5", "start": "26.11.2026 09:00", "end": "26.11.2026 16:30", "reason": "ветер", "kind": "план",
}  # fmt: skip
HEADINGS = {
    "id": "№ заявки", "region": "Регион", "district": "Район", "place": "Населённый пункт", "where": "Адреса",
    "start": "Начало", "end": "Окончание", "reason": "Причина", "kind": "Вид",
}  # fmt: skip


def as_csv(records: list[Fields]) -> bytes:
    quoted = [";".join('"' + value.replace('"', '""') + '"' for value in one.values()) for one in records]
    return "\n".join([";".join(HEADINGS.values()), *quoted]).encode()


def as_xlsx(records: list[Fields]) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(list(HEADINGS.values()))
    for one in records:
        page.append(
            [None if value == "" else openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", value) for value in one.values()]
        )
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def as_html(records: list[Fields]) -> bytes:
    head = "".join(f"<th>{heading}</th>" for heading in HEADINGS.values())
    return f"<table><tr>{head}</tr>{''.join(map(_row, records))}</table>".encode()


def _row(one: Fields) -> str:
    return "<tr>" + "".join(f"<td>{escape(value)}</td>" for value in one.values()) + "</tr>"


def as_mrsk(records: list[Fields]) -> bytes:
    rows = []
    for one in records:
        start, end = one["start"].partition(" "), one["end"].partition(" ")
        values = (
            one["region"],
            one["district"],
            one["place"],
            one["where"],
            start[0],
            start[2],
            end[0],
            end[2],
            *ROW[8:],
        )
        rows.append(
            "".join(f'<td class="{name}">{escape(value)}</td>' for name, value in zip(COLUMNS, values, strict=True))
        )
    return "".join(f"<tr>{row}</tr>" for row in rows).encode()


def as_lenenergo(records: list[Fields]) -> bytes:
    rows = []
    for one in records:
        start, end = one["start"].partition(" "), one["end"].partition(" ")
        address = f"{one['place']}, {one['where']}"
        values = (
            one["region"],
            one["district"],
            address,
            start[0],
            start[2],
            end[0],
            end[2],
            "",
            "",
            one["reason"],
            "",
        )
        rows.append(_row(dict(enumerate(values))).replace("<tr>", f'<tr data-record-id="{escape(one["id"])}">'))  # type: ignore[arg-type]
    return f"<table>{''.join(rows)}</table>".encode()


def as_ural(records: list[Fields]) -> bytes:
    names = {"id": "outage_id", "kind": "outage_vid_otkl", "start": "outage_dat_p", "end": "outage_dat_vp_plan"}
    return json.dumps([{names.get(name, name): value for name, value in one.items()} for one in records]).encode()


def _xml(text: str) -> str:
    return escape("".join(letter for letter in text if letter >= " " and letter not in "\ufffe\uffff"))


def as_odin(records: list[Fields]) -> bytes:
    rows = [
        f"<Outage><mRID>{_xml(one['id'])}</mRID><communityDescriptor>{_xml(one['region'])}, {_xml(one['district'])}, "
        f"{_xml(one['place'])}</communityDescriptor><cause>{_xml(one['reason'])}</cause>"
        f"<reportedStartTime>{_xml(one['start'])}</reportedStartTime>"
        f"<estimatedPeriod><end>{_xml(one['end'])}</end></estimatedPeriod>"
        f"<OutageArea><description>{_xml(one['where'])}</description></OutageArea></Outage>"
        for one in records
    ]
    return f'<PubOutages xmlns="http://iec.ch/TC57/2014/PubOutages#">{"".join(rows)}</PubOutages>'.encode()


def as_gis_gkh(records: list[Fields]) -> bytes:
    rows = [
        f"<OutageReport><OutageReportData><OutageReportGUID>{_xml(one['id'])}</OutageReportGUID>"
        f"<OutageKind><Name>{_xml(one['kind'])}</Name></OutageKind><ServiceCodes><ServiceCode>4</ServiceCode></ServiceCodes>"
        f"<StartDate>{_xml(one['start'])}</StartDate><EndDate>{_xml(one['end'])}</EndDate>"
        f"<AdditionalInfo>{_xml(one['region'])}, {_xml(one['district'])}, {_xml(one['place'])}, {_xml(one['where'])}"
        f"</AdditionalInfo></OutageReportData></OutageReport>"
        for one in records
    ]
    return f"<exportOutageReportResult>{''.join(rows)}</exportOutageReportResult>".encode()


def as_json(records: list[Fields]) -> bytes:
    return json.dumps(
        [
            {"id": one["id"], "region": one["region"], "start": _iso(one["start"]), "planned_end": _iso(one["end"]),
             "reason": one["reason"], "places": [{"settlement": {"name": one["place"]}, "objects": one["where"]}]}
            for one in records
        ]
    ).encode()  # fmt: skip


def _iso(text: str) -> str:
    return text.replace("26.11.2026 ", "2026-11-26T").replace("27.11.2026 ", "2026-11-27T")


WRITERS: dict[str, Callable[[list[Fields]], bytes]] = {
    "csv": as_csv, "gis_gkh": as_gis_gkh, "html": as_html, "json": as_json, "lenenergo": as_lenenergo,
    "mrsk": as_mrsk, "odin": as_odin, "ural": as_ural, "xlsx": as_xlsx,
}  # fmt: skip

odd_values = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.sampled_from(
        ["", " ", "\n", "25:70", "31.02.2026 09:00", "0.0.0 0:0", "9" * 400, "<b>", "&amp;", '"', "';", "с. ", "ул.",
         "с N 1 по", "(", "обл", "область", "Москва", "None", "nan", "1e9", "-", "\u2028", "а" * 500, "к" * 5000,
         "кроме дома 5", "12-18", "весь населённый пункт"]
    ),
)  # fmt: skip


def test_every_format_is_fuzzed() -> None:
    assert set(WRITERS) == set(format_names())


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_an_odd_record_loses_no_others(name: str) -> None:
    first = {**FIELDS, "id": "a1"}
    last = {**FIELDS, "id": "a3", "start": "27.11.2026 09:00", "end": "27.11.2026 16:30"}
    assert len(read(name, WRITERS[name]([first, last])).outages) == 2

    @patiently
    @given(st.dictionaries(st.sampled_from(sorted(FIELDS)), odd_values, min_size=1, max_size=4))
    def check(changes: Fields) -> None:
        parsed = read(name, WRITERS[name]([first, {**FIELDS, "id": "a2", **changes}, last]))
        sound(parsed)
        for good in (26, 27):
            assert any(
                one.start.day == good and [area.settlement.name for area in one.areas][:1] == ["Отрадное"]
                for one in parsed.outages
            )

    check()
