"""Formats whose columns are found by their headings: csv, xlsx, html, ural; and the days and times met there."""

from __future__ import annotations

import io
import json
import re
import tomllib
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from outage_feed import formats
from outage_feed.affecting import covers
from outage_feed.errors import Nonsense
from outage_feed.formats import Context, Layout, Parsed, format_names, load_format
from outage_feed.formats._fields import FIELDS
from outage_feed.formats._moments import end_of, find_day, find_moment, find_times, find_windows
from outage_feed.model import MOSCOW, Kind, Outage, Settlement, Sureness
from tests.feeds.places import NOW, VILLAGE, point
from tests.feeds.test_formats import sample

TODAY = NOW.date()
HEAD = "Населённый пункт;Адреса;Дата;Начало работ;Время окончания\n"
LINE = "с. Бабяково;ул. Ленина с 1 по 25;26.11.2026;9:00;16:30\n"


OURS = Layout(regions=("36",))


def read(name: str, data: str | bytes, layout: Layout = OURS, charset: str = "") -> Parsed:
    given = data.encode() if isinstance(data, str) else data
    return load_format(name).parse(given, Context(name, NOW, charset, layout))


def read_csv(text: str | bytes, **columns: str) -> Parsed:
    return read("csv", text, Layout(columns, regions=("36",)))


def hours(one: Outage) -> str:
    return f"{one.start:%d %H:%M}" + (f"-{one.planned_end:%d %H:%M}" if one.planned_end else "")


def minutes(*times: timedelta) -> list[int]:
    return [int(one.total_seconds()) // 60 for one in times]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("25.11.2026", date(2026, 11, 25)),
        ("5.1.26г.", date(2026, 1, 5)),
        ("25-11-2026", date(2026, 11, 25)),
        ("2026-11-25", date(2026, 11, 25)),
        ("2026-11-25 10:40:00", date(2026, 11, 25)),
        ("25 ноября 2026 г.", date(2026, 11, 25)),
        ("1 мая 2026", date(2026, 5, 1)),
        ("3 марта", date(2027, 3, 3)),
        ("26.11", date(2026, 11, 26)),
        ("30 декабря", date(2026, 12, 30)),
        ("2 янв.", date(2027, 1, 2)),
        ("31.02.2026", None),
        ("25.11.1026", None),
        ("16:30", None),
        ("скоро", None),
        ("", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert find_day(text, TODAY) == day


def test_a_day_without_a_year_needs_to_know_about_when() -> None:
    assert find_day("26.11") is None
    assert find_day("3 марта") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("08:58", [538]),
        ("9-00", [540]),
        ("09=00", [540]),
        ("16.30", [990]),
        ("24:00", [1440]),
        ("9 ч 30 мин", [570]),
        ("9ч.", [540]),
        ("9 часов", [540]),
        ("09:00:00", [540]),
        ("25.11.2026 09:00", [540]),
        ("25 ноября 2026 г. 9:00", [540]),
        ("18:00, 20:00", [1080, 1200]),
        ("25:70", []),
        ("утром", []),
    ],
)
def test_times(text: str, expected: list[int]) -> None:
    assert minutes(*find_times(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("с 9:00 до 17:00", [(540, 1020)]),
        ("08:00-12:00, 13:00-17:00", [(480, 720), (780, 1020)]),
        ("9-00 - 17-00", [(540, 1020)]),
        ("с 9 до 17", [(540, 1020)]),
        ("9-17", [(540, 1020)]),
        ("с 9 ч. до 17 ч.", [(540, 1020)]),
        ("9-15", []),  # a quarter past nine, or until three
        ("9-00", [(540, None)]),
        ("9:00, 12:00, 15:00", []),
        ("весь день", []),
    ],
)
def test_windows(text: str, expected: list[tuple[int, int | None]]) -> None:
    found = [(minutes(start)[0], None if end is None else minutes(end)[0]) for start, end in find_windows(text)]
    assert found == expected


@pytest.mark.parametrize("text", ["2026-11-25T08:00:00Z", "2026-11-25T11:00", "25.11.2026 11:00", "25 ноября, 11-00"])
def test_moments(text: str) -> None:
    assert find_moment(text, TODAY) == datetime(2026, 11, 25, 11, tzinfo=MOSCOW)


def test_a_moment_lacks_nothing() -> None:
    assert find_moment("25.11.2026") is None
    assert find_moment("2026-11-25T99:00:00Z") is None
    assert find_moment("0001-01-01T00:00:00+14:00") is None


