"""Files of conversations: what is wrong with one is said with its name."""

from pathlib import Path

import pytest

from ivr.call.model import OutcomeClass, Prompt
from ivr.channels.scenario import HangsUp, IsSilent, NobodyAnswers, OperatorTalks, Presses, RobotSays
from tests.conversation import BadConversation, load

GOOD = """
title: A call
at: 2026-11-25 10:17
caller: hidden
points: [{id: p1, street: ул. Ленина, house: "5"}]
outages: [{where: "ул. Ленина, 5", until: "16:30", told: -1h30m, restored: +1d}]
feed: never
ends: served
call:
  - robot: >-
      Two
      lines.
  - says: greeting
  - {says: digits_so_far, count: 4}
  - caller: presses 12#
  - caller: is silent
  - caller: hangs up
  - caller: hangs up in the queue
  - operator: answers after 12 s
  - operator: does not answer
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "call.yaml"
    path.write_text(text, "utf-8")
    return path


def test_everything_in_a_file_is_read(tmp_path: Path) -> None:
    conversation = load(write(tmp_path, GOOD))
    assert conversation.call.caller is None
    assert conversation.facts.ends is OutcomeClass.SERVED
    assert conversation.lines == (
        RobotSays("Two lines.", 10),
        Prompt("greeting"),
        Prompt("digits_so_far", count=4),
        Presses("12#", 15),
        IsSilent(16),
        HangsUp(line=17),
        HangsUp(in_queue=True, line=18),
        OperatorTalks(12.0, line=19),
        NobodyAnswers(20),
    )
    (outage,) = conversation.world.outages
    assert outage.planned_end == conversation.now.replace(hour=16, minute=30)
    assert outage.set_at == conversation.now.replace(hour=8, minute=47)
    assert conversation.world.feed().stale(conversation.now)
    assert conversation.world.points[0].region == "46"


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ("title: A call", "titel: A call", "titel"),
        ("is silent", "is quiet", "is no line"),
        ('"16:30"', '"half past four"', "is no moment"),
        ("ends: served", "ends: well", "ends"),
        ("call:", "calls:", "call"),
        ("- says: greeting", "- [says: greeting", "line 13"),
        ("id: p1, ", "", "no id"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, good: str, bad: str, message: str) -> None:
    assert good in GOOD
    with pytest.raises(BadConversation, match=rf"(?s)call\.yaml.*{message}"):
        load(write(tmp_path, GOOD.replace(good, bad)))
