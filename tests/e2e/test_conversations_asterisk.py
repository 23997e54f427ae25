"""Telling conversations held by real telephones on the real Asterisk: the third of the three ways they are run."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from player import Held, Player
from stage import Scenes, Stage, scene

from ivr.call.model import classify
from tests.conversation import Conversation, load_all

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

REAL = [conversation for conversation in load_all() if conversation.facts.real]
OWED_SILENCE_S = 2.0


def _held(conversation: Conversation) -> Callable[[Stage], Held]:
    def hold(stage: Stage) -> Held:
        return Player(conversation, stage.folder).hold()

    hold.__name__ = f"conversation_{conversation.file}"
    return scene(hold)


SCENES = {conversation.file: _held(conversation) for conversation in REAL}


@pytest.mark.parametrize("conversation", REAL, ids=lambda each: each.file)
def test_conversation(conversation: Conversation, scenes: Scenes) -> None:
    call, facts = scenes(SCENES[conversation.file]), conversation.facts
    for said, heard in call.heard:
        assert heard.worst >= 0.9, f"{conversation.file}.yaml line {said.number}\n{heard}"
        gaps = [gap - pause for gap, (_, _, pause) in zip(heard.gaps, said.clips, strict=False)]
        assert max(gaps, default=0.0) <= 0.25, f"line {said.number}: a hole of {max(gaps):.2f} s\n{heard}"
    first = call.heard[0][1].first_sound
    assert first is not None
    assert first <= 1.0
    assert classify(call.record.outcome, 60.0) is facts.ends, call.record.outcome
    assert not facts.outcome or type(call.record.outcome).__name__ == facts.outcome, call.record.outcome
    assert call.record.longest_owed_silence < OWED_SILENCE_S
    if facts.opens is not None:
        assert facts.opens in call.tickets


def test_a_telling_few_are_held_on_the_real_asterisk() -> None:
    assert len(REAL) >= 5
