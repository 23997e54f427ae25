"""Contact lists: every bad row named, every telephone once, both kinds of files, nothing guessed of a time zone."""

import stat
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.campaigns.list_files import open_list, write_errors
from ivr.campaigns.lists import BadRow, Contact, Taken, read_list
from ivr.errors import ConfigError
from outage_feed.register import normalise_phone

MOSCOW = ("Europe/Moscow",)


def read(*rows: dict[str, str], elsewhere: tuple[str, ...] = ()) -> Taken:
    return read_list(enumerate(rows, 2), normalise_phone, elsewhere)


def test_a_row_with_everything() -> None:
    taken = read({"Телефон": "8 (900) 123-45-67", "Регион": "Воронежская область", "Адрес": "с. Бабяково, 5",
                  "point": "p1", "Должность": "староста", "Пусто": " "})  # fmt: skip
    assert taken.contacts == (Contact("+79001234567", MOSCOW, "p1", "с. Бабяково, 5", {"Должность": "староста"}),)
    assert (taken.bad, taken.repeated) == ((), ())


def test_zones_are_never_guessed() -> None:
    phones = [f"+7900123450{number}" for number in range(6)]
    taken = read(
        {"phone": phones[0], "region": "66"},
        {"phone": phones[1], "region": "66", "timezone": "Asia/Omsk"},
        {"phone": phones[2]},
        {"phone": phones[3], "region": "Тридевятое царство"},
        {"phone": phones[4], "timezone": "MSK+2"},
    )
    assert [each.zones for each in taken.contacts] == [("Asia/Yekaterinburg",), ("Asia/Omsk",), ()]
    assert [(each.line, each.problem.partition(":")[0]) for each in taken.bad] == [
        (5, "not a region whose time is known"),
        (6, "no such time zone"),
    ]
    assert read({"phone": phones[0]}, elsewhere=MOSCOW).contacts[0].zones == MOSCOW


def test_several_telephones_in_a_cell_and_repeated_ones() -> None:
    taken = read(
        {"phone": "+79001234501, 8 900 123-45-02; dispatcher"},
        {"phone": "79001234502"},
        {"phone": ""},
        {"phone": "+375 29 1234567"},
    )
    assert [each.phone for each in taken.contacts] == ["+79001234501", "+79001234502"]
    assert [(each.line, each.problem) for each in taken.bad] == [
        (2, "not a telephone number: dispatcher"),
        (4, "no telephone"),
        (5, "not a telephone number: +375 29 1234567"),
    ]
    assert [(each.line, each.problem) for each in taken.repeated] == [(3, "the same telephone as in line 2")]


cells = st.sampled_from(["", "89001234501", "89001234502", "+7 900 123 45 03, 89001234501", "нет", "36", "Марс", ";,|"])
rows = st.lists(st.dictionaries(st.sampled_from(["phone", "Регион", "timezone", "имя"]), cells), max_size=30)


@given(rows)
def test_every_row_is_a_contact_or_is_named_and_no_telephone_stands_twice(rows: list[dict[str, str]]) -> None:
    taken = read(*rows)
    phones = [each.phone for each in taken.contacts]
    assert len(set(phones)) == len(phones)
    named = {each.line for each in (*taken.bad, *taken.repeated)}
    for line, row in enumerate(rows, 2):
        written = {normalise_phone(part) for part in row.get("phone", "").replace(";", ",").split(",")}
        assert line in named or written & set(phones)


@pytest.mark.parametrize(("encoding", "mark"), [("utf-8", ";"), ("utf-8-sig", ","), ("cp1251", ";"), ("utf-8", "\t")])
def test_csv_in_any_of_its_writings(tmp_path: Path, encoding: str, mark: str) -> None:
    file = tmp_path / "list.csv"
    text = f'Телефон{mark}Адрес\r\n89001234501{mark}"с. Бабяково,\nул. Мира"\r\n{mark}\r\n89001234502{mark}\r\n'
    file.write_bytes(text.encode(encoding))
    opened = open_list(file)
    assert opened.headings == ("Телефон", "Адрес")
    assert list(opened.rows) == [
        (2, {"Телефон": "89001234501", "Адрес": "с. Бабяково,\nул. Мира"}),
        (5, {"Телефон": "89001234502", "Адрес": ""}),
    ]


def test_a_workbook_with_telephones_that_became_numbers(tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.append(["что-то другое"])
    sheet = book.create_sheet("Главы")
    for row in (["Телефон", "Регион", None], [79001234501, 36.0, None], [None, None], ["8-900-123-45-02", "36", None]):
        sheet.append(row)
    book.save(file)
    taken = read_list(open_list(file, "Главы").rows, normalise_phone)
    assert [(each.phone, each.zones) for each in taken.contacts] == [("+79001234501", MOSCOW), ("+79001234502", MOSCOW)]
    with pytest.raises(ConfigError, match="no column «phone»"):
        open_list(file)
    with pytest.raises(ConfigError, match=r"no sheet «Лист9»; there are: .*Главы"):
        open_list(file, "Лист9")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", b"", "no column"),
        ("a.csv", "имя;адрес\n".encode(), "no column"),
        ("a.csv", "Телефон;phone\n1;2\n".encode(), "same heading"),
        ("a.csv", b"phone,x,x\n1,2,3\n", "same heading"),
        ("a.xlsx", b"phone\n1\n", "cannot be read"),
        ("a.xlsx", b"", "cannot be read"),
    ],
)
def test_files_that_are_no_lists(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(ConfigError, match=message):
        open_list(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        open_list(tmp_path / "none.csv")


def test_the_error_file_is_its_owners_and_tells_line_and_problem(tmp_path: Path) -> None:
    file = tmp_path / "errors.csv"
    file.write_text("old")
    write_errors(file, ("Телефон", "Адрес"), [BadRow(7, "no telephone", {"Адрес": "ул. Мира, 5"})])
    assert file.read_text("utf-8-sig").splitlines() == ["line,problem,Телефон,Адрес", '7,no telephone,,"ул. Мира, 5"']
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
