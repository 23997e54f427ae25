"""What all tests on the real Asterisk share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from asterisk_server import program_tree
from callers import MakeTelephone, Telephone
from hearing import Sound, save
from hotline import Hotline
from sounds import goodbye, technical_problem
from stage import NOON, Scenes, fill

from ivr.bringup.tree import Tree


@pytest.fixture(scope="session")
def callers_tree() -> Tree:
    return program_tree("testcallers")


@pytest.fixture(scope="session")
def rescue_sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sounds that Asterisk plays alone."""
    folder = tmp_path_factory.mktemp("sounds")
    save(folder / "technical_problem.wav", technical_problem())
    save(folder / "all_busy_goodbye.wav", goodbye())
    return folder


@pytest.fixture
def telephone(callers_tree: Tree, tmp_path: Path) -> Iterator[MakeTelephone]:
    """Makes telephones: ``telephone(sip_port, number="+7471…", says=…)``; switched off after the test."""
    with ExitStack() as stack:
        count = 0

        def make(
            sip_port: int, number: str = "+74712000001", says: Sound | None = None, **options: object
        ) -> Telephone:
            nonlocal count
            count += 1
            given = {} if says is None else {"says": says}
            phone = Telephone(callers_tree, tmp_path / f"phone{count}", sip_port, number, **given, **options)  # type: ignore[arg-type]
            return stack.enter_context(phone)

        yield make


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that look at scenes come last of those in this folder: the others are run while the scenes go on."""
    here = [index for index, item in enumerate(items) if item.path.parent == Path(__file__).parent]
    ordered = sorted((items[index] for index in here), key=_looks_at_scenes)
    for index, item in zip(here, ordered, strict=True):
        items[index] = item


def _looks_at_scenes(item: pytest.Item) -> bool:
    return "scenes" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session", autouse=True)
def _scenes_begun(request: pytest.FixtureRequest) -> None:
    """Have the scenes begin before the first test, if any test wants them."""
    if any(map(_looks_at_scenes, request.session.items)):
        request.getfixturevalue("scenes")


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenes]:
    """One hotline for all scenes, and the scenes themselves, begun together."""
    folder = tmp_path_factory.mktemp("scenes")
    with Hotline(folder / "instance", at=NOON) as line:
        now = fill(line)
        line.engine.start()
        scenes = Scenes(line, folder, now)
        try:
            yield scenes
        finally:
            scenes.close()
