from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outage_feed import record
from outage_feed.affecting import covers
from outage_feed.errors import Nonsense, UnknownFormat
from outage_feed.formats import Context, Layout, Parsed, decode, format_names, load_format
from outage_feed.model import MOSCOW, Area, House, Kind, Outage, Range, StreetPart, Sureness
from tests.feeds.places import HOUR, NOW, TOWN, VILLAGE, house_sets, outage, point, street

CONTEXT = Context("test", NOW)
SCHEMA = Path(record.__file__).parent / "formats" / "json.schema.json"


def read_json(*records: object) -> Parsed:
    return load_format("json").parse(json.dumps({"outages": list(records)}, ensure_ascii=False).encode(), CONTEXT)


def a_record(**changes: object) -> dict[str, object]:
    base = {
        "id": "7",
        "kind": "emergency",
        "region": "36",
        "start": "2026-11-25T11:00:00+03:00",
        "planned_end": "2026-11-25T16:30:00+03:00",
        "places": [
            {
                "settlement": {"name": "с. Бабяково", "district": "Новоусманский р-н"},
                "streets": [{"name": "ул. Ленина", "houses": ["с 1 по 25", "30а"]}],
            }
        ],
    }
    return {name: value for name, value in {**base, **changes}.items() if value is not ...}


def test_formats_are_the_files_of_the_folder() -> None:
    names = {"csv", "gis_gkh", "html", "json", "lenenergo", "mrsk", "odin", "ural", "xlsx"}
    assert set(format_names()) == names
    with pytest.raises(UnknownFormat, match="there are: csv, gis_gkh, html, json"):
        load_format("xml")


LAYOUTS = {"csv": Layout(regions=("36",)), "xlsx": Layout(regions=("57",)), "html": Layout(regions=("69",))}
"""Of the samples that do not name their region."""


def sample(name: str) -> Parsed:
    """What the format reads out of its sample file, ``samples/<format>.<anything>``."""
    files = list((Path(__file__).parent / "samples").glob(f"{name}.*"))
    assert files, f"the format {name} needs a sample in tests/feeds/samples"
    context = Context(name, NOW, layout=LAYOUTS.get(name, Layout()))
    return load_format(name).parse(files[0].read_bytes(), context)


@pytest.mark.parametrize("name", format_names())
def test_every_format_has_a_sample_with_good_and_bad_records(name: str) -> None:
    parsed = sample(name)
    assert len(parsed.outages) >= 2
    assert len(parsed.rejected) == 1
    assert len({one.id for one in parsed.outages}) == len(parsed.outages)


def test_the_sample_of_mrsk() -> None:
    morning, afternoon, town, farm = sample("mrsk").outages
    assert [str(one.areas[0].settlement) for one in (morning, afternoon)] == ["с. Бабяково", "Бабяково"]
    assert (morning.start.hour, afternoon.start.hour) == (8, 13)
    for one in (morning, afternoon):
        for street_of, house, answer in [
            ("ул. Советская", "15", Sureness.SURE),
            ("ул. Советская", "42", Sureness.SURE),
            ("ул. Советская", "44", None),
            ("пер. Транспортный", "7а", Sureness.SURE),
            ("пер. Транспортный", "7", None),
            ("СНТ Заря", "1", Sureness.POSSIBLE),
        ]:
            assert covers(one, point(VILLAGE, street_of, house)) is answer, (street_of, house)
    sychevka = replace(town.areas[0].settlement, type="г", district="")
    assert [covers(town, point(sychevka, "ул. Пушкина", house)) for house in ("25", "20", "22", "27")] == [
        Sureness.SURE,
        Sureness.SURE,
        None,
        None,
    ]
    assert (town.res, town.planned_end and town.planned_end.minute) == ("", 59)
    assert farm.planned_end is None
    assert farm.areas[0].unclear == ("ВЛ-10 кВ № 4",)


def test_a_json_record() -> None:
    (one,) = read_json(a_record()).outages
    assert (one.id, one.source, one.source_id, one.kind) == ("test:7", "test", "7", Kind.EMERGENCY)
    assert one.planned_end == datetime(2026, 11, 25, 16, 30, tzinfo=MOSCOW)
    assert (one.region, one.branch, one.reason) == ("36", "Воронежэнерго", "")
    assert covers(one, point(VILLAGE, "ул. Ленина", "30а")) is Sureness.SURE
    assert covers(one, point(VILLAGE, "ул. Ленина", "31")) is None


def test_all_but_region_place_and_start_may_be_absent() -> None:
    parsed = read_json(a_record(id=..., kind=..., planned_end=...))
    (one,) = parsed.outages
    assert not parsed.rejected
    assert (one.kind, one.planned_end, one.set_at, one.source_id) == (Kind.UNKNOWN, None, None, "")
    # Without an id the place and the start are the identity: a moved end is another version of the same outage.
    (moved,) = read_json(a_record(id=..., kind=...)).outages
    assert moved.id == one.id
    (other,) = read_json(a_record(id=..., start="2026-11-25T12:00:00+03:00")).outages
    assert other.id != one.id


