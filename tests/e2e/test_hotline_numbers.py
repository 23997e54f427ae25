"""Who calls, which number they dialled, and what their keys do; and strangers at the engine's door."""

from __future__ import annotations

import contextlib
import socket
import time
from dataclasses import dataclass

import pytest
from asterisk_server import program_tree
from hearing import find, first_sound
from hotline import NUMBER
from own_grid import CALM, PLANNED, sentence
from sipp import Load, scenario
from stage import UNLIKE, Call, Scenes, Stage, assert_heard, scene

from ivr.app import open_house
from ivr.control_client import ControlClient
from ivr.store.calls import CallRow, Wanted
from robot.errands import FindServicePoints

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

KURSK, ZHELEZNOGORSK, LIPETSK = "74712000101", "84712000201", "84742000101"
"""Numbers of РЭС dispatchers (dialplans/numbers.yaml)."""
STOPS_WITHIN_S = 0.3


@dataclass(frozen=True)
class Arrived:
    """Calls whose numbers matter, as they are recorded."""

    redirected: CallRow
    dialled_direct: CallRow
    hidden: Call


def _called(stage: Stage, script: str, caller: str, dialled: str, known_by: str) -> CallRow:
    """One SIPp call, and its record, found by a number that nobody else dials."""
    load = Load(program_tree("testcallers"), stage.folder / known_by, stage.line.sip, script, [(caller, dialled, 9)])
    result = load.run(30)
    assert (result.successful, result.failed) == (1, 0), result.errors
    give_up = time.monotonic() + 5
    with open_house(stage.line.settings) as house:
        while True:
            for row in house.store.calls.all(Wanted(limit=200)):
                if known_by in (row.dialled, row.diversion):
                    return row
            assert time.monotonic() < give_up, f"no record of the call by way of {known_by}"
            time.sleep(0.1)


@scene
def arrives(stage: Stage) -> Arrived:
    """Redirected from a dispatcher's number, dialled there directly, and with a known number that is hidden."""
    redirected = _called(stage, scenario(diversion=f"+{KURSK}", hang_up_after=1.0), "+79051230001", NUMBER, KURSK)
    direct = _called(stage, scenario(hang_up_after=1.0), "+79051230002", ZHELEZNOGORSK, ZHELEZNOGORSK)
    hidden = _called(stage, scenario(hides=PLANNED.phone, hang_up_after=7.0), "anonymous", LIPETSK, LIPETSK)
    with open_house(stage.line.settings) as house:
        stored = house.store.calls.get(hidden.id)
    assert stored is not None
    return Arrived(redirected, direct, Call(stage, stage.first("greeting"), stored.record, hidden))


def test_a_redirected_call_belongs_to_the_branch_of_the_number(scenes: Scenes) -> None:
    row = scenes(arrives).redirected
    assert (row.caller, row.dialled, row.branch, row.res) == ("+79051230001", NUMBER, "46", "Курский РЭС")


def test_a_dispatchers_number_is_answered_by_the_line(scenes: Scenes) -> None:
    row = scenes(arrives).dialled_direct
    assert (row.dialled, row.branch, row.res) == (ZHELEZNOGORSK, "46", "Железногорский РЭС")


def test_a_hidden_number_is_nobodys(scenes: Scenes) -> None:
    call = scenes(arrives).hidden
    assert call.row.caller is None
    assert not [entry for entry in call.record.entries if isinstance(entry.verb, FindServicePoints)]
    said = [entry.verb.prompt.name for entry in call.record.entries if hasattr(entry.verb, "prompt")]
    assert said == ["greeting", "recording_notice", "menu_main"]


@dataclass(frozen=True)
class Interrupted:
    """A call in which a key was pressed while a prompt was being said; seconds of the recording."""

    call: Call
    pressed_at: float
    next_at: float


@scene
def interrupts(stage: Stage) -> Interrupted:
    """A key in the middle of the menu."""
    # As SIP INFO a key is one message; as RFC 4733 it also has a length of its own, and counts when it is let go.
    phone = stage.dialled("+79111110017", dtmf="info")
    phone.wait_heard(stage.first("menu_main"), 15, after=4.0)
    pressed_at = time.monotonic() - phone.answered_at
    phone.press("5")
    next_at = phone.wait_heard(stage.first("menu_other"), 8, after=pressed_at)
    return Interrupted(stage.over(phone), pressed_at, next_at)


def test_a_key_stops_the_prompt(scenes: Scenes) -> None:
    call = scenes(interrupts)
    assert call.next_at - call.pressed_at <= STOPS_WITHIN_S


@dataclass(frozen=True)
class Knocked:
    """A call during which strangers knocked: what was heard, and what the engine counted."""

    call: Call
    refused: int
    hung_on_for_ever: int


@scene
def knocking(stage: Stage) -> Knocked:
    """While a caller listens: peers that connect and close, that talk nonsense, and that talk very slowly."""
    control = ControlClient(stage.line.settings.control_socket)
    before = control.status()["agi"]["bad_requests"]
    agi = ("127.0.0.1", stage.line.asterisk.site.ports.agi)
    phone = stage.dialled(CALM.phone)
    slow = [socket.create_connection(agi, timeout=5) for _ in range(20)]
    try:
        for index in range(150):
            with contextlib.suppress(ConnectionError), socket.create_connection(agi, timeout=5) as door:
                match index % 4:
                    case 0:
                        pass
                    case 1:
                        door.sendall(b"agi_network: yes\nagi_")
                    case 2:
                        door.sendall(bytes(range(256)) * 100)
                    case _:
                        door.sendall(b"GET / HTTP/1.1\r\nHost: agi\r\n\r\n")
        told = stage.clips(sentence(CALM, stage.laid_in_at))
        for index in range(30):
            for each in slow:
                with contextlib.suppress(ConnectionError):
                    each.sendall(b"agi_network: yes\n"[index % 17 :][:1])
            phone.stay(0.1)
        phone.wait_heard(told[-1][1], 25, after=6.0)
        left = sum(_is_open(each) for each in slow)
    finally:
        for each in slow:
            each.close()
    return Knocked(stage.over(phone), control.status()["agi"]["bad_requests"] - before, left)


def _is_open(stream: socket.socket) -> bool:
    stream.settimeout(0.05)
    try:
        return stream.recv(1) != b""
    except TimeoutError:
        return True
    except ConnectionError:
        return False


def test_strangers_at_the_door_disturb_nobody(scenes: Scenes) -> None:
    found = scenes(knocking)
    stage = found.call.stage
    told = stage.clips("greeting", "recording_notice", sentence(CALM, stage.laid_in_at))
    assert_heard(found.call.sound, told)
    first = first_sound(found.call.sound)
    assert first is not None
    assert first <= 1.0
    assert found.refused >= 50
    assert found.hung_on_for_ever == 0
    assert found.call.record.longest_owed_silence < 1.0
    assert find(found.call.sound, stage.first("technical_problem")).score < UNLIKE