def test_ends() -> None:
    evening = datetime(2026, 11, 25, 22, tzinfo=MOSCOW)
    assert end_of(evening, evening - timedelta(hours=16), same_day=True) == (evening + timedelta(hours=8), "")
    assert end_of(evening, evening - timedelta(hours=16), same_day=False)[0] is None
    assert end_of(evening, evening - timedelta(hours=2), same_day=True)[0] is None
    assert end_of(evening, None, same_day=True) == (None, "")


# csv


def test_the_sample_of_csv() -> None:
    """windows-1251, a title, a cell over two lines, two windows in a day, one row bad, a note at the end."""
    morning, afternoon, whole = sample("csv").outages
    assert [hours(one) for one in (morning, afternoon, whole)] == [
        "26 09:00-26 12:00",
        "26 13:00-26 17:00",
        "26 09:00-26 17:00",
    ]
    khokhol = Settlement("Хохол", "с", "Хохольский р-н", "36")
    assert covers(morning, point(khokhol, "ул. Ленина", "7а")) is Sureness.SURE
    assert covers(morning, point(khokhol, "ул. Ленина", "7")) is None
    assert covers(morning, point(khokhol, "пер. Мирный", "1")) is Sureness.POSSIBLE
    assert (
        covers(whole, point(Settlement("Хохольский", "рп", "Хохольский р-н", "36"), "ул. Мира", "1")) is Sureness.SURE
    )
    (bad,) = sample("csv").rejected
    assert bad.reason == "line 7: the place is empty"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_encodings_and_separators(encoding: str, separator: str) -> None:
    text = (HEAD + LINE).replace(",", " ").replace(";", separator)
    (one,) = read_csv(text.encode(encoding)).outages
    assert covers(one, point(VILLAGE, "ул. Ленина", "5")) is Sureness.POSSIBLE  # its district is not named
    assert hours(one) == "26 09:00-26 16:30"


def test_a_separator_that_is_named_is_obeyed() -> None:
    assert len(read_csv("sep=;\r\n" + HEAD + LINE).outages) == 1
    (bad,) = read_csv("sep=;\r\n" + HEAD + LINE + ";ул. Мира;26.11.2026;9:00;10:00\n").rejected
    assert bad.reason.startswith("line 4:")


def test_columns_are_named_by_the_administrator() -> None:
    text = "Где;Что;Когда;Комментарий;Примечание\nс. Бабяково;ул. Мира 5;26.11 9:00;обход;замена опор\n"
    (one,) = read_csv(text, place="Где", where="что", start="КОГДА", reason="Примечание").outages
    assert (hours(one), one.reason, one.planned_end) == ("26 09:00", "замена опор", None)
    with pytest.raises(Nonsense, match="no heading «Пункт»; there are: «Где», «Что»"):
        read_csv(text, place="Пункт", start="Когда")
    (one,) = read_csv("с. Бабяково;ул. Мира 5;26.11 9:00\n", place="1", where="2", start="3").outages
    assert hours(one) == "26 09:00"


def test_headings_that_are_gone_leave_the_old_news_in_use() -> None:
    with pytest.raises(Nonsense, match="no heading for the place and the start; there are: «Пункт назначения»"):
        read_csv("Пункт назначения;Что;Срок\nс. Бабяково;ул. Мира;26.11.2026 9:00\n")


