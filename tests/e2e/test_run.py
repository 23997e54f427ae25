"""``ivr run`` as a whole: what it starts it keeps alive, and takes away when it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hotline import make_instance

from ivr.bringup.addresses import Ports
from ivr.control_client import ControlClient, ControlFailed, EngineNotRunning
from ivr.settings import Settings

UP_LIMIT = 60.0


def until(condition: Callable[[], object], limit: float, what: str) -> None:
    give_up = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < give_up, f"not within {limit:g} s: {what}"
        time.sleep(0.1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_instance(tmp_path / "home", Ports(sip=0, ami=0, agi=0))


@pytest.fixture
def running(settings: Settings, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
    with (tmp_path / "printed").open("wb") as printed:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "INT", sys.executable, "-m", "ivr", "run"],
            env=environment | {"IVR_HOME": str(settings.home)},
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise


def engine_pid(settings: Settings) -> int:
    """The engine's process, or 0 while none answers."""
    try:
        return int(str(ControlClient(settings.control_socket).status()["pid"]))
    except (EngineNotRunning, ControlFailed):
        return 0


def asterisk_pid(settings: Settings) -> int:
    try:
        return int(json.loads((settings.var / "asterisk" / "server.json").read_text())["pid"])
    except (OSError, ValueError):
        return 0


def runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_whatever_dies_or_freezes_is_replaced_and_nothing_is_left_behind(
    settings: Settings, running: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    until(lambda: engine_pid(settings), UP_LIMIT, "the engine is up")
    first, asterisk = engine_pid(settings), asterisk_pid(settings)

    os.kill(first, signal.SIGKILL)
    until(lambda: engine_pid(settings) not in (0, first), 20, "a killed engine is replaced")

    second = engine_pid(settings)
    os.kill(second, signal.SIGSTOP)
    until(lambda: not runs(second), 15, "a frozen engine is ended")
    until(lambda: engine_pid(settings) not in (0, first, second), 20, "a frozen engine is replaced")

    os.kill(asterisk, signal.SIGKILL)
    until(lambda: asterisk_pid(settings) not in (0, asterisk), 15, "a killed Asterisk is replaced")

    third, new_asterisk = engine_pid(settings), asterisk_pid(settings)
    running.send_signal(signal.SIGINT)
    assert running.wait(30) == 0
    assert not runs(third)
    assert not runs(new_asterisk)
    printed = (tmp_path / "printed").read_text()
    assert "The hotline answers calls." in printed
    assert "no sign of life" in printed
