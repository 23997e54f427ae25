"""``ivr register find`` and what ``import`` says, as people see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main
from tests.understanding.register import addresses


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "ivr.toml").write_text("", encoding="utf-8")
    return tmp_path


def register(home: Path, *words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["register", words[0], "--home", str(home), *words[1:]])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def filled(home: Path) -> Path:
    rows = [
        {"id": f"p{number}", "region": each.settlement.region, "district": each.settlement.district,
         "settlement": str(each.settlement), "street": str(each.street or ""), "house": each.house}
        for number, each in enumerate(addresses())
    ]  # fmt: skip
    file = home / "points.json"
    file.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    register(home, "import", str(file))
    return home


def test_an_import_leaves_the_places_made(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.cli.register.make_places", lambda store: pytest.fail("made again"))
    register(filled, "find", "курск ленина 5")


def test_an_address_is_found_with_its_reasons(filled: Path) -> None:
    shown = register(filled, "find", "курск", "ленина", "5").stdout
    assert "г. Курск" in shown
    assert "settlement as said; street as said; house 5" in shown
    assert "The robot: г. Курск, ул. Ленина, 5 (1.00, sure)" in shown
    told = json.loads(register(filled, "find", "курск улица кукуруз дом один", "--json").stdout)
    assert told["candidates"][0]["address"]["street"]["name"] == "Кукурузная"
    assert "asks «верно?»" in told["answer"]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("ленина 5", "asks for the settlement"),
        ("курск ленина", "asks for the house"),
        ("деревня бор 2", "asks for the district"),
        ("курск ленина 99", "says that it knows no house 99 there"),
    ],
)
def test_what_the_robot_makes_of_it_is_told(filled: Path, words: str, answer: str) -> None:
    assert answer in register(filled, "find", words).stdout


def test_nothing_found_is_an_exit_code(filled: Path) -> None:
    assert "finds nothing" in register(filled, "find", "добрый вечер", code=1).stdout


def test_many_problems_are_not_all_printed(home: Path) -> None:
    file = home / "points.csv"
    file.write_text("id,region,settlement\np1,36,с. Бабяково\n" + "p2,36,\n" * 70, encoding="utf-8")
    result = register(home, "import", str(file), "--errors", str(home / "bad.csv"), code=1)
    assert result.stderr.count("row left out") == 50
    assert "20 more; all in" in result.stderr
    assert len((home / "bad.csv").read_text(encoding="utf-8").splitlines()) == 70


def test_what_is_known_is_counted(home: Path) -> None:
    file = home / "points.csv"
    file.write_text(
        "id,region,district,settlement,street,house,phones,account,network,help_point\n"
        "p1,36,Новоусманский р-н,с. Бабяково,ул. Мира,1,89001234567,1,ТП-1,школа\n"
        "p2,36,Новоусманский р-н,с. Бабяково,ул. Мира,1,,,,\n"
        "p3,36,Новоусманский р-н,с. Отрадное,,1,,,,\n"
        "p4,48,,г. Грязи,ул. Мира,1,,,,\n",
        encoding="utf-8",
    )
    register(home, "import", str(file))
    first, second = json.loads(register(home, "stats", "--json").stdout)
    assert first == {
        "region": "36", "name": "Воронежская область", "points": 3, "settlements": 2, "streets": 1, "houses": 2,
        "with_phone": 1, "with_account": 1, "with_network": 1, "with_fias": 0, "with_help": 1,
    }  # fmt: skip
    assert (second["region"], second["points"], second["with_help"]) == ("48", 1, 0)
    assert "all" in register(home, "stats").stdout
