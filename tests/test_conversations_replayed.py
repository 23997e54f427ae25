"""Every conversation, recorded as the engine records it, read back and replayed: it goes as it went."""

import json
from functools import cache

import pytest

from ivr import app
from ivr.call.journal import encode
from ivr.call.model import CallRecord, Prompt
from ivr.channels.scenario import ScenarioChannel, Transcript
from ivr.dialplan.walk import walk
from ivr.replay import replay
from ivr.runner import Runner
from robot.topics import topics
from tests.conversation import Conversation, load_all
from tests.fakes import FakeJournal
from tests.test_conversations import the_plan

CONVERSATIONS = list(load_all())


@cache
def codec() -> app.Codec:
    return app.codec()


async def recorded(conversation: Conversation) -> CallRecord:
    """The call, held by the runner and stored."""
    plan, journal = the_plan(), FakeJournal()

    def words(prompt: Prompt) -> str:
        return plan.book.speak(prompt, conversation.now, talk=conversation.facts.talks).text

    channel = ScenarioChannel(Transcript(conversation.spoken(plan.book)), words)
    placed = plan.place(conversation.call)
    understanding = app.understanding() if conversation.facts.talks else None
    script = walk(plan, placed.call, topics(), placed.entry, understanding)
    await Runner(conversation.world.answers(), journal, lambda: conversation.now).run_call(placed.call, script, channel)
    assert channel.strayed is None
    (record,) = journal.ended
    stored: CallRecord = codec().decode(json.loads(json.dumps(encode(record))))
    return stored


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda each: each.file)
async def test_it_goes_as_it_went(conversation: Conversation) -> None:
    record, plan = await recorded(conversation), the_plan()
    placed = plan.place(conversation.call)
    understanding = app.understanding() if conversation.facts.talks else None

    def wordings(prompt: Prompt, _: float) -> tuple[str, ...]:
        return tuple(plan.book.speak(prompt, conversation.now, talk=talk).text for talk in (True, False))

    done = replay(record, walk(plan, placed.call, topics(), placed.entry, understanding), wordings, words=True)
    different = [
        (row.change.value, type(row.entry.verb).__name__, row.entry.said or str(row.entry.verb)) for row in done.rows
    ]
    assert done.same, [each for each in different if each[0] != "same"] or (done.before, done.after, done.stopped)
