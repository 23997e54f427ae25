"""The first call, and the six sentences: six callers at once, each hears their own and nothing of the others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hearing import find, first_sound
from own_grid import EMERGENCY, NO_TIME, PAST, PLANNED, RESTORED, STALE, Resident, sentence
from stage import FIRST_SOUND, UNLIKE, Call, Scenes, Stage, assert_heard, likeness, scene

from ivr.call.model import OutcomeClass, Prompt
from robot.outcomes import Informed

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

BEFORE_THE_MENU = (PLANNED, EMERGENCY, PAST, NO_TIME)
AFTER_THE_KEY = (RESTORED, STALE)
SIX = (*BEFORE_THE_MENU, *AFTER_THE_KEY)
OPENING = ("greeting", "recording_notice")
TIME_HEARD_WITHIN_S = 12.0
OWED_SILENCE_S = 2.0


def _told(stage: Stage, resident: Resident) -> Prompt:
    return sentence(resident, stage.laid_in_at)


@scene
def first_call(stage: Stage) -> Call:
    """A known number with a planned outage: listens, presses 1 in the menu, is told again, hangs up."""
    phone = stage.dialled(PLANNED.phone)
    menu = phone.wait_heard(stage.first("menu_main_again"), 25, after=8.0)
    phone.press("1")
    again = stage.clips(Prompt("outage_again", until=_told(stage, PLANNED).values["until"]))
    phone.wait_heard(again[-1][1], 15, after=menu)
    return stage.over(phone)


def _listener(resident: Resident) -> Callable[[Stage], Call]:
    """A scene for a resident: hears their sentence, before the menu or after pressing 1, and hangs up."""

    def hold(stage: Stage) -> Call:
        phone = stage.dialled(resident.phone)
        after = 4.0
        if resident in AFTER_THE_KEY:
            after = phone.wait_heard(stage.first("menu_main"), 15, after=after)
            phone.press("1")
        told = stage.clips(_told(stage, resident))
        phone.wait_heard(told[-1][1], 20, after=after)
        return stage.over(phone)

    hold.__name__ = f"hears_{resident.account}"
    return scene(hold)


LISTENERS = {resident: first_call if resident is PLANNED else _listener(resident) for resident in SIX}


def test_a_known_number_hears_its_planned_outage_before_the_menu(scenes: Scenes) -> None:
    call = scenes(first_call)
    stage, told = call.stage, _told(call.stage, PLANNED)
    opening, own = stage.clips(*OPENING), stage.clips(told)
    heard = assert_heard(call.sound, [*opening, *own, *stage.clips("menu_main_again")[:1]])
    first = first_sound(call.sound)
    assert first is not None
    assert first <= FIRST_SOUND
    # The time itself is «сегодня / завтра», «к девяти часам» …: what stands between «ориентировочно» and «по данным».
    words = [text for text, _, _ in own]
    (at,) = [index for index, text in enumerate(words) if text.startswith("по данным")]
    assert heard.matches[len(opening) + at - 1].end <= TIME_HEARD_WITHIN_S, str(heard)
    # Another time is told by other clips, and those were not heard.
    other = stage.clips(_at_another_time(told))
    differing = [sound for text, sound, _ in other if text not in words]
    assert differing
    assert max(find(call.sound, sound).score for sound in differing) < UNLIKE


def test_the_record_of_the_first_call(scenes: Scenes) -> None:
    call = scenes(first_call)
    told = _told(call.stage, PLANNED)
    assert call.row.kind is OutcomeClass.SERVED
    assert call.row.point == PLANNED.account
    assert call.record.outcome == Informed("planned", f"list:{PLANNED.account}", told.values["until"])
    assert call.record.longest_owed_silence <= OWED_SILENCE_S
    said = [getattr(entry.verb, "prompt", None) for entry in call.record.entries]
    assert [prompt for prompt in said if prompt is not None] == [
        *(Prompt(name) for name in OPENING),
        told,
        Prompt("menu_main_again"),
        Prompt("outage_again", until=told.values["until"]),
        Prompt("outage_offer_sms"),
    ]


@pytest.mark.parametrize("resident", SIX, ids=["planned", "emergency", "past", "no_time", "restored", "stale"])
def test_each_hears_their_own_sentence_and_no_other(scenes: Scenes, resident: Resident) -> None:
    call = scenes(LISTENERS[resident])
    own = call.stage.clips(_told(call.stage, resident))
    opening = call.stage.clips(*OPENING)
    if resident in AFTER_THE_KEY:
        assert_heard(call.sound, opening)
        assert_heard(call.sound, own, after=5.0)
    else:
        assert_heard(call.sound, [*opening, *own])
    assert call.row.kind is OutcomeClass.SERVED or resident is STALE
    assert call.record.longest_owed_silence <= OWED_SILENCE_S
    for other in SIX:
        if other is not resident:
            clips = call.stage.clips(_told(call.stage, other))
            assert likeness(call.sound, clips, but=own) < UNLIKE, f"{other.place} was heard at {resident.place}"


def test_they_called_at_the_same_time(scenes: Scenes) -> None:
    records = [scenes(LISTENERS[resident]).record for resident in SIX]
    assert max(record.call.started_at for record in records) < min(record.ended_at for record in records)


def _at_another_time(prompt: Prompt) -> Prompt:
    moved = {
        name: value + timedelta(hours=3, minutes=20) if isinstance(value, datetime) else value
        for name, value in prompt.values.items()
    }
    return Prompt(prompt.name, **moved)
