"""The hotline is answered also where callers cannot be heard: by keys."""

import contextlib
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from ivr import engine
from ivr.settings import load_settings


class Hearing:
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("taken", [True, False])
async def test_a_port_that_is_taken_costs_the_ears_and_not_the_hotline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    hearing = Hearing()
    monkeypatch.setattr(engine, "make_hearing", lambda settings, places: hearing)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1] if taken else 0
        (tmp_path / "ivr.toml").write_text(f"[hearing]\nport = {port}\n")
        house = SimpleNamespace(settings=load_settings(tmp_path, {}), places=None)
        async with contextlib.AsyncExitStack() as house_keeping:
            ears = await engine._ears(house, house_keeping)
            assert (ears is None) is taken
    assert hearing.closed == 1
