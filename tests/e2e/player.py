"""A conversation (``tests/conversations/*.yaml``) held by real telephones with the real hotline."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from asterisk_server import program_tree
from callers import Telephone, spoken
from hearing import RATE, Heard, Sound, listen
from hotline import NUMBER, ONE_STARTS, ExpectedSounds, Hotline, nobody_answers
from sounds import murmur

from ivr.app import open_house, prerender_places, topics
from ivr.bringup.music import waiting_music
from ivr.call.model import CallRecord, Prompt
from ivr.call.verbs import Ask, Say, Transfer
from ivr.channels.scenario import HangsUp, IsSilent, NobodyAnswers, OperatorTalks, Presses, RobotSays, Transcript
from ivr.dialplan.model import Plan
from ivr.dialplan.walk import walk
from ivr.plans import load_plan
from tests.conversation import Conversation
from tests.core.rehearse import rehearse

MUSIC: Sound = waiting_music().astype(float)[:RATE]
OPERATORS_VOICE = murmur(21, 1.0)
PATIENCE = 12.0
"""Seconds that may pass beyond a sentence's own length until it is heard: the robot waits for an answer up to 8 s."""

WHISPER_S = 6.0
"""So long the operator may be told of the call before the two are joined."""


@dataclass(frozen=True)
class Line:
    """Something that the robot says: its prompt, its clips, and whether the caller lets it finish."""

    number: int
    prompt: Prompt
    clips: list[tuple[str, Sound, float]]
    whole: bool


@dataclass
class Held:
    """A conversation as it was held."""

    record: CallRecord
    sound: Sound
    heard: list[tuple[Line, Heard]] = field(default_factory=list)
    tickets: list[int] = field(default_factory=list)


def prompts_of(conversation: Conversation, plan: Plan) -> dict[int, tuple[Prompt, bool]]:
    """Which prompt each spoken line is, and whether it is a question: found by holding the call without a telephone."""
    transcript = Transcript(conversation.spoken(plan.book))
    found: dict[int, tuple[Prompt, bool]] = {}

    def answer(verb: object) -> object:
        at, typed = transcript.at, transcript.typed
        match verb:
            case Say(prompt=prompt):
                found[at] = (prompt, False)
                return transcript.say(plan.book.speak(prompt, conversation.now).text)
            case Ask(prompt=prompt):
                if not typed or verb.flush:
                    found[at] = (prompt, True)
                return transcript.ask(plan.book.speak(prompt, conversation.now).text, verb)
            case Transfer(queue=queue):
                return transcript.transfer(queue)
        raise AssertionError(verb)

    placed = plan.place(conversation.call)
    rehearse(walk(plan, placed.call, topics(), placed.entry), answer, conversation.world.answers())
    return found


class Player:
    """Holds one conversation. Everything it starts is stopped when :meth:`hold` returns."""

    def __init__(self, conversation: Conversation, folder: Path) -> None:
        self._conversation = conversation
        self._folder = folder
        self._position = 0.0
        self._said: list[tuple[Line, float]] = []

    def hold(self) -> Held:
        conversation, world = self._conversation, self._conversation.world
        ticket = f"ticket_start = {world.first_ticket}\n"
        with Hotline(self._folder / "instance", at=conversation.now, line_settings=ticket) as line, ExitStack() as on:
            with ONE_STARTS, open_house(line.settings, lambda: conversation.now) as house:
                plan = load_plan(line.settings, topics())
                world.fill(house.grid)
                asyncio.run(prerender_places(line.settings, house, plan, lambda _share: None))
            line.engine.start()
            sounds = ExpectedSounds(line.settings)
            prompts = prompts_of(conversation, plan)
            tree = program_tree("testcallers")
            operator = None
            if any(isinstance(each, OperatorTalks) for each in conversation.lines):
                says = spoken(*[part for _ in range(60) for part in (OPERATORS_VOICE, 0.5)])
                operator = on.enter_context(
                    Telephone(tree, self._folder / "operator", line.sip, "operator1", says, line.operator_password, 99)
                )
            number = "anonymous" if conversation.facts.caller == "hidden" else conversation.facts.caller
            phone = on.enter_context(Telephone(tree, self._folder / "caller", line.sip, number))
            phone.dial(conversation.facts.dialled or NUMBER)
            lines = conversation.spoken(plan.book)
            for index, each in enumerate(lines):
                following = lines[index + 1] if index + 1 < len(lines) else None
                match each:
                    case RobotSays():
                        prompt, asked = prompts[index]
                        clips = sounds.fragments(sounds.spoken(prompt, conversation.now))
                        # Keys or a hang-up behind something that is no question come before it is over.
                        whole = asked or not isinstance(following, Presses | HangsUp)
                        self._hear(phone, Line(each.line, prompt, clips, whole))
                    case Presses(keys=keys):
                        phone.press(keys)
                        self._position = phone.seconds()
                    case HangsUp(in_queue=in_queue):
                        if in_queue:
                            phone.wait_heard(MUSIC, PATIENCE, after=self._position)
                        phone.hang_up()
                    case NobodyAnswers():
                        nobody_answers(line)
                        self._position = phone.seconds()
                    case OperatorTalks():
                        assert operator is not None
                        operator.answer(20)
                        phone.wait_heard(OPERATORS_VOICE, 6 + WHISPER_S, after=self._position)
                        operator.hang_up()
                    case IsSilent():
                        pass
            if not phone.happened("CALL_CLOSED"):
                phone.wait_hung_up(PATIENCE)
            (record,) = line.records(number)
            held = Held(record, phone.heard())
            with open_house(line.settings) as house:
                held.tickets = [each.number for each in house.store.tickets.all(limit=5)]
        for said, began in self._said:
            expected = [(words, sound) for words, sound, _ in (said.clips if said.whole else said.clips[:1])]
            held.heard.append((said, listen(held.sound, expected, after=began - 0.1, reach=2.0)))
        return held

    def _hear(self, phone: Telephone, line: Line) -> None:
        clips = line.clips if line.whole else line.clips[:1]
        length = sum(len(sound) / RATE + pause for _, sound, pause in clips)
        began = phone.wait_heard(clips[0][1], PATIENCE + 2, after=self._position)
        self._said.append((line, began))
        if len(clips) > 1:
            last = began + length - len(clips[-1][1]) / RATE - 0.5
            phone.wait_heard(clips[-1][1], length + 3, after=last)
            self._position = last
        else:
            self._position = began + 0.2
