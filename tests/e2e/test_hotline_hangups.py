"""Hanging up in every state of a call: the script ends, the record is right, nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from callers import Telephone
from own_grid import HASTY
from stage import MUSIC, Scenes, Stage, scene

from ivr.call.model import (
    SHORT_ABANDON_S,
    Abandoned,
    CallRecord,
    HungUp,
    LeftQueue,
    Outcome,
    OutcomeClass,
)
from ivr.store.calls import CallRow

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

RECORDED_WITHIN_S = 2.0


@dataclass(frozen=True)
class State:
    """Where a caller hangs up: how they get there, what counts then, and as what."""

    number: str
    reach: Callable[[Stage, Telephone], None]
    verb: str
    outcome: Outcome
    kind: OutcomeClass = OutcomeClass.MISSED


def _in(node: str, verb: str) -> Callable[[Stage, Telephone], None]:
    return lambda stage, phone: stage.line.wait_live(phone.number, node, verb)


def _skips_the_greeting(stage: Stage, phone: Telephone) -> None:
    stage.line.wait_live(phone.number, "hotline:greeting", "Say")
    phone.press("#")
    stage.line.wait_live(phone.number, "hotline:recording_notice", "Say")


def _hears_the_whole_menu(stage: Stage, phone: Telephone) -> None:
    phone.wait_heard(stage.last("menu_main"), 40, after=6.0)
    stage.line.wait_live(phone.number, "hotline:menu", "Ask")


def _keys_half_an_account(stage: Stage, phone: Telephone) -> None:
    phone.press("1")
    phone.wait_heard(stage.first("account_ask"), 12)
    phone.press("460")
    phone.wait_silent(3)


def _waits_in_the_queue(stage: Stage, phone: Telephone) -> None:
    phone.press("0")
    phone.wait_heard(MUSIC, 20)


STATES = {
    "greeting": State(
        "+79112220001",
        _in("hotline:greeting", "Say"),
        "Say",
        Abandoned("hotline:greeting"),
        OutcomeClass.SHORT_ABANDON,
    ),
    "recording notice": State("+79112220002", _skips_the_greeting, "Say", Abandoned("hotline:recording_notice")),
    "sentence": State(HASTY.phone, _in("hotline:known_outage", "Say"), "Say", Abandoned("hotline:known_outage")),
    "menu": State("+79112220004", _in("hotline:menu", "Ask"), "Ask", Abandoned("hotline:menu")),
    "waiting for a key": State("+79112220005", _hears_the_whole_menu, "Ask", Abandoned("hotline:menu")),
    "keying digits": State("+79112220006", _keys_half_an_account, "Ask", Abandoned("hotline:no_power")),
    "queue": State("+79112220007", _waits_in_the_queue, "Transfer", LeftQueue("operators"), OutcomeClass.LEFT_QUEUE),
}


@dataclass(frozen=True)
class Ended:
    """What is found when a caller has hung up."""

    gone_after: float
    record: CallRecord
    row: CallRow


def _hangs_up(name: str, state: State) -> Callable[[Stage], Ended]:
    def hold(stage: Stage) -> Ended:
        phone = stage.dialled(state.number)
        state.reach(stage, phone)
        phone.hang_up()
        gone_after = stage.line.wait_gone(state.number, RECORDED_WITHIN_S)
        (record,) = stage.line.records(state.number, limit=RECORDED_WITHIN_S - gone_after)
        return Ended(gone_after, record, stage.line.row_of(record))

    hold.__name__ = "hangs_up_in_" + name.replace(" ", "_")
    return scene(hold)


SCENES = {name: _hangs_up(name, state) for name, state in STATES.items()}


@pytest.mark.parametrize("name", STATES)
def test_hanging_up_leaves_a_record_and_nothing_running(scenes: Scenes, name: str) -> None:
    ended, state = scenes(SCENES[name]), STATES[name]
    assert ended.record.outcome == state.outcome
    kind = state.kind
    if isinstance(state.outcome, Abandoned) and ended.record.seconds <= SHORT_ABANDON_S:
        kind = OutcomeClass.SHORT_ABANDON
    assert ended.row.kind is kind
    last = ended.record.entries[-1]
    assert type(last.verb).__name__ == state.verb
    assert last.value == HungUp()
