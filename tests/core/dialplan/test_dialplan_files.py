"""Good files make plans; bad files bring exactly the problems written down beside them."""

from pathlib import Path

import pytest

from tests.core.dialplan.small_world import LECTURE, NUMBERS, look_at

FILES = Path(__file__).parents[2] / "wire" / "dialplans"
GOOD = sorted(path.name for path in (FILES / "good").glob("*.yaml"))
BAD = sorted(path.name for path in (FILES / "bad").glob("*.yaml"))


def name_of(file: str) -> str:
    """A case is the line's first file unless its name says that it is one of the others."""
    stem = Path(file).stem
    first = stem.partition("_")[0]
    return first if first in ("numbers", "calendar") else stem if not stem.islower() else "hotline"


def texts(folder: str, file: str) -> dict[str, str]:
    found = {name_of(file): (FILES / folder / file).read_text(encoding="utf-8")}
    if file == "numbers.yaml" or folder == "good":
        return {"numbers": NUMBERS} | found
    return found


@pytest.mark.parametrize("file", GOOD)
def test_good_files_make_a_plan(file: str) -> None:
    examined = look_at(texts("good", file))
    assert [str(problem) for problem in examined.problems] == []
    assert examined.plan is not None


@pytest.mark.parametrize("file", BAD)
def test_bad_files_bring_all_their_problems_and_no_plan(file: str) -> None:
    examined = look_at(texts("bad", file), extra_prompts=LECTURE if file == "prompts.yaml" else "")
    found = [str(problem).removeprefix("dialplans/") for problem in examined.problems]
    expected = (FILES / "bad" / file).with_suffix(".expected").read_text(encoding="utf-8").splitlines()
    assert found == expected
    assert examined.plan is None
