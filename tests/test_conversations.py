"""Every conversation of ``tests/conversations/`` as a script alone: no event loop, no wires, no database."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ivr.app import understanding
from ivr.call.errands import OpenTicket
from ivr.call.model import Abandoned, LeftQueue, classify
from ivr.call.verbs import Ask, Say, Transfer, Verb
from ivr.channels.scenario import Strayed, Transcript
from ivr.dialplan.model import Plan
from ivr.dialplan.walk import walk
from ivr.plans import load_plan
from ivr.ports import LineDropped
from ivr.prompts import PromptBook
from ivr.settings import Settings
from robot.topics import topics
from tests.conversation import Conversation, load_all
from tests.core.rehearse import rehearse

ROOT = Path(__file__).parents[1]
CONVERSATIONS = list(load_all())


@cache
def the_plan() -> Plan:
    """The real dialplans and prompts of the house."""
    return load_plan(Settings(home=ROOT), topics())


def following(transcript: Transcript, book: PromptBook, conversation: Conversation) -> Callable[[Verb[Any]], Any]:
    """Answers every voice verb as the transcript says."""

    talk = conversation.facts.talks

    def answer(verb: Verb[Any]) -> Any:
        match verb:
            case Say(prompt=prompt):
                return transcript.say(book.speak(prompt, conversation.now, talk=talk).text)
            case Ask(prompt=prompt):
                return transcript.ask(book.speak(prompt, conversation.now, talk=talk).text, verb)
            case Transfer(queue=queue):
                return transcript.transfer(queue)
        raise AssertionError(verb)

    return answer


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda each: each.file)
def test_conversation(conversation: Conversation) -> None:
    plan = the_plan()
    placed = plan.place(conversation.call)
    transcript = Transcript(conversation.spoken(plan.book))
    opened: list[int] = []
    answers = conversation.world.answers()
    open_ticket = answers[OpenTicket]

    def noting(errand: OpenTicket) -> Any:
        ticket = open_ticket(errand)
        opened.append(ticket.number)
        return ticket

    dropped: list[LineDropped] = []
    follow = following(transcript, plan.book, conversation)

    def answer(verb: Verb[Any]) -> Any:
        try:
            return follow(verb)
        except LineDropped as gone:
            dropped.append(gone)
            raise

    try:
        done = rehearse(
            walk(plan, placed.call, topics(), placed.entry, understanding() if conversation.facts.talks else None),
            answer,
            answers | {OpenTicket: noting},
        )
        transcript.finish()
    except Strayed as strayed:
        pytest.fail(f"{conversation.file}.yaml: {strayed}", pytrace=False)
    outcome = done.outcome
    if outcome is None:  # the script let the hang-up through: the runner's rule
        queue = dropped[-1].in_queue
        outcome = LeftQueue(queue) if queue else Abandoned(done.nodes[-1])
    facts = conversation.facts
    assert classify(outcome, 60.0) is facts.ends, outcome
    assert not facts.outcome or type(outcome).__name__ == facts.outcome, outcome
    assert facts.branch in (None, placed.call.branch)
    assert facts.res in (None, placed.call.res)
    assert (opened[-1] if opened else None) == facts.opens


def test_there_are_enough_of_them_and_they_differ() -> None:
    assert len(CONVERSATIONS) >= 15
    assert len({each.facts.title for each in CONVERSATIONS}) == len(CONVERSATIONS)