def test_free_text_in_objects() -> None:
    place = {"settlement": {"name": "г. Грязи"}, "objects": "ул. Мира 3, 5; ТП-41"}
    (one,) = read_json(a_record(region="Липецкая область", places=[place])).outages
    assert covers(one, point(replace(TOWN, district=""), "ул. Мира", "5")) is Sureness.SURE
    assert one.areas[0].unclear == ("ТП-41",)
    assert one.text == "г. Грязи, ул. Мира 3, 5, ТП-41"


def test_times_without_an_offset_are_moscow_time() -> None:
    (one,) = read_json(a_record(start="2026-11-25T11:00")).outages
    assert one.start == datetime(2026, 11, 25, 11, 0, tzinfo=MOSCOW)
    (utc,) = read_json(a_record(start="2026-11-25T08:00:00Z")).outages
    assert utc.start == one.start


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"start": ...}, "outages[1]: start: is missing"),
        ({"region": "Москва"}, "region: «Москва» is not one of the served regions"),
        ({"places": []}, "outages[1]: places: is empty"),
        ({"places": [{"settlement": "с. Бабяково"}]}, "outages[1]: places.0.settlement: must be an object"),
        ({"network": "ТП-1"}, "network: must be a list"),
        ({"planned_end": "2026-11-25T10:00:00+03:00"}, "planned_end 2026-11-25T10:00:00+03:00 is not after start"),
        ({"planned_end": "скоро"}, "a time is written like"),
        ({"planned_end": 1764054000}, "a time is written like"),
        ({"kind": "urgent"}, "kind: must be 'planned', 'emergency' or 'unknown'"),
        ({"ETR": "2026-11-25T10:00:00"}, "ETR: there is no such field"),
    ],
)
def test_a_bad_record_is_set_aside_with_its_reason(bad: dict[str, object], reason: str) -> None:
    parsed = read_json(a_record(id="1"), a_record(id="2", **bad), a_record(id="3"))
    assert [one.source_id for one in parsed.outages] == ["1", "3"]
    (rejected,) = parsed.rejected
    assert reason in rejected.reason
    assert rejected.outage_id == "test:2"


def test_one_id_twice() -> None:
    assert len(read_json(a_record(), a_record()).outages) == 1
    parsed = read_json(a_record(), a_record(reason="другая"))
    assert len(parsed.outages) == 1
    assert "stands twice" in parsed.rejected[0].reason


@pytest.mark.parametrize("data", [b"", b"<html>502</html>", b'{"outages": [', b'{"items": []}', b"7", b"[" * 100_000])
def test_a_document_that_is_none(data: bytes) -> None:
    with pytest.raises(Nonsense):
        load_format("json").parse(data, CONTEXT)


def test_the_schema_file_is_up_to_date_and_describes_our_records() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert schema == record.schema(), (
        "make it anew: python -m outage_feed.record > outage_feed/formats/json.schema.json"
    )
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate({"outages": [a_record(), record.write_record(outage("ул. Мира 5; ТП-41"))]})
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({"outages": [a_record(region=...)]})


moments = st.none() | st.integers(1, 5000).map(lambda minutes: NOW + timedelta(minutes=minutes))
streets = st.builds(
    StreetPart, st.sampled_from([street("ул. Ленина"), street("9-е Января"), street("Мира")]), house_sets
)
areas = st.builds(
    Area,
    st.sampled_from([VILLAGE, TOWN, replace(VILLAGE, type="", district="")]),
    st.lists(streets, max_size=3, unique_by=lambda part: part.street).map(tuple),
    st.booleans(),
    st.sampled_from([(), ("ТП-41",)]),
)


@given(st.lists(areas, min_size=1, max_size=3), moments, moments, moments, st.sampled_from(Kind), st.text(max_size=10))
def test_a_written_record_reads_back_the_same(
    places: list[Area],
    end: datetime | None,
    restored: datetime | None,
    closed: datetime | None,
    kind: Kind,
    reason: str,
) -> None:
    places = [replace(area, settlement=replace(area.settlement, region="36")) for area in places]
    one = Outage(
        "test:7", "test", NOW - HOUR, tuple(places), "текст", "36", kind, end, " ".join(reason.split()), NOW,
        restored, closed, "7", "Воронежэнерго", "РЭС", ("f1",), ("ТП-1", "Ф-2"), NOW, 3,
    )  # fmt: skip
    assert record.read_record(record.write_record(one), source="test", received_at=NOW, version=3) == one


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*a_record(), "reason", "x"]), inner, max_size=5)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*a_record(), "set_at", "network", "text"]), json_values, max_size=4))
def test_no_value_loses_the_other_records(changes: dict[str, object]) -> None:
    parsed = read_json(a_record(id="good"), {**a_record(id="odd"), **changes})
    assert "test:good" in {one.id for one in parsed.outages}
    assert len(parsed.outages) + len(parsed.rejected) >= (1 if changes.get("id") == "good" else 2)


