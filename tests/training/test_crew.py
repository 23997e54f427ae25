"""Worker processes of a step: all jobs are done, and whatever goes wrong ends every worker."""

import os
import signal
import time
from pathlib import Path

import pytest

from robot.training.crew import Crew, TrainingFailed

WORKER = """
import os, pathlib, sys, time
folder, name, parts, then = sys.argv[1:]
(pathlib.Path(folder) / name).write_text(str(os.getpid()))
for number in range(int(parts)):
    print(number, flush=True)
if then == "fail":
    sys.exit("out of voices")
if then == "hang":
    time.sleep(600)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a_worker.py").write_text(WORKER, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "pids").mkdir()
    return tmp_path / "pids"


def job(folder: Path, name: str, parts: int = 1, then: str = "end") -> list[str]:
    return ["a_worker", str(folder), name, str(parts), then]


def alive(folder: Path) -> list[str]:
    """The workers that have begun and are there still; a zombie has been waited for by nobody and would count."""
    return [file.name for file in folder.iterdir() if Path(f"/proc/{file.read_text() or 0}").exists()]


def test_every_part_of_every_job_is_told(folder: Path) -> None:
    done: list[int] = []
    Crew(2, os.environ).work_off([job(folder, f"w{n}", parts=3) for n in range(4)], lambda: done.append(1))
    assert len(done) == 12
    assert not alive(folder)


def test_a_failing_worker_ends_the_others_and_its_last_words_are_told(folder: Path) -> None:
    jobs = [job(folder, "hangs", then="hang"), job(folder, "fails", then="fail"), job(folder, "never begun")]
    began = time.monotonic()
    with pytest.raises(TrainingFailed, match=r"a_worker ended with 1: out of voices"):
        Crew(2, os.environ).work_off(jobs, lambda: None)
    assert time.monotonic() - began < 30
    assert not alive(folder)
    assert not (folder / "never begun").exists()


def test_a_worker_that_says_nothing_for_too_long_is_killed(folder: Path) -> None:
    with pytest.raises(TrainingFailed, match="ended with -9"):
        Crew(1, os.environ, stalled_s=0.5).work_off([job(folder, "hangs", then="hang")], lambda: None)
    assert not alive(folder)


def test_an_interruption_leaves_no_worker(folder: Path) -> None:
    parts: list[int] = []

    def interrupt() -> None:
        parts.append(1)
        if len(parts) == 2:  # both have begun
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        Crew(2, os.environ).work_off([job(folder, name, then="hang") for name in ("one", "two", "three")], interrupt)
    assert not alive(folder)
    assert not (folder / "three").exists()
