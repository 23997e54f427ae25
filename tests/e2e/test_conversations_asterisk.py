"""Telling conversations held by real telephones on the real Asterisk: the third of the three ways they are run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from player import Held, Player

from ivr.call.model import classify
from tests.conversation import Conversation, load_all

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(400)]

REAL = [conversation for conversation in load_all() if conversation.facts.real]
AT_ONCE = 5
OWED_SILENCE_S = 2.0


@pytest.fixture(scope="module")
def held(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Held]]:
    """The conversations, some held at the same time: each waits most of its time for somebody to finish speaking."""
    chosen = {
        item.callspec.params["conversation"].file
        for item in request.session.items
        if hasattr(item, "callspec") and isinstance(item.callspec.params.get("conversation"), Conversation)
    }
    pool = ThreadPoolExecutor(AT_ONCE)
    calls: dict[str, Future[Held]] = {
        each.file: pool.submit(Player(each, tmp_path_factory.mktemp(each.file)).hold)
        for each in REAL
        if each.file in chosen
    }
    yield lambda name: calls[name].result(timeout=300)
    pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("conversation", REAL, ids=lambda each: each.file)
def test_conversation(conversation: Conversation, held: Callable[[str], Held]) -> None:
    call, facts = held(conversation.file), conversation.facts
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