# mrsk

COLUMNS = (
    "region", "district", "location", "object", "disconn-start-date", "disconn-start-time",
    "disconn-end-date", "disconn-end-time", "branch", "res_title",
)  # fmt: skip
ROW = (
    "Воронежская область", "Новоусманский р-н", "с. Бабяково", "ул. Ленина с N 1 по N 25", "25.11.2026", "09:00",
    "25.11.2026", "16:30", "Воронежэнерго", "Новоусманский РЭС",
)  # fmt: skip


def row(**changes: str) -> str:
    """A row of the table; ``disconn_end_time`` stands for the column «disconn-end-time»."""
    dashed = {name if name == "res_title" else name.replace("_", "-"): value for name, value in changes.items()}
    values = dict(zip(COLUMNS, ROW, strict=True)) | dashed
    cells = "".join(f'<td class="{name}">{value}</td>' for name, value in values.items())
    return f'<tr class="d55DE65CD-3A62-4304-BD72-75CB153B8F33">{cells}</tr>\n'


def read_mrsk(text: str | bytes, charset: str = "") -> Parsed:
    data = text if isinstance(text, bytes) else text.encode()
    return load_format("mrsk").parse(data, Context("mrsk", NOW, charset))


def test_a_row() -> None:
    parsed = read_mrsk(row())
    (one,) = parsed.outages
    assert not parsed.rejected
    assert (one.kind, one.reason, one.res, one.branch) == (Kind.PLANNED, "", "Новоусманский РЭС", "Воронежэнерго")
    assert one.start == datetime(2026, 11, 25, 9, 0, tzinfo=MOSCOW)
    assert one.planned_end == datetime(2026, 11, 25, 16, 30, tzinfo=MOSCOW)
    assert one.areas[0].streets[0].houses.items == (Range(House(1), House(25)),)
    assert one.text == "с. Бабяково, ул. Ленина с N 1 по N 25"
    assert covers(one, point(VILLAGE, "ул. Ленина", "5")) is Sureness.SURE


def test_headers_newlines_and_missing_dots() -> None:
    header = "<tr><th>Регион</th></tr><tr><td class='region'>Регион</td><td>Место</td></tr>"
    text = (
        header
        + row(location="\n  с.\r\n Бабяково ", object="ул. Ленина<br>д. 3,\n 5")
        + row(location="г Сычевка", object="")
    )
    one, town = read_mrsk(text).outages
    assert str(one.areas[0].settlement) == "с. Бабяково"
    assert covers(one, point(VILLAGE, "ул. Ленина", "5")) is Sureness.SURE
    assert (town.areas[0].settlement.type, town.areas[0].settlement.name) == ("г", "Сычевка")


def test_two_spellings_of_a_place_are_one_outage() -> None:
    parsed = read_mrsk(row() + row(location="с.Бабяково") + row(location="Бабяково\n", district="Новоусманский район"))
    assert len(parsed.outages) == 1
    assert not parsed.rejected


def test_a_place_with_a_number_and_quotes() -> None:
    (one,) = read_mrsk(row(location="п. 1-го отделения совхоза «Краснопольский»", object="")).outages
    here = replace(VILLAGE, name="1 отделения совхоза Краснопольский", type="п")
    assert covers(one, point(here, "", "3")) is Sureness.POSSIBLE


def test_two_windows_in_a_day_and_several_days() -> None:
    text = (
        row(disconn_start_time="08:00", disconn_end_time="12:00")
        + row(disconn_start_time="13:00", disconn_end_time="17:00")
        + row(disconn_start_date="26.11.2026", disconn_end_date="26.11.2026")
        + row(disconn_start_time="18:00, 20:00", disconn_end_time="19:00, 21:00")
    )
    found = read_mrsk(text).outages
    assert [(one.start.day, one.start.hour, one.planned_end.hour if one.planned_end else None) for one in found] == [
        (25, 8, 12),
        (25, 13, 17),
        (26, 9, 16),
        (25, 18, 19),
        (25, 20, 21),
    ]
    assert len({one.id for one in found}) == 5


@pytest.mark.parametrize(
    ("written", "end"),
    [
        ("16:59", "25 16:59"),
        ("9-30", "25 09:30"),
        ("16=00", "25 16:00"),
        ("16.30", "25 16:30"),
        ("24:00", "26 00:00"),
        ("", "unknown"),
        ("до окончания работ", "unknown"),
        ("25:70", "unknown"),
    ],
)
def test_odd_ends(written: str, end: str) -> None:
    (one,) = read_mrsk(row(disconn_start_time="08:58", disconn_end_time=written)).outages
    assert (f"{one.planned_end:%d %H:%M}" if one.planned_end else "unknown") == end


