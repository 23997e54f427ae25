"""Waiting for people: who answers, who goes first, and what is heard when nobody does."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from callers import Telephone, spoken
from hearing import find
from hotline import NUMBER, Hotline, wait_queued
from sounds import murmur
from stage import ALIKE, UNLIKE, Call, Scenes, Stage, assert_heard, fill, scene

from ivr.call.model import OutcomeClass, Prompt, TalkedToPerson, Unanswered
from ivr.call.verbs import Ask, Transfer

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

OPERATORS_VOICE, DISPATCHERS_VOICE, CALLERS_VOICE = murmur(31, 1.2), murmur(32, 1.2), murmur(33, 1.2)
PATIENCE = {"people.yaml": ("patience: 120", "patience: 5"), "danger.yaml": ("patience: 60", "patience: 4")}
"""In the first queue of each file callers wait less long than in the real line."""


@dataclass
class Waiting:
    """Three callers: in danger while a dispatcher is free, in danger while none is, and with a question."""

    stage: Stage
    calls: dict[str, Call] = field(default_factory=dict)
    first_answered: dict[str, float] = field(default_factory=dict)
    """How much of the operator's voice each had heard when the first of them was answered (likeness)."""
    operator_heard: float = 0.0


def _voice(stage: Stage, line: Hotline, name: str, sound: object) -> Telephone:
    says = spoken(*[part for _ in range(60) for part in (0.3, sound)])  # type: ignore[misc]
    return stage.telephone(name, line, says=says, password=line.operator_password, answers_after=0)


@scene
def people(stage: Stage) -> Waiting:
    """A dispatcher takes the first caller in danger; the second gives up on dispatchers and overtakes the question."""
    line = stage.on.enter_context(Hotline(stage.folder / "instance", own=("dialplans",)))
    for name, (usual, shorter) in PATIENCE.items():
        file = line.settings.dialplans / name
        file.write_text(file.read_text("utf-8").replace(usual, shorter, 1), encoding="utf-8")
    fill(line)
    line.engine.start()
    own = Stage(line, stage.sounds, stage.folder, stage.laid_in_at, stage.on)
    found = Waiting(own)
    dispatcher = _voice(stage, line, "dispatcher1", DISPATCHERS_VOICE)
    says = spoken(*[part for _ in range(60) for part in (0.4, CALLERS_VOICE)])
    question = stage.telephone("+79115550001", line, says=says)
    lucky, patient = (stage.telephone(f"+7911555000{index}", line) for index in (2, 3))

    question.dial(NUMBER)
    question.press("0")
    lucky.dial(NUMBER)
    lucky.press("2")
    lucky.wait_heard(own.first("danger_safety"), 10)
    lucky.press("#")
    lucky.wait_heard(DISPATCHERS_VOICE, 15)

    patient.dial(NUMBER)
    patient.press("2")
    patient.wait_heard(own.first("danger_safety"), 10)
    patient.press("#")
    # Meanwhile nobody has answered the question, and it is put again into the queue.
    asked = question.wait_heard(own.last("operators_no_answer"), 25)
    question.press("1")
    wait_queued(line, question.number)
    nobody = patient.wait_heard(own.last("danger_no_answer"), 25)
    wait_queued(line, patient.number)

    operator = _voice(stage, line, "operator1", OPERATORS_VOICE)
    patient.wait_heard(OPERATORS_VOICE, 20, after=nobody)
    found.first_answered = {
        name: find(phone.heard(), OPERATORS_VOICE).score
        for name, phone in (("question", question), ("patient", patient))
    }
    found.calls["patient"] = own.over(patient)
    question.wait_heard(OPERATORS_VOICE, 25, after=asked)
    at = operator.wait_heard(CALLERS_VOICE, 10)
    found.operator_heard = find(operator.heard(), CALLERS_VOICE, after=max(0.0, at - 0.1)).score
    operator.hang_up()
    question.wait_hung_up(5)
    found.calls["question"] = own.over(question)
    found.calls["lucky"] = own.over(lucky)
    dispatcher.wait("CALL_CLOSED", 5)
    line.wait_gone()
    return found


def _transfers(call: Call) -> list[tuple[str, int, object]]:
    entries = [entry for entry in call.record.entries if isinstance(entry.verb, Transfer)]
    return [(entry.verb.queue, entry.verb.priority, entry.value) for entry in entries]


def test_danger_goes_to_a_dispatcher(scenes: Scenes) -> None:
    call = scenes(people).calls["lucky"]
    assert isinstance(call.record.outcome, TalkedToPerson)
    assert call.record.outcome.queue == "dispatchers"
    assert call.row.kind is OutcomeClass.OPERATOR
    assert find(call.sound, DISPATCHERS_VOICE).score >= ALIKE


def test_nobody_answers_and_the_script_goes_on_with_its_words(scenes: Scenes) -> None:
    found = scenes(people)
    call = found.calls["question"]
    assert_heard(call.sound, found.stage.clips("operators_no_answer"), after=8.0)
    assert _transfers(call)[0] == ("operators", 0, Unanswered("TIMEOUT"))
    (asked,) = [
        e for e in call.record.entries if isinstance(e.verb, Ask) and e.verb.prompt.name == "operators_no_answer"
    ]
    assert asked.owed_silence is not None
    assert asked.owed_silence < 2.0


def test_danger_is_answered_before_a_question_that_came_earlier(scenes: Scenes) -> None:
    found = scenes(people)
    assert found.first_answered["patient"] >= ALIKE
    assert found.first_answered["question"] < UNLIKE
    first, second = _transfers(found.calls["patient"])
    assert first == ("dispatchers", 10, Unanswered("TIMEOUT"))
    assert second[:2] == ("operators", 10)
    assert_heard(found.calls["patient"].sound, found.stage.clips(Prompt("danger_no_answer")), after=6.0)


def test_an_operator_talks_and_hangs_up(scenes: Scenes) -> None:
    found = scenes(people)
    call = found.calls["question"]
    assert found.operator_heard >= ALIKE
    assert isinstance(call.record.outcome, TalkedToPerson)
    assert call.record.outcome.queue == "operators"
    # It waited for the operator to be free again after the call before: at least as long as that is kept (wrapuptime).
    assert 5.0 <= call.record.outcome.waited <= 40.0
    assert call.row.kind is OutcomeClass.OPERATOR
