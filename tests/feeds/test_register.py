from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outage_feed.errors import RegisterError
from outage_feed.model import Address, ServicePoint, Settlement, Street
from outage_feed.register import load_points, normalise_account, normalise_phone


@pytest.mark.parametrize(
    "text",
    [
        "+79001234567",
        "79001234567",
        "89001234567",
        "8 (900) 123-45-67",
        "9001234567",
        "+7 900 123 45 67",
        "8-900-123-4567",
    ],
)
def test_one_phone_in_many_spellings(text: str) -> None:
    assert normalise_phone(text) == "+79001234567"


@pytest.mark.parametrize(
    "text", ["", "112", "123456", "+49 30 1234567", "19001234567", "7900123456", "sip:9001234567@x", "no"]
)
def test_what_is_no_russian_phone(text: str) -> None:
    assert normalise_phone(text) == ""


@given(st.text(max_size=20))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise_phone(normalise_phone(text)) == normalise_phone(text)
    assert normalise_account(normalise_account(text)) == normalise_account(text)


def test_accounts() -> None:
    assert normalise_account(" 36-0100 0001 ") == "3601000001"


CSV = """id;account;phones;region;district;settlement;street;house;flat;network
p1;36-0100-0001;8 (900) 000-00-01, +79000000002;36;Новоусманский р-н;с. Бабяково;ул. Ленина;5;;ТП-1|Ф-2
p2;;;Москва;;г. Москва;ул. Ленина;5;;
p3;2;123;Липецкая область;;г. Грязи;ул. Мира;7а;3;
;3;;36;;с. Бабяково;;1;;
p1;4;;36;;с. Бабяково;;1;;
"""
FIRST = ServicePoint(
    "p1",
    Address(Settlement("Бабяково", "с", "Новоусманский р-н", "36"), Street("Ленина", "ул"), "5"),
    "3601000001",
    ("+79000000001", "+79000000002"),
    "Воронежэнерго",
    "",
    ("ТП-1", "Ф-2"),
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_csv_with_bad_rows(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "points.csv"
    path.write_bytes(CSV.encode(encoding))
    loaded = load_points(path)
    assert loaded.points[0] == FIRST
    assert [point.id for point in loaded.points] == ["p1", "p3"]
    assert [str(problem) for problem in loaded.problems] == [
        f"{path}:3: row left out: region «Москва» is not one of the served regions",
        f"{path}:4: phone «123» left out: not a Russian number",
        f"{path}:5: row left out: no id",
        f"{path}:6: row left out: the id «p1» stands twice",
    ]


def test_csv_with_commas_and_a_quoted_newline(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text(
        'ID,Region,Settlement,Street,House\np1,36,"с.\nБабяково","ул. Ленина",5\np2,36,,,\n', encoding="utf-8"
    )
    loaded = load_points(path)
    assert loaded.points[0].address.short() == "ул. Ленина, 5"
    assert [problem.line for problem in loaded.problems] == [4]


def test_json_names_the_line_of_a_bad_row(tmp_path: Path) -> None:
    rows = [
        {"id": "p1", "account": "36-0100-0001", "phones": ["89000000001", "89000000002"], "region": 36,
         "street": "ул. Ленина", "district": "Новоусманский р-н", "settlement": "с. Бабяково", "house": 5,
         "network": ["ТП-1", "Ф-2"], "flat": None},
        {"id": "p2"},
        "p3",
    ]  # fmt: skip
    path = tmp_path / "points.json"
    path.write_text("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n", encoding="utf-8")
    loaded = load_points(path)
    assert loaded.points == (FIRST,)
    assert [(problem.line, problem.message) for problem in loaded.problems] == [
        (3, "row left out: no region, settlement"),
        (4, "row left out: no id, region, settlement"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "", ":1: no column id, region, settlement"),
        ("a.csv", "name,phone\n1,2\n", ":1: no column id, region, settlement"),
        ("a.json", "{}", ":1: not a JSON array"),
        ("a.json", '[\n{"id": ]', ":2: not JSON"),
        ("a.json", "[", ":1: not JSON"),
    ],
)
def test_files_that_are_no_register(tmp_path: Path, name: str, text: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RegisterError) as raised:
        load_points(path)
    assert str(raised.value).startswith(f"{path}{message}")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="No such file"):
        load_points(tmp_path / "none.csv")


@given(data=st.binary(max_size=200), kind=st.sampled_from(["csv", "json"]))
def test_no_file_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, data: bytes, kind: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"any.{kind}"
    path.write_bytes((b"id,region,settlement\n" if kind == "csv" else b"[") + data)
    try:
        load_points(path)
    except RegisterError:
        return