def test_a_night_under_one_date_ends_in_the_morning() -> None:
    parsed = read_mrsk(row(disconn_start_time="22:00", disconn_end_time="06:00"))
    assert [one.planned_end for one in parsed.outages] == [datetime(2026, 11, 26, 6, tzinfo=MOSCOW)]
    assert not parsed.rejected


def test_an_end_before_the_start_is_not_known_and_the_outage_is_kept() -> None:
    for changes in ({"disconn_end_time": "08:00"}, {"disconn_end_date": "24.11.2026"}):
        (one,) = read_mrsk(row(**changes)).outages
        assert one.planned_end is None
    parsed = read_mrsk(row(disconn_end_time="08:00"))
    (bad,) = parsed.rejected
    assert "25.11.2026 08:00 is not after the start 25.11.2026 09:00" in bad.reason
    assert bad.outage_id == read_mrsk(row()).outages[0].id


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"disconn_start_time": "утром"}, "row 2: no start in «25.11.2026 утром»"),
        ({"disconn_start_date": "31.02.2026"}, "row 2: no start"),
        ({"region": "Москва"}, "row 2: region «Москва» is not one of the served regions"),
        ({"location": " "}, "row 2: the location is empty"),
        ({"disconn_start_time": "8:00, 13:00"}, "row 2: 2 starts but 1 ends"),
    ],
)
def test_a_bad_row_is_set_aside(changes: dict[str, str], reason: str) -> None:
    parsed = read_mrsk(row() + row(**changes) + row(location="с. Отрадное"))
    assert len(parsed.outages) == 2
    assert next(bad.reason for bad in parsed.rejected).startswith(reason)


def test_two_ends_for_one_outage_quote_neither() -> None:
    parsed = read_mrsk(row() + row(disconn_end_time="18:00"))
    (one,) = parsed.outages
    assert one.planned_end is None
    assert "another end" in parsed.rejected[0].reason


def test_several_settlements_in_one_cell_are_only_possible() -> None:
    (one,) = read_mrsk(row(location="с. Бабяково, д. Отрадное", object="ул. Ленина 5")).outages
    assert len(one.areas) == 2
    assert covers(one, point(VILLAGE, "ул. Ленина", "5")) is Sureness.POSSIBLE


@pytest.mark.parametrize("text", ["", " \n ", "<tr><th>Регион</th></tr>", "<p>Плановых отключений не найдено</p>"])
def test_nothing_is_planned(text: str) -> None:
    assert read_mrsk(text) == Parsed()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<html><body><h1>502 Bad Gateway</h1></body></html>", "no table rows"),
        ("<p>Страница не найдена</p>", "no table rows"),
        (row().replace('class="location"', 'class="place"'), "columns have changed"),
        (row() + row()[:-40], "cut off"),
        ("{}", "no table rows"),
    ],
)
def test_an_answer_that_is_none(text: str, reason: str) -> None:
    with pytest.raises(Nonsense, match=reason):
        read_mrsk(text)


@pytest.mark.parametrize(
    ("encoding", "charset"), [("utf-8", ""), ("utf-8", "utf-8"), ("cp1251", "windows-1251"), ("cp1251", ""),
                              ("cp1251", "utf-8"), ("utf-8-sig", ""), ("utf-8", "no-such-charset")]
)  # fmt: skip
def test_encodings(encoding: str, charset: str) -> None:
    (one,) = read_mrsk(row().encode(encoding), charset).outages
    assert one.areas[0].settlement.name == "Бабяково"


@given(st.binary(max_size=200))
def test_decoding_never_fails(data: bytes) -> None:
    decode(data, "utf-16")


@given(
    st.sampled_from(COLUMNS), st.text(st.characters(exclude_characters="<>&", exclude_categories=["Cs"]), max_size=30)
)
def test_no_cell_loses_the_other_rows(column: str, value: str) -> None:
    cells = dict(zip(COLUMNS, ROW, strict=True)) | {column: value}
    odd = "<tr>" + "".join(f'<td class="{name}">{text}</td>' for name, text in cells.items()) + "</tr>"
    parsed = read_mrsk(row(location="с. Отрадное") + odd)
    assert parsed.outages[0].areas[0].settlement.name == "Отрадное"
    assert len(parsed.outages) + len(parsed.rejected) >= (1 if column == "location" else 2)


@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda text: (row() + text + row()).encode()))
def test_no_bytes_break_a_format(data: bytes) -> None:
    for name in format_names():
        try:
            load_format(name).parse(data, CONTEXT)
        except Nonsense:
            continue
