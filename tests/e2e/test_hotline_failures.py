"""The engine fails in the middle of calls: nobody is dropped, everyone reaches a person, the record says what was."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import dataclass, field

import pytest
from callers import Telephone, spoken
from hearing import RATE, Sound, find, first_sound, load, silences
from hotline import NUMBER, Hotline, nobody_answers
from sounds import murmur
from stage import ALIKE, FIRST_SOUND, MUSIC, UNLIKE, Scenes, Stage, fill, scene

from ivr.call.model import OutcomeClass
from ivr.engine_process import SILENT_S, EngineProcess
from ivr.supervisor import POLL_S

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

APOLOGY_WITHIN_S = 5.0
OPERATORS_VOICE = murmur(11, 1.5)
PAUSE_IN_VOICE_S = 0.5


def _own_line(stage: Stage) -> Hotline:
    """A hotline for this scene alone: its engine comes to harm."""
    line = stage.on.enter_context(Hotline(stage.folder / "instance"))
    fill(line)
    line.engine.start()
    return line


def _operator(stage: Stage, line: Hotline, name: str) -> Telephone:
    """An operator who takes every call and talks and talks."""
    says = spoken(*[part for _ in range(40) for part in (PAUSE_IN_VOICE_S, OPERATORS_VOICE)])
    return stage.telephone(name, line, says=says, password=line.operator_password, answers_after=0)


@dataclass
class Killed:
    """What became of the callers whose engine was killed; seconds are of their own recordings."""

    apology: Sound
    sounds: dict[str, Sound] = field(default_factory=dict)
    killed_at: dict[str, float] = field(default_factory=dict)
    apology_at: dict[str, float] = field(default_factory=dict)
    person_at: dict[str, float] = field(default_factory=dict)
    kinds: dict[str, list[OutcomeClass]] = field(default_factory=dict)
    welcomed_back: float = 0.0


@scene
def killed(stage: Stage) -> Killed:
    """``kill -9`` while callers listen, are asked, wait in the queue and talk; one comes while no engine is there."""
    line = _own_line(stage)
    found = Killed(load(line.settings.static_sounds / "technical_problem.wav"))
    names = ("talking", "waiting", "returning", "asked", "listening", "late")
    callers = {name: stage.telephone(f"+7911333000{index}", line) for index, name in enumerate(names)}
    _operator(stage, line, "operator1")
    for name in ("talking", "waiting", "returning"):
        callers[name].dial(NUMBER)
        callers[name].press("0")
    callers["asked"].dial(NUMBER)
    callers["asked"].press("1")
    callers["talking"].wait_heard(OPERATORS_VOICE, 20)
    for name in ("waiting", "returning"):
        callers[name].wait_heard(MUSIC, 20)
    callers["asked"].wait_heard(stage.first("account_ask"), 12)
    callers["asked"].press("46")
    callers["asked"].wait_silent(3)
    callers["listening"].dial(NUMBER)
    callers["listening"].wait_heard(stage.first("greeting"), 5)

    line.engine.kill()
    found.killed_at = {name: phone.seconds() for name, phone in callers.items() if name != "late"}
    callers["late"].dial(NUMBER)
    found.killed_at["late"] = 0.0
    for name in ("listening", "asked", "late"):
        after = max(0.0, found.killed_at[name] - 0.1)
        found.apology_at[name] = callers[name].wait_heard(found.apology, 12, after=after)
        callers[name].wait_heard(MUSIC, 8, after=found.apology_at[name])

    line.engine.start()
    nobody_answers(line, callers["returning"].number)
    found.welcomed_back = callers["returning"].wait_heard(
        stage.first("operators_no_answer"), 10, after=found.killed_at["returning"]
    )
    for name in ("talking", "returning"):
        found.sounds[name] = callers[name].heard()
        callers[name].hang_up()
    _operator(stage, line, "operator2")
    for name in ("waiting", "listening", "asked", "late"):
        found.person_at[name] = callers[name].wait_heard(OPERATORS_VOICE, 30, after=found.killed_at[name])
        found.sounds[name] = callers[name].heard()
        callers[name].hang_up()
    line.wait_gone()
    for name in names:
        if name != "late":
            records = line.records(callers[name].number)
            found.kinds[name] = [line.row_of(record).kind for record in records]
    return found


@pytest.mark.parametrize("name", ["listening", "asked", "late"])
def test_the_apology_begins_soon_and_a_person_answers(scenes: Scenes, name: str) -> None:
    call = scenes(killed)
    assert call.apology_at[name] - call.killed_at[name] <= APOLOGY_WITHIN_S
    assert call.person_at[name] > call.apology_at[name]


def test_without_an_engine_the_apology_is_the_first_sound(scenes: Scenes) -> None:
    call = scenes(killed)
    first = first_sound(call.sounds["late"])
    assert first is not None
    assert first <= FIRST_SOUND
    assert call.apology_at["late"] == pytest.approx(first, abs=0.1)


def test_who_waits_in_the_queue_notices_nothing(scenes: Scenes) -> None:
    call = scenes(killed)
    waited = call.sounds["waiting"][: int((call.person_at["waiting"] - PAUSE_IN_VOICE_S - 0.5) * RATE)]
    assert silences(waited[int(call.killed_at["waiting"] * RATE) :], 0.3) == []
    assert find(call.sounds["waiting"], call.apology).score < UNLIKE


def test_who_talks_to_an_operator_is_not_disturbed(scenes: Scenes) -> None:
    call = scenes(killed)
    talk = call.sounds["talking"][int(call.killed_at["talking"] * RATE) :]
    assert len(talk) / RATE > APOLOGY_WITHIN_S
    assert silences(talk, PAUSE_IN_VOICE_S + 0.2) == []
    assert find(talk, OPERATORS_VOICE).score >= ALIKE
    assert find(talk, call.apology).score < UNLIKE


def test_who_comes_back_from_the_queue_is_met_by_the_new_engine(scenes: Scenes) -> None:
    call = scenes(killed)
    assert call.welcomed_back > call.killed_at["returning"]
    assert find(call.sounds["returning"], call.apology).score < UNLIKE


def test_killed_calls_are_found_as_failed(scenes: Scenes) -> None:
    kinds = scenes(killed).kinds
    for name in ("talking", "waiting", "asked", "listening"):
        assert kinds[name] == [OutcomeClass.ERROR]
    # A new engine holds a call of its own with who comes back, by the dialplan's node after_transfer.
    again, first = kinds["returning"]
    assert first is OutcomeClass.ERROR
    assert again in (OutcomeClass.MISSED, OutcomeClass.SHORT_ABANDON)


@dataclass(frozen=True)
class Frozen:
    """Seconds: of the newcomer's recording, and how long who was on the line waited for the apology."""

    newcomer_first: float | None
    newcomer_apology: float
    noticed: str
    waited_for_apology: float


