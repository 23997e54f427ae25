from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.cli import main
from outage_feed.generate import generate, write_register
from outage_feed.houses import parse_house
from outage_feed.places import read_house
from outage_feed.regions import REGIONS
from outage_feed.register import load_points

POINTS = 6000


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("register") / "made-up.csv"
    write_register(path, POINTS)
    return path


def test_it_is_a_register_without_a_fault(register: Path) -> None:
    loaded = load_points(register)
    assert len(loaded.points) == POINTS
    assert not loaded.problems
    assert {point.region for point in loaded.points} == set(REGIONS)
    phones = [phone for point in loaded.points for phone in point.phones]
    assert POINTS / 2 < len(phones) == len(set(phones))


def test_it_has_the_oddities_of_real_ones(register: Path) -> None:
    addresses = [point.address for point in load_points(register).points]
    villages = Counter(
        (each.name, each.region) for each in {address.settlement for address in addresses} if each.type != "г"
    )
    assert max(villages.values()) > 1, "no village's name repeats in another district"
    houses = [house for address in addresses if (house := read_house(address.house))]
    assert len(houses) == len(addresses)
    for part in ("letter", "fraction", "corpus", "building"):
        assert any(getattr(house, part) for house in houses), part
    assert any(address.street is None and address.settlement.type == "снт" for address in addresses)
    assert any(address.street is None and address.settlement.type in "дсхп" for address in addresses)
    assert any(address.flat for address in addresses)
    assert any(parse_house(address.house) is None for address in addresses)  # «уч. 15», «вл. 3»
    streets = {address.street.name for address in addresses if address.street}
    assert any(name[0].isdigit() for name in streets)


def test_the_same_seed_gives_the_same_register() -> None:
    assert list(generate(200, seed=7)) == list(generate(200, seed=7)) != list(generate(200, seed=8))


def test_the_command_writes_what_import_takes(tmp_path: Path) -> None:
    run = CliRunner()
    made = tmp_path / "made.csv"
    assert run.invoke(main, ["register", "generate", "--points", "50", str(made)]).exit_code == 0
    assert len(load_points(made).points) == 50
    again = run.invoke(main, ["register", "generate", str(made)])
    assert again.exit_code == 1
    assert "is there already" in again.output
