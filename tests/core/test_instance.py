"""An administrator's folder survives upgrades."""

from pathlib import Path

import pytest

from ivr.app import lay_or_remove_example, open_house
from ivr.instance import InstanceError, lay_out
from ivr.settings import load_settings


@pytest.fixture
def source(tmp_path: Path) -> Path:
    root = tmp_path / "product"
    (root / "dialplans").mkdir(parents=True)
    (root / "ivr.toml").write_text("[line]\n")
    (root / "dialplans" / "hotline.yaml").write_text("first\n")
    (root / "dialplans" / "numbers.yaml").write_text("numbers\n")
    return root


def actions(folder: Path, source: Path) -> dict[str, str]:
    return {item.file: item.action for item in lay_out(folder, source)}


def test_made_then_same(tmp_path: Path, source: Path) -> None:
    home = tmp_path / "home"
    assert set(actions(home, source).values()) == {"made"}
    assert (home / "dialplans" / "hotline.yaml").read_text() == "first\n"
    assert set(actions(home, source).values()) == {"same"}


def test_untouched_file_is_renewed_and_changed_one_is_kept(tmp_path: Path, source: Path) -> None:
    home = tmp_path / "home"
    lay_out(home, source)
    (home / "dialplans" / "numbers.yaml").write_text("mine\n")
    (source / "dialplans" / "hotline.yaml").write_text("second\n")
    done = actions(home, source)
    assert done["dialplans/hotline.yaml"] == "renewed"
    assert done["dialplans/numbers.yaml"] == "kept"
    assert (home / "dialplans" / "hotline.yaml").read_text() == "second\n"
    assert (home / "dialplans" / "numbers.yaml").read_text() == "mine\n"


def test_changed_on_both_sides_lays_the_new_one_beside(tmp_path: Path, source: Path) -> None:
    home = tmp_path / "home"
    lay_out(home, source)
    (home / "ivr.toml").write_text("# mine\n")
    (source / "ivr.toml").write_text("# theirs\n")
    assert actions(home, source)["ivr.toml"] == "new-beside"
    assert (home / "ivr.toml").read_text() == "# mine\n"
    assert (home / "ivr.toml.new").read_text() == "# theirs\n"


def test_file_taken_away_on_purpose_stays_away(tmp_path: Path, source: Path) -> None:
    home = tmp_path / "home"
    lay_out(home, source)
    (home / "dialplans" / "numbers.yaml").unlink()
    assert actions(home, source)["dialplans/numbers.yaml"] == "kept"
    assert not (home / "dialplans" / "numbers.yaml").exists()


def test_refuses_the_checkout(source: Path) -> None:
    with pytest.raises(InstanceError, match="outside"):
        lay_out(source / "dialplans", source)


def test_a_new_folder_is_for_real_life_and_loses_the_example_it_had(tmp_path: Path) -> None:
    """The example is the checkout's: in production no caller of Kostroma hears that the news is old because of it."""
    home = tmp_path / "home"
    lay_out(home)
    assert not load_settings(home, {}).line.example
    with open_house(load_settings(home, {"IVR_LINE__EXAMPLE": "true"})) as house:
        assert not lay_or_remove_example(house)
        assert house.grid.feeds()
    with open_house(load_settings(home, {})) as house:
        assert lay_or_remove_example(house)
        assert house.grid.feeds() == house.grid.outages(everything=True) == house.grid.places() == ()
        assert not lay_or_remove_example(house)