@pytest.mark.parametrize("text", ["", "\n\n", ";;;\n;;\n", HEAD, HEAD + ";;;;\nзаявок нет;;;;\n" + HEAD])
def test_nothing_is_planned(text: str) -> None:
    assert read_csv(text) == Parsed()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04....", "xlsx"),
        (b"\xd0\xcf\x11\xe0....", "old workbook"),
        (b"<!DOCTYPE html><p>502</p>", "a page and no CSV"),
        ("просто текст".encode(), "columns have changed"),
        (b"\x00\xff" * 50, "columns have changed"),
        (b"\x00" * 50, "zero bytes"),
    ],
)
def test_what_is_no_csv(data: bytes, reason: str) -> None:
    with pytest.raises(Nonsense, match=reason):
        read_csv(data)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (";ул. Мира;26.11.2026;9:00;10:00", "line 2: the place is empty"),
        ("с. Бабяково;ул. Мира;;9:00;10:00", "line 2: no start in «9:00»"),
        ("с. Бабяково;ул. Мира;26.11.2026;утром;10:00", "line 2: no start in «26.11.2026 утром»"),
        ("с. Бабяково;ул. Мира;26.11.2026;9:00, 13:00;10:00", "line 2: 2 starts but 1 ends"),
        ('с. "Бабяково";"ул. Мира;;;', "line 2: no start"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_used(line: str, reason: str) -> None:
    parsed = read_csv(HEAD + line + "\n" + LINE)
    assert len(parsed.outages) == 1
    (bad,) = parsed.rejected
    assert bad.reason.startswith(reason)


def test_a_quote_that_is_never_closed_costs_its_own_line_only() -> None:
    odd = 'д. Отрадное;"ул. Мира;26.11.2026;9:00;10:00\n'
    parsed = read_csv(HEAD + odd + LINE + LINE.replace("26.11", "27.11"))
    assert [str(one.areas[0].settlement) for one in parsed.outages] == ["д. Отрадное", "с. Бабяково", "с. Бабяково"]


@pytest.mark.parametrize(
    ("where", "houses", "answer"),
    [
        ("ул. Мира", "5, 7", Sureness.SURE),
        ("ул. Ленина, ул. Мира", "5", Sureness.POSSIBLE),
        ("", "5", Sureness.POSSIBLE),
    ],
)
def test_houses_in_a_column_of_their_own(where: str, houses: str, answer: Sureness) -> None:
    """They belong to a street that stands alone, and to nobody for sure behind several."""
    head = "Населённый пункт;Район;Улицы;Дома;Начало\n"
    (one,) = read_csv(f"{head}с. Бабяково;Новоусманский р-н;{where};{houses};26.11.2026 9:00\n").outages
    assert covers(one, point(VILLAGE, "ул. Мира", "5")) is answer
    assert covers(one, point(VILLAGE, "ул. Мира", "6")) is not Sureness.SURE


def test_several_lines_of_one_number_are_one_outage() -> None:
    head = "№ заявки;Населённый пункт;Улица;Дома;Начало;Окончание\n"
    first = "7;с. Бабяково;ул. Ленина;1-5;26.11.2026 9:00;26.11.2026 17:00\n"
    parsed = read_csv(head + first + first.replace("Ленина;1-5", "Мира;"))
    (one,) = parsed.outages
    assert one.text == "с. Бабяково, ул. Ленина, 1-5; с. Бабяково, ул. Мира"
    assert len(one.areas) == 2
    other = read_csv(head + first + first.replace("26.11", "27.11"))
    assert "the id «7» stands twice" in other.rejected[0].reason
    later = read_csv(head + first + first.replace("17:00", "18:00"))
    assert (later.outages[0].planned_end, "another end" in later.rejected[0].reason) == (None, True)


def test_a_region_is_named_or_it_is_the_sources_own() -> None:
    head = "Регион;" + HEAD
    (one,) = read("csv", head + "Липецкая область;" + LINE, Layout()).outages
    assert (one.region, one.branch) == ("48", "Липецкэнерго")
    assert "names no region" in read("csv", HEAD + LINE, Layout()).rejected[0].reason
    assert "names no region" in read("csv", HEAD + LINE, Layout(regions=("36", "48"))).rejected[0].reason
    assert "«Москва» is not one of the served" in read("csv", head + "Москва;" + LINE, Layout()).rejected[0].reason


@pytest.mark.parametrize(
    ("written", "kind"),
    [("Плановое", Kind.PLANNED), ("внеплановое", Kind.EMERGENCY), ("Аварийное", Kind.EMERGENCY), ("", Kind.UNKNOWN),
     ("прочее", Kind.UNKNOWN), ("ремонт", Kind.PLANNED), ("неплановое", Kind.EMERGENCY)],
)  # fmt: skip
def test_kinds(written: str, kind: Kind) -> None:
    text = "Вид;" + HEAD + f"{written};" + LINE
    assert read_csv(text).outages[0].kind is kind
    if kind is Kind.UNKNOWN:
        assert read("csv", text, Layout(regions=("36",), kind=Kind.PLANNED)).outages[0].kind is Kind.PLANNED


def test_a_house_list_that_became_a_date_is_only_possible() -> None:
    text = "Населённый пункт;Район;Улица;Дома;Начало\nс. Бабяково;Новоусманский р-н;ул. Мира;12.мар;26.11.2026 9:00\n"
    (one,) = read_csv(text).outages
    assert covers(one, point(VILLAGE, "ул. Мира", "12")) is Sureness.POSSIBLE


# xlsx


def workbook(*rows: list[object], sheet: str = "Лист1", second: str = "") -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(row)
    if second:
        book.create_sheet(second).append(["Заметки"])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


HEADINGS: list[object] = ["Населённый пункт", "Улица", "Дом", "Дата", "Время начала", "Время окончания"]


def test_the_sample_of_xlsx() -> None:
    """Real dates, a number for a house, a house list turned into a date, a night, one row bad."""
    mixed, night = sample("xlsx").outages
    livny = Settlement("Ливны", "г", "", "57")
    assert covers(mixed, point(livny, "ул. Гайдара", "5")) is Sureness.SURE
    assert covers(mixed, point(livny, "ул. Гайдара", "6")) is None
    assert covers(mixed, point(livny, "пер. Южный", "3")) is Sureness.POSSIBLE
    assert [hours(one) for one in (mixed, night)] == ["26 09:00-26 16:30", "26 22:00-27 06:00"]


def test_cells_of_every_kind() -> None:
    data = workbook(
        HEADINGS,
        ["с. Бабяково", "ул. Мира", 5, datetime(2026, 11, 26), time(9, 0), time(16, 30)],
        ["с. Бабяково", "ул. Мира", 7.0, date(2026, 11, 27), "9-00", timedelta(hours=17)],
        ["с. Бабяково", "ул. Мира", None, "28 ноября", "9:00", None],
    )
    parsed = read("xlsx", data)
    assert [hours(one) for one in parsed.outages] == ["26 09:00-26 16:30", "27 09:00-27 17:00", "28 09:00"]
    assert [one.text for one in parsed.outages[:2]] == ["с. Бабяково, ул. Мира, 5", "с. Бабяково, ул. Мира, 7"]
    assert not parsed.rejected


def test_sheets() -> None:
    data = workbook(HEADINGS, sheet="План", second="Заметки")
    assert read("xlsx", data) == Parsed()
    with pytest.raises(Nonsense, match="no sheet «Факт»; there are: План, Заметки"):
        read("xlsx", data, Layout(sheet="Факт"))
    with pytest.raises(Nonsense, match="columns have changed"):
        read("xlsx", data, Layout(sheet="Заметки"))


def test_a_workbook_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    data = workbook(HEADINGS)
    for broken in (b"PK\x03\x04", b"no", data[: len(data) // 2], data[:-30]):
        with pytest.raises(Nonsense):
            read("xlsx", broken)
    with pytest.raises(Nonsense, match="cannot be read"):
        read("xlsx", archive({"[Content_Types].xml": b"<a/>"}))
    bomb = archive({"xl/worksheets/sheet1.xml": b"0" * 100_000_001})
    assert len(bomb) < 200_000
    with pytest.raises(Nonsense, match="unpacks to 100000001 bytes"):
        read("xlsx", bomb)
    monkeypatch.setattr("outage_feed.formats.xlsx._ROWS", 2)
    with pytest.raises(Nonsense, match="more than 2 rows"):
        read("xlsx", workbook(HEADINGS, ["а"], ["б"]))


def test_entities_of_a_workbook_are_not_followed() -> None:
    source = zipfile.ZipFile(io.BytesIO(workbook(HEADINGS)))
    files = {name: source.read(name) for name in source.namelist()}
    evil = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    name = "xl/worksheets/sheet1.xml"
    files[name] = evil + files[name].replace(b"<sheetData>", b"<sheetData><!-- -->&b;")
    with pytest.raises(Nonsense, match="cannot be read"):
        read("xlsx", archive(files))


def archive(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return data.getvalue()


# html


def test_the_sample_of_html() -> None:
    """Two heading rows, a reason, «09=00», «26.11.26г.», doubles across rows, cells over two rows, «заявок нет»."""
    lake, hill = sample("html").outages
    assert (hours(lake), lake.reason) == ("26 09:00-26 16:30", "замена провода")
    assert covers(lake, point(Settlement("Приозерье", "д", "Кашинский р-н", "69"), "ул. Ясная", "7")) is Sureness.SURE
    gora = Settlement("Гора", "д", "Кашинский р-н", "69")
    assert covers(hill, point(gora, "ул. Луговая", "14")) is Sureness.POSSIBLE
    assert covers(hill, point(gora, "ул. Луговая", "20")) is None
    assert hours(hill) == "26 09:00-26 17:00"


@pytest.mark.parametrize(
    "text", ["", "<p>На 03.12.25 заявок нет</p>", "<table><tr><td>Отключений нет</td></tr></table>"]
)
def test_a_page_without_outages(text: str) -> None:
    assert read("html", text) == Parsed()


def test_a_page_that_is_none() -> None:
    headings = "<tr><th>Населённый пункт</th><th>Дата</th><th>Время</th></tr>"
    table = f"<table>{headings}<tr><td>с. Бабяково</td><td>26.11.2026</td>"
    with pytest.raises(Nonsense, match="no table"):
        read("html", "<h1>502 Bad Gateway</h1>")
    with pytest.raises(Nonsense, match="cut off"):
        read("html", table)
    with pytest.raises(Nonsense, match="columns have changed"):
        read("html", table.replace("Дата", "День недели") + "<td>9:00</td></tr></table>")
    (one,) = read("html", table + "<td>9:00-10:00</td></tr></table>").outages
    assert hours(one) == "26 09:00-26 10:00"


# ural


def test_the_sample_of_ural() -> None:
    emergency, planned, unsaid = sample("ural").outages
    assert [one.kind for one in (emergency, planned, unsaid)] == [Kind.EMERGENCY, Kind.PLANNED, Kind.UNKNOWN]
    assert (hours(emergency), hours(planned)) == ("25 10:40-25 14:30", "26 09:00")
    town = Settlement("Мичуринск", "г", "", "68")
    assert covers(planned, point(town, "ул. Гоголя", "5")) is Sureness.SURE
    assert covers(planned, point(town, "ул. Гоголя", "4")) is None
    assert covers(unsaid, point(town, "ул. Гоголя", "4")) is Sureness.POSSIBLE
    (bad,) = sample("ural").rejected
    assert (bad.outage_id, bad.reason) == ("ural:88124", "[3] id 88124: no start in «»")


def test_fields_of_ural_are_named_by_the_administrator() -> None:
    record = {
        "outage_id": 1,
        "outage_dat_p": "26.11.2026 9:00",
        "mesto": "с. Бабяково, ул. Мира 5",
        "x": [1],
        "y": None,
    }
    layout = Layout({"address": "mesto"}, regions=("36",))
    for document in ([record], {"count": 1, "items": [record]}, record):
        (one,) = read("ural", json.dumps(document), layout).outages
        assert one.source_id == "1"
    assert "the place is empty" in read("ural", json.dumps([record])).rejected[0].reason
    with pytest.raises(Nonsense, match="the fields have changed"):
        read("ural", json.dumps([{"a": 1}, {"b": 2}]))


@pytest.mark.parametrize("text", ["", "{}", "7", '{"a": [], "b": []}', "[" * 100_000, '[{"outage_id": 1'])
def test_what_is_no_ural(text: str) -> None:
    with pytest.raises(Nonsense):
        read("ural", text)


def test_odd_records_of_ural_lose_no_others() -> None:
    good = {"outage_id": 1, "outage_dat_p": "26.11.2026 9:00", "address": "с. Бабяково"}
    parsed = read(
        "ural", json.dumps([good, None, 5, "x", [], {}, {**good, "outage_id": None, "outage_dat_p": 20261126}])
    )
    assert len(parsed.outages) == 1
    assert len(parsed.rejected) == 6


# The manual


def test_the_manual_names_every_format_and_every_field() -> None:
    manual = (Path(formats.__file__).parent / "README.md").read_text("utf-8")
    for name in (*format_names(), *FIELDS):
        assert f"`{name}`" in manual, name


def test_the_manuals_example_can_be_read() -> None:
    manual = (Path(formats.__file__).parent / "README.md").read_text("utf-8")
    (text,) = re.findall(r"```toml\n(.*?)```", manual, re.DOTALL)
    (given,) = tomllib.loads(text)["feed"]
    assert set(given["columns"]) <= set(FIELDS)
    data = workbook(
        [*given["columns"].values()], ["г. Ливны", "ул. Мира 5", "26.11 9:00", "16:30"], sheet=given["sheet"]
    )
    layout = Layout(given["columns"], given["sheet"], tuple(given["regions"]), Kind(given["kind"]))
    (one,) = read("xlsx", data, layout).outages
    assert (hours(one), one.kind, one.region) == ("26 09:00-26 16:30", Kind.PLANNED, "57")
