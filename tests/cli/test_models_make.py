"""``ivr models make``: what it refuses, and how its steps are shown."""

from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.bringup.progress import Silent
from ivr.cli import main
from ivr.cli.models_make import _Bars


@pytest.mark.parametrize("option", ["--scale", "--minutes"])
@pytest.mark.parametrize("value", ["0", "-1"])
def test_nothing_at_all_cannot_be_trained(tmp_path: Path, option: str, value: str) -> None:
    (tmp_path / "ivr.toml").write_text("", encoding="utf-8")
    done = CliRunner().invoke(main, ["models", "make", option, value, "--home", str(tmp_path)])
    assert done.exit_code == 2
    assert option in done.stderr


class Shown(Silent):
    """Remembers which steps were begun and ended."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    @contextmanager
    def step(self, title: str):
        self.seen.append(f"{title} …")
        yield lambda share: self.seen.append(f"{title} {share:.0%}")
        self.seen.append(f"{title}: done")


def test_a_step_that_is_told_to_be_over_twice_is_shown_once() -> None:
    shown = Shown()
    with _Bars(shown) as bars:
        for step, share in (("speech", 0.5), ("speech", 1.0), ("speech", 1.0), ("graph", 1.0)):
            bars(step, share)
    assert shown.seen == [
        "speech …", "speech 50%", "speech 100%", "speech: done", "graph …", "graph 100%", "graph: done",
    ]  # fmt: skip


def test_a_step_that_fails_is_not_shown_as_done() -> None:
    shown = Shown()

    def fails() -> None:
        with _Bars(shown) as bars:
            bars("speech", 0.5)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert "speech: done" not in shown.seen
