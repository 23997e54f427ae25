"""The engine's log does not fill the disk, and only its owner reads it."""

import resource
from pathlib import Path

from ivr.log_file import LogFile


def test_a_full_file_is_laid_aside_and_the_oldest_goes(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "log" / "ivr.log", most_bytes=20, kept=2)
    for number in range(10):
        log.write(f"line {number} twenty byte\n")
        log.flush()
    log.close()
    files = sorted((tmp_path / "log").iterdir())
    assert [file.name for file in files] == ["ivr.log", "ivr.log.1", "ivr.log.2"]
    assert [file.read_text().split()[1] for file in files] == ["9", "8", "7"]
    assert all(file.stat().st_size <= 20 for file in files)


def test_lines_after_a_restart_are_added_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "ivr.log"
    for word in ("first", "second"):
        log = LogFile(path, most_bytes=14)
        log.write(word + "\n")
        log.close()
    assert path.read_text() == "first\nsecond\n"
    log = LogFile(path, most_bytes=14)
    log.write("ё\n")
    log.close()
    assert path.read_text() == "ё\n"
    assert (tmp_path / "ivr.log.1").read_text() == "first\nsecond\n"


def test_only_its_owner_reads_it_also_when_it_was_open_to_all_before(tmp_path: Path) -> None:
    path = tmp_path / "ivr.log"
    path.touch(mode=0o644)
    log = LogFile(path, most_bytes=5)
    log.write("one\n")
    log.write("two\n")
    log.close()
    assert {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {
        "ivr.log": 0o600,
        "ivr.log.1": 0o600,
    }


def test_where_nothing_can_be_laid_aside_it_goes_on_in_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "ivr.log"
    (tmp_path / "ivr.log.1" / "in the way").mkdir(parents=True)
    log = LogFile(path, most_bytes=5, kept=1)
    for word in ("one\n", "two\n"):
        log.write(word)
    log.close()
    assert path.read_text() == "one\ntwo\n"


def test_a_full_disk_costs_lines_and_nothing_else(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "ivr.log")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (6, hard))
    try:
        for word in ("first\n", "second\n", "third\n"):
            log.write(word)
            log.flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    log.write("fourth\n")
    log.close()
    assert (tmp_path / "ivr.log").read_text() == "first\n(log lines lost before this one: 2)\nfourth\n"
