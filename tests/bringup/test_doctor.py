"""What ``ivr doctor`` finds in an instance whose Asterisk is not there, and in its files."""

from __future__ import annotations

import json
import sqlite3
import wave
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.bringup import checks
from ivr.bringup.checks import Finding, Patient, asterisk, database, machine, manager, ports, sounds
from ivr.cli.doctor import command
from ivr.settings import Settings, load_settings
from ivr.store import Store


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "ivr.toml").write_text("[agi]\nport = 1\n[asterisk]\nmanage = true\n")
    return load_settings(tmp_path, environ={})


def by_name(findings: object) -> dict[str, Finding]:
    return {finding.what: finding for finding in findings}  # type: ignore[attr-defined]


def write_wav(path: Path, rate: int = 8000, seconds: float = 1.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(bytes(int(rate * seconds) * 2))


def test_every_complaint_says_how_to_mend_it(settings: Settings) -> None:
    patient = Patient(settings)
    for name, look in checks.groups().items():
        for finding in look(patient):
            assert finding.what, name
            assert finding.mend or finding.level in {"ok", "skipped"}, finding


def test_sounds_of_the_wrong_form_or_missing_are_errors(settings: Settings) -> None:
    write_wav(settings.static_sounds / "technical_problem.wav", rate=16000)
    found = by_name(sounds.look(Patient(settings)))
    assert found["technical_problem"].level == "error"
    assert "16000 Hz" in found["technical_problem"].seen
    assert found["all_busy_goodbye"].level == "error"
    write_wav(settings.static_sounds / "technical_problem.wav")
    assert by_name(sounds.look(Patient(settings)))["technical_problem"].level == "ok"


def test_a_database_that_is_whole_held_or_damaged(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    path = settings.database
    assert by_name(database.look(Patient(settings)))["database"].level == "skipped"
    assert not path.exists()
    Store.open(path).close()
    found = by_name(database.look(Patient(settings)))
    assert {finding.level for finding in found.values()} == {"ok"}

    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    held = by_name(database.look(Patient(settings)))["database can be written"]
    holder.close()
    assert (held.level, "held by another program" in held.seen) == ("error", True)

    path.write_bytes(b"no database at all" * 500)
    damaged = by_name(database.look(Patient(settings)))["database"]
    assert (damaged.level, "is damaged" in damaged.seen) == ("error", True)
    assert f"mv {path}" in damaged.mend


def test_a_password_that_others_can_read_is_an_error(settings: Settings) -> None:
    settings.ami_secret_file.parent.mkdir(parents=True)
    settings.ami_secret_file.write_text("hush\n")
    settings.ami_secret_file.chmod(0o644)
    found = by_name(manager.look(Patient(settings)))["password"]
    assert found.level == "error"
    assert found.mend.startswith("chmod 600")
    assert "hush" not in str(found)


def test_an_engine_that_does_not_answer_is_an_error(settings: Settings) -> None:
    assert by_name(ports.look(Patient(settings)))["engine (AGI)"].level == "error"


def test_a_full_disk_is_an_error(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "NEEDED_MB", 10**12)
    assert by_name(machine.look(Patient(settings)))["disk"].level == "error"


def test_json_for_machines_and_an_exit_code(settings: Settings) -> None:
    done = CliRunner().invoke(command, ["--home", str(settings.home), "--json"])
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["errors"] > 0
    assert set(told["groups"]) == set(checks.groups())


def test_every_queue_that_a_dialplan_names_is_asked_of_asterisk(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = Patient(settings, {"operators", "night"})
    monkeypatch.setattr(patient, "ask", lambda command: "operators has 0 calls (max unlimited) in 'rrmemory'\n")
    found = by_name(asterisk._queues(patient))["queues"]
    assert (found.level, found.seen) == ("error", "unknown to Asterisk: night")
    patient.queues = {"operators"}
    assert by_name(asterisk._queues(patient))["queues"].level == "ok"
