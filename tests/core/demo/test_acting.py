"""Scenes held against calls: what is done when, and what counts as straying."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ivr.bringup.recording import RATE, loud_steps
from ivr.call.model import OutcomeClass
from ivr.cli.demo import in_short
from ivr.demo.acting import ENDS_WITHIN, Acting, Strayed
from ivr.demo.clips import clip
from ivr.demo.scenes import (
    SCENES,
    STRANGER,
    HangsUp,
    Hears,
    OperatorAnswers,
    OperatorHangsUp,
    Presses,
    Says,
    Scene,
    WaitsFor,
    hears,
)
from ivr.demo.stage import both_sides
from ivr.prompts import PromptBook
from outage_feed.example import example_points
from outage_feed.example import test_callers as example_callers

ROOT = Path(__file__).parents[3]
MENU = Scene(
    "menu",
    "",
    "+79000000001",
    (hears("greeting", within=5), hears("menu", "menu_again"), Presses("0", 2.0), WaitsFor("operators"), HangsUp(3.0)),
    OutcomeClass.LEFT_QUEUE,
)
OPERATOR = Scene(
    "operator",
    "",
    "+79000000001",
    (WaitsFor("operators"), OperatorAnswers(within=25), OperatorHangsUp(4.0)),
    OutcomeClass.OPERATOR,
)


def robot(prompt: str) -> dict[str, object]:
    return {"who": "robot", "prompt": prompt, "text": f"Слова {prompt}"}


def end(kind: str) -> dict[str, object]:
    return {"who": "end", "class": kind, "text": f"Outcome, counted as {kind}"}


QUEUED = {"who": "queue", "queue": "operators", "text": "waits"}
TAKEN = {"who": "operator", "queue": "operators", "text": "takes the call"}


def test_a_call_that_goes_as_the_scene_says() -> None:
    acting = Acting(MENU, 100.0)
    acting.see(robot("greeting"), 100.5)
    acting.see({"who": "node", "text": "hotline:menu"}, 103.0)
    acting.see(robot("menu_again"), 103.0)
    assert acting.due(104.9) is None
    assert acting.due(105.0) == Presses("0", 2.0)
    assert acting.due(105.1) is None, "a key is pressed once"
    acting.see({"who": "caller", "text": "[0]"}, 105.1)
    acting.see(QUEUED, 105.2)
    assert acting.due(108.2) == HangsUp(3.0)
    assert not acting.over
    acting.see(end("left_queue"), 108.4)
    assert acting.over
    assert acting.due(200.0) is None


def test_an_operator_takes_the_call() -> None:
    acting = Acting(OPERATOR, 0.0)
    acting.see(QUEUED, 1.0)
    assert isinstance(acting.step, OperatorAnswers)
    acting.see(TAKEN, 5.0)
    assert acting.due(8.9) is None
    assert acting.due(9.0) == OperatorHangsUp(4.0)
    acting.see(end("operator"), 9.1)
    assert acting.over


def test_a_caller_speaks_once_and_in_time() -> None:
    scene = Scene("", "", "", (hears("menu"), Says("no_light", 2.0), hears("ask")), OutcomeClass.SERVED)
    acting = Acting(scene, 0.0)
    acting.see(robot("menu"), 1.0)
    assert acting.due(2.9) is None
    assert acting.due(3.0) == Says("no_light", 2.0)
    assert acting.due(3.1) is None
    acting.see({"who": "caller", "text": "«света нет» (0.94), breaking in"}, 4.0)
    acting.see(robot("ask"), 4.0)
    assert acting.step is None


def test_the_robot_going_on_before_the_caller_has_spoken_strays() -> None:
    acting = Acting(Scene("", "", "", (hears("menu"), Says("no_light", 2.0)), OutcomeClass.SERVED), 0.0)
    acting.see(robot("menu"), 1.0)
    with pytest.raises(Strayed, match="expected the caller to say no_light first"):
        acting.see(robot("ask"), 1.5)


def test_announcements_and_fillers_may_come_at_any_time() -> None:
    acting = Acting(MENU, 0.0)
    acting.see(robot("greeting"), 1.0)
    for prompt in ("announcement", "storm_announcement", "one_moment"):
        acting.see(robot(prompt), 2.0)
    acting.see(robot("menu"), 3.0)
    assert acting.step == Presses("0", 2.0)


def in_the_queue() -> Acting:
    acting = Acting(MENU, 0.0)
    for line in (robot("greeting"), robot("menu")):
        acting.see(line, 1.0)
    acting.due(3.0)
    return acting


def test_another_prompt_than_expected_strays_and_is_named_with_its_words() -> None:
    acting = Acting(MENU, 0.0)
    acting.see(robot("greeting"), 0.1)
    with pytest.raises(Strayed) as strayed:
        acting.see(robot("technical_problem"), 0.2)
    assert str(strayed.value) == (
        "step 2 of 5: expected the robot to say menu or menu_again; "
        "the robot says technical_problem («Слова technical_problem»)"
    )


def test_the_robot_going_on_before_the_caller_has_acted_strays() -> None:
    acting = Acting(MENU, 0.0)
    for line in (robot("greeting"), robot("menu")):
        acting.see(line, 1.0)
    with pytest.raises(Strayed, match="expected the caller to press 0 first"):
        acting.see(robot("menu_no_input"), 2.0)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({**QUEUED, "queue": "dispatchers"}, "waits in the queue dispatchers"),
        (TAKEN, "is somebody logged in as an operator"),
        (end("missed"), "the call has ended: Outcome, counted as missed"),
    ],
)
def test_other_turns_stray(line: dict[str, object], message: str) -> None:
    with pytest.raises(Strayed, match=message):
        in_the_queue().see(line, 4.0)


def test_what_does_not_come_in_time_strays() -> None:
    acting = Acting(MENU, 0.0)
    assert acting.due(5.0) is None
    with pytest.raises(Strayed, match="step 1 of 5: expected the robot to say greeting; nothing of it for 5 s"):
        acting.due(5.1)


def test_a_call_that_does_not_end_strays() -> None:
    acting = in_the_queue()
    acting.see(QUEUED, 4.0)
    assert acting.due(7.0) == HangsUp(3.0)
    assert acting.due(7.0 + ENDS_WITHIN) is None
    with pytest.raises(Strayed, match="has not ended"):
        acting.due(7.1 + ENDS_WITHIN)


def test_an_end_of_another_class_strays() -> None:
    acting = in_the_queue()
    acting.see(QUEUED, 4.0)
    acting.due(7.0)
    with pytest.raises(Strayed, match="counted as error, the scene says left_queue"):
        acting.see(end("error"), 7.1)
    assert not acting.over


# ── the scenes themselves ──────────────────────────────────────────────────────────────────────────────────────


def prompts_of_scenes() -> Iterator[tuple[str, str]]:
    for scene in SCENES:
        for step in scene.steps:
            if isinstance(step, Hears):
                yield from ((scene.name, prompt) for prompt in step.prompts)


def test_scenes_name_prompts_that_exist() -> None:
    texts = {str(path): path.read_text("utf-8") for path in (ROOT / "prompts" / "ru").glob("*.yaml")}
    book = PromptBook.parse(texts)
    assert [(scene, prompt) for scene, prompt in prompts_of_scenes() if prompt not in book] == []


def test_scenes_call_as_callers_of_the_example() -> None:
    shows = {caller.phone: caller.shows for caller in example_callers()}
    accounts = {caller.account: caller.shows for caller in example_callers()}
    scenes = {scene.name: scene for scene in SCENES}
    assert len(scenes) == len(SCENES)
    assert shows[scenes["known_outage"].caller] == "planned"
    assert shows[scenes["ticket"].caller] == "none_known"
    assert {scene.name for scene in SCENES if scene.caller != STRANGER} == {"known_outage", "ticket"}
    (account,) = (step.keys for step in scenes["account"].steps if isinstance(step, Presses) and len(step.keys) > 1)
    assert accounts[account.removesuffix("#")] == "emergency"
    assert [scene.name for scene in SCENES if scene.needs_operator] == ["operator"]


def test_what_scenes_say_is_there_to_be_heard() -> None:
    said = {name: clip(name) for scene in SCENES for name in scene.clips}
    assert SCENES[0].clips == ("no_light", "address", "yes", "no"), "the scene that is shown first is a spoken one"
    for name, each in said.items():
        assert each.words, name
        assert loud_steps(each.sound).sum() * 0.02 > 0.3, f"{name} cannot be heard"
    folder = ROOT / "ivr" / "demo" / "caller"
    assert {path.stem for path in folder.glob("*.wav")} == said.keys(), "nothing lies there that is never said"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 2**20


def test_addresses_that_are_said_are_in_the_example() -> None:
    known = {str(point.address).casefold() for point in example_points()}
    assert any("песковатская, 14" in address for address in known)
    assert {address for address in known if "бабяково" in address and "ленина, 5" in address} >= {
        "с. бабяково, ул. ленина, 5",
        "с. бабяково, пер. ленина, 5",
    }
    assert any("транспортный, 5" in address for address in known)


def test_a_recording_has_both_voices() -> None:
    heard = np.zeros(RATE * 2)
    heard[:10] = 100.0
    mixed = both_sides(heard, [(0.0, np.full(5, 7.0)), (1.0, np.full(RATE * 5, 3.0))])
    assert len(mixed) == len(heard), "what is said after the end is not in the call"
    assert (mixed[0], mixed[9], mixed[RATE - 1], mixed[RATE], mixed[-1]) == (107.0, 100.0, 0.0, 3.0, 3.0)
    assert heard[0] == 100.0, "what was heard stays as it was"


def test_an_errand_is_shown_by_its_name_and_its_answers() -> None:
    text = "FindOutages(point=ServicePoint(id=p1, address=***)) → Found(point=…, now=25.11 10:00)"
    assert in_short("errand", text) == "FindOutages → Found"
    assert in_short("because", "key 1: нет света (да)") == "key 1: нет света (да)"