@scene
def frozen(stage: Stage) -> Frozen:
    """The engine's process is stopped (SIGSTOP), its watchdog with it; whoever supervises it notices and ends it."""
    line = stage.on.enter_context(Hotline(stage.folder / "instance"))
    fill(line)
    engine = EngineProcess({"IVR_HOME": str(line.settings.home)}, line.settings.log_file)
    stage.on.callback(engine.kill)
    engine.wait_ready(threading.Event())
    apology = load(line.settings.static_sounds / "technical_problem.wav")
    on_the_line, newcomer = (stage.telephone(f"+7911444000{index}", line) for index in range(2))
    on_the_line.dial(NUMBER)
    on_the_line.press("1")
    on_the_line.wait_heard(stage.first("account_ask"), 12)
    on_the_line.press("46")
    on_the_line.wait_silent(3)
    os.kill(engine.pid, signal.SIGSTOP)
    frozen_at = on_the_line.seconds()
    newcomer.dial(NUMBER)
    apology_at = newcomer.wait_heard(apology, 12)
    newcomer.wait_heard(MUSIC, 8, after=apology_at)
    give_up = time.monotonic() + 15
    while not (noticed := engine.trouble()):
        assert time.monotonic() < give_up, "the supervisor sees nothing wrong"
        on_the_line.stay(POLL_S)
    told_at = on_the_line.wait_heard(apology, 8, after=frozen_at)
    on_the_line.wait_heard(MUSIC, 8, after=told_at)
    return Frozen(first_sound(newcomer.heard()), apology_at, noticed, told_at - frozen_at)


def test_a_stopped_engine_costs_a_newcomer_four_seconds(scenes: Scenes) -> None:
    call = scenes(frozen)
    assert call.newcomer_apology <= APOLOGY_WITHIN_S
    assert call.newcomer_first == pytest.approx(call.newcomer_apology, abs=0.1)


def test_a_stopped_engine_is_ended_and_who_is_on_the_line_reaches_the_queue(scenes: Scenes) -> None:
    """Asterisk cannot tell a stopped engine from one that thinks: it is the supervisor's silence limit that counts."""
    call = scenes(frozen)
    assert "no sign of life" in call.noticed
    assert call.waited_for_apology <= SILENT_S + APOLOGY_WITHIN_S
