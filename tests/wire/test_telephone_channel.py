"""A call's verbs over AGI: prompts, keys, transfers, and hang-ups, against Asterisk's side on a real socket."""

import asyncio
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from peer import Line, request_bytes

from ivr.asterisk.door import Arrival, serve_agi
from ivr.asterisk.fastagi import AgiServer, AgiSession
from ivr.asterisk.transfers import Transfers
from ivr.call.model import Connected, Digits, Failed, NoInput, Outcome, Prompt, Told, Unanswered
from ivr.call.verbs import Ask, Say, Transfer
from ivr.channels.asterisk import AsteriskChannel
from ivr.channels.voicing import Voicing
from ivr.engine import resumed
from ivr.errors import AgiError, VoiceFailed
from ivr.ports import Clip, LineDropped
from ivr.runner import Runner
from ivr.settings import Agi
from tests.fakes import FakeJournal

SOUNDS = {"short": 0.03, "long": 5.0, "notice": 0.25}


class SpeakingVoice:
    """Every prompt is the sound file of its name; ``mute`` cannot be voiced."""

    async def clip(self, prompt: Prompt, *, talk: bool = False) -> Clip:
        if prompt.name == "mute":
            raise VoiceFailed("no voice today")
        return Clip(Path(f"/sounds/{prompt.name}.wav"), f"<{prompt.name}>", SOUNDS.get(prompt.name, 0.0))


class Phone:
    """An engine that runs ``script(channel)`` on every new call, and Asterisk that calls it."""

    def __init__(self) -> None:
        self.transfers = Transfers(limit=2.0)
        self.script: Callable[[AsteriskChannel], object]
        self.arrivals: list[Arrival] = []
        self.done: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self.lines: list[Line] = []
        self.sounds = dict(SOUNDS)
        self.server: AgiServer

    async def open(self, **limits: object) -> None:
        self.server = await serve_agi(
            Agi(**{"port": 0, **limits}), transfers=self.transfers, clock=lambda: datetime.now(UTC), hold=self.hold
        )

    async def hold(self, arrival: Arrival, session: AgiSession) -> None:
        self.arrivals.append(arrival)
        channel = AsteriskChannel(session, Voicing(SpeakingVoice()), self.transfers, arrival.call.id)
        try:
            result = await self.script(channel)
        except (LineDropped, AgiError, AssertionError) as error:
            result = error
        if not self.done.done():
            self.done.set_result(result)

    async def dial(self, path: str = "hotline", *args: str, **details: object) -> Line:
        line = await Line.dial(self.server.port, path, args, sounds=self.sounds, **details)
        self.lines.append(line)
        return line

    async def run(self, script, meanwhile=None, **details: object):
        """Call, run the script, and what it returned or raised."""
        self.script = script
        line = await self.dial(**details)
        if meanwhile is not None:
            await meanwhile(line)
        result = await asyncio.wait_for(self.done, 5)
        if isinstance(result, AssertionError):
            raise result
        return result, line


@pytest.fixture
async def phone():
    phone = Phone()
    await phone.open()
    yield phone
    await phone.server.close()
    for line in phone.lines:
        await line.close()


def press(keys: str, during: str = "STREAM", times: int = 1):
    async def meanwhile(line: Line) -> None:
        await line.until(during, times)
        await line.press(keys)

    return meanwhile


def ask(name: str = "short", **fields: object) -> Ask:
    return Ask(Prompt(name), **{"wait": 0.2, "between": 0.1, **fields})


# ── saying ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_say_is_one_stream_file(phone: Phone) -> None:
    began = time.monotonic()
    said, line = await phone.run(lambda channel: channel.say(Say(Prompt("short"))))
    assert said.text == "<short>"
    assert began <= said.sound_at < began + 0.5
    assert said.overheard == ()
    assert line.commands == ['SET VARIABLE TIMEOUT(absolute) "0"', 'STREAM FILE "/sounds/short" "0123456789*#"']


async def test_a_key_stops_what_is_said_and_answers_the_next_question_unasked(phone: Phone) -> None:
    async def script(channel):
        return await channel.say(Say(Prompt("long"))), await channel.ask(ask("long"))

    (said, asked), line = await phone.run(script, press("1"))
    assert said.overheard == (Digits("1"),)
    assert asked.answer == Digits("1")
    assert asked.text == ""
    assert [name for name, _, _ in line.played] == ["long"]


async def test_a_key_from_before_does_not_stop_a_later_prompt(phone: Phone) -> None:
    async def script(channel):
        await channel.say(Say(Prompt("long")))
        await channel.say(Say(Prompt("short")))
        return await channel.ask(ask())

    asked, line = await phone.run(script, press("1"))
    assert asked.answer == Digits("1")
    assert line.played[1] == ("short", 0, 240)


@pytest.mark.parametrize("keys", ["1234#2", "12342"])
async def test_the_finishing_key_behind_a_full_answer_is_no_answer_to_the_next_question(phone: Phone, keys) -> None:
    async def script(channel):
        return await channel.ask(ask("long", most=4)), await channel.ask(ask("long"))

    (number, choice), _ = await phone.run(script, press(keys))
    assert number.answer == Digits("1234")
    assert choice.answer == Digits("2")


async def test_what_must_be_heard_is_heard_whole_and_its_keys_are_kept(phone: Phone) -> None:
    async def script(channel):
        said = await channel.say(Say(Prompt("notice"), interruptible=False))
        return said, await channel.ask(ask(most=3))

    (said, asked), line = await phone.run(script, press("12*"))
    assert said.overheard == (Digits("12*"),)
    assert asked.answer == Digits("12*")
    pieces = [piece for piece in line.played if piece[0] == "notice"]
    assert len(pieces) == 4
    assert pieces[0][1] == 0
    assert pieces[-1][2] == 2000
    assert all(before[2] == after[1] for before, after in itertools.pairwise(pieces))


async def test_a_prompt_that_cannot_be_had_costs_its_own_words_only(phone: Phone) -> None:
    async def script(channel):
        return [await channel.say(Say(Prompt(name))) for name in ("mute", "short", "missing", "short")]

    said, _ = await phone.run(script)
    assert [one.text for one in said] == ["", "<short>", "", "<short>"]
    assert [one.voiced for one in said] == [False, True, False, True]


@pytest.mark.parametrize("second", ["mute", "missing"])
async def test_two_prompts_in_a_row_without_sound_are_a_mute_line(phone: Phone, second: str) -> None:
    async def script(channel):
        await channel.say(Say(Prompt("missing")))
        with pytest.raises(VoiceFailed, match=second):
            await channel.say(Say(Prompt(second)))
        return "raised"

    assert (await phone.run(script))[0] == "raised"


@pytest.mark.parametrize("mute", [{"short", "technical_problem"}, {"short"}])
async def test_a_call_without_prompts_ends_with_people_and_never_with_a_hang_up(phone: Phone, mute: set[str]) -> None:
    """The real channel under the real runner: prompts whose files Asterisk cannot play."""

    async def talk() -> Outcome:
        await ask("missing")
        return Told("never")

    async def script(channel):
        runner = Runner({}, FakeJournal(), lambda: datetime.now(UTC))
        call = phone.arrivals[0].call
        return await runner.run_call(call, talk, channel)

    sounds = {} if "technical_problem" in mute else {"technical_problem": 0.03}
    phone.script = script
    line = await Line.dial(phone.server.port, "hotline", (), sounds=sounds)
    phone.lines.append(line)
    await line.over()
    # Without a stage Asterisk apologises with sounds of its own and queues the caller.
    assert line.variables.get("IVR_STAGE") == ("transfer" if sounds else None)
    if not sounds:
        assert isinstance(await asyncio.wait_for(phone.done, 2), Failed)


# ── asking ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_one_key_during_the_question(phone: Phone) -> None:
    asked, line = await phone.run(lambda channel: channel.ask(ask("long")), press("3"))
    assert asked.answer == Digits("3")
    assert asked.text == "<long>"
    assert asked.answered_at >= asked.sound_at
    assert not any(command.startswith("WAIT") for command in line.commands[:2])


async def test_one_key_after_the_question(phone: Phone) -> None:
    asked, line = await phone.run(lambda channel: channel.ask(ask(wait=3)), press("#", "WAIT"))
    assert asked.answer == Digits("#"), "the finishing key, first of all, is an answer of its own"
    assert "WAIT FOR DIGIT 3000" in line.commands


async def test_silence(phone: Phone) -> None:
    began = time.monotonic()
    asked, line = await phone.run(lambda channel: channel.ask(ask(wait=0.2)))
    assert asked.answer == NoInput()
    assert asked.answered_at - asked.sound_at >= 0.22
    assert time.monotonic() - began < 1
    assert line.commands[2] == "WAIT FOR DIGIT 200"


@pytest.mark.parametrize(
    ("keys", "fields", "answer"),
    [
        ("1234", {"most": 4}, "1234"),
        ("12#", {"most": 9}, "12"),
        ("12", {"most": 9}, "12"),  # ends by the pause
        ("1*2#", {"most": 9}, "1*2"),
        ("12#3", {"most": 4, "finish": ""}, "12#3"),
        ("12*", {"most": 9, "finish": "*"}, "12"),
    ],
)
@pytest.mark.parametrize("when", ["during", "after"])
async def test_several_keys(phone: Phone, keys: str, fields: dict, answer: str, when: str) -> None:
    question = ask("long" if when == "during" else "short", wait=3, **fields)
    asked, line = await phone.run(
        lambda channel: channel.ask(question), press(keys, "STREAM" if when == "during" else "WAIT")
    )
    assert asked.answer == Digits(answer)
    assert line.lost_keys == ""


async def test_an_answer_ended_by_the_pause_was_given_at_its_last_key(phone: Phone) -> None:
    asked, _ = await phone.run(lambda channel: channel.ask(ask("long", most=5, between=0.3)), press("12"))
    assert time.monotonic() - asked.answered_at >= 0.3


async def test_typed_ahead_goes_on_with_what_is_missing(phone: Phone) -> None:
    async def script(channel):
        await channel.say(Say(Prompt("long")))
        return await channel.ask(ask("long", most=3, between=1))

    async def meanwhile(line: Line) -> None:
        await press("1")(line)
        await press("23", "WAIT")(line)

    asked, _ = await phone.run(script, meanwhile)
    assert asked.answer == Digits("123")
    assert asked.text == ""


async def test_what_is_left_over_answers_the_question_after(phone: Phone) -> None:
    async def script(channel):
        await channel.say(Say(Prompt("notice"), interruptible=False))
        return [(await channel.ask(ask())).answer for _ in range(3)]

    answers, _ = await phone.run(script, press("12"))
    assert answers == [Digits("1"), Digits("2"), NoInput()]


async def test_flush_throws_typed_ahead_away(phone: Phone) -> None:
    async def script(channel):
        await channel.say(Say(Prompt("long")))
        return await channel.ask(ask(flush=True))

    asked, line = await phone.run(script, press("1"))
    assert asked.answer == NoInput()
    assert asked.text == "<short>"
    assert len(line.played) == 2


async def test_keys_during_an_errand_are_kept(phone: Phone) -> None:
    pressed = asyncio.Event()

    async def script(channel):
        await channel.say(Say(Prompt("short")))
        await pressed.wait()
        return await channel.ask(ask("long", most=2))

    async def meanwhile(line: Line) -> None:
        await press("89", "WAIT")(line)
        pressed.set()

    asked, line = await phone.run(script, meanwhile)
    assert asked.answer == Digits("89")
    assert line.lost_keys == ""


@pytest.mark.parametrize("name", ["mute", "missing"])
async def test_a_question_that_cannot_be_heard_is_not_waited_for(phone: Phone, name: str) -> None:
    async def script(channel):
        with pytest.raises(VoiceFailed, match=name):
            await channel.ask(ask(name, wait=30))
        return "raised"

    assert (await phone.run(script))[0] == "raised"


# ── ends ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_hanging_up_sets_the_stage_first(phone: Phone) -> None:
    async def script(channel):
        await channel.say(Say(Prompt("short")))
        await channel.hang_up()
        await channel.hang_up()
        return "done"

    result, line = await phone.run(script)
    await line.over()
    assert result == "done"
    assert line.variables["IVR_STAGE"] == "hangup"


async def test_a_script_that_fails_leaves_no_stage(phone: Phone) -> None:
    async def script(channel):
        raise AssertionError("a bug")

    phone.script = script
    line = await phone.dial()
    await line.over()
    assert "IVR_STAGE" not in line.variables


@pytest.mark.parametrize("exit_on_hangup", [True, False])
@pytest.mark.parametrize(
    ("state", "verb"),
    [
        ("STREAM", lambda c: c.say(Say(Prompt("long")))),
        ("STREAM", lambda c: c.say(Say(Prompt("long"), interruptible=False))),
        ("STREAM", lambda c: c.ask(ask("long"))),
        ("WAIT", lambda c: c.ask(ask(wait=20))),
    ],
)
async def test_the_caller_hangs_up_during_a_verb(phone: Phone, exit_on_hangup: bool, state: str, verb) -> None:
    async def script(channel):
        with pytest.raises(LineDropped):
            await verb(channel)
        with pytest.raises(LineDropped):  # and ever after
            await channel.say(Say(Prompt("short")))
        with pytest.raises(LineDropped):
            await channel.transfer(Transfer("operators"))
        await channel.hang_up()
        return "done"

    async def hang_up(line: Line) -> None:
        await line.until(state)
        line.hang_up()

    result, line = await phone.run(script, hang_up, exit_on_hangup=exit_on_hangup)
    assert result == "done"
    await line.over()


async def test_the_caller_hangs_up_during_an_errand(phone: Phone) -> None:
    async def script(channel):
        await channel.say(Say(Prompt("short")))
        await asyncio.sleep(0.1)
        await channel.say(Say(Prompt("short")))

    async def hang_up(line: Line) -> None:
        await line.until("WAIT")  # the listening while an errand is done
        line.hang_up()

    result, line = await phone.run(script, hang_up)
    assert isinstance(result, LineDropped)
    assert len(line.played) == 1


async def test_a_caller_who_is_gone_at_once_has_a_script_all_the_same(phone: Phone) -> None:
    phone.script = lambda channel: channel.say(Say(Prompt("short")))
    _, writer = await asyncio.open_connection("127.0.0.1", phone.server.port)
    writer.write(request_bytes())
    writer.close()
    assert isinstance(await asyncio.wait_for(phone.done, 2), LineDropped)
    assert len(phone.arrivals) == 1


async def test_asterisk_that_falls_silent_ends_the_call_by_an_error(phone: Phone) -> None:
    await phone.server.close()
    await phone.open(command_seconds=0.1)
    result, _ = await phone.run(lambda channel: channel.ask(ask(wait=0.1)), deaf_to="WAIT")
    assert isinstance(result, AgiError)


# ── transfers ──────────────────────────────────────────────────────────────────────────────────────────────────

TO_PEOPLE = Transfer("operators", priority=10, patience=19.2, context=(("address", "ул. «Мира»,\n д. 5"),))
KNOWN = Transfer(
    "operators", context=(("words", 'a,b;c"d\\e&f'),), whisper=tuple(map(Prompt, ("short", "mute", "long")))
)


async def test_transfer_leaves_agi_with_everything_asterisk_needs(phone: Phone) -> None:
    phone.script = lambda channel: channel.transfer(TO_PEOPLE)
    line = await phone.dial()
    await line.over()
    assert line.commands[-1] == 'SET VARIABLE IVR_STAGE "transfer"'
    assert line.variables == {
        "TIMEOUT(absolute)": "0",
        "IVR_CALL": phone.arrivals[0].call.id,
        "IVR_QUEUE": "operators",
        "IVR_PRIORITY": "10",
        "IVR_WAIT": "20",
        "IVR_WHISPER": "",
        "IVR_CTX_ADDRESS": "ул. «Мира» д. 5",
        "IVR_STAGE": "transfer",
    }
    assert phone.server.calls == 0
    assert not phone.done.done()


async def test_the_caller_comes_back_to_the_waiting_script(phone: Phone) -> None:
    async def script(channel):
        result = await channel.transfer(TO_PEOPLE)
        asked = await channel.ask(ask("long"))
        await channel.hang_up()
        return result, asked.answer

    phone.script = script
    first = await phone.dial()
    await first.over()
    second = await phone.dial("resume", first.variables["IVR_CALL"], "88002200220", "", "", "TIMEOUT")
    await second.until("STREAM")
    await second.press("7")
    assert await asyncio.wait_for(phone.done, 2) == (Unanswered("TIMEOUT"), Digits("7"))
    await second.over()
    assert second.variables["IVR_STAGE"] == "hangup"
    assert len(phone.arrivals) == 1
    assert len(phone.transfers) == 0


async def test_a_second_transfer_of_the_same_call(phone: Phone) -> None:
    async def script(channel):
        return [await channel.transfer(TO_PEOPLE), await channel.transfer(Transfer("dispatchers"))]

    phone.script = script
    line = await phone.dial()
    for why in ("TIMEOUT", "JOINEMPTY"):
        await line.over()
        line = await phone.dial("resume", line.variables["IVR_CALL"], "88002200220", "", "", why)
    assert await asyncio.wait_for(phone.done, 2) == [Unanswered("TIMEOUT"), Unanswered("JOINEMPTY")]


async def test_what_is_whispered_is_what_can_be_voiced_and_what_is_known_no_longer_is_blanked(phone: Phone) -> None:
    async def script(channel):
        return [await channel.transfer(KNOWN), await channel.transfer(TO_PEOPLE)]

    phone.script = script
    first = await phone.dial()
    await first.over()
    assert first.variables["IVR_WHISPER"] == "/sounds/short&/sounds/long"
    assert first.variables["IVR_CTX_WORDS"] == "a b c d e f", "nothing that parts or quotes Asterisk's arguments"
    second = await phone.dial("resume", first.variables["IVR_CALL"], "88002200220", "", "", "TIMEOUT")
    await second.over()
    assert (second.variables["IVR_WHISPER"], second.variables["IVR_CTX_WORDS"]) == ("", "")
    assert second.variables["IVR_CTX_ADDRESS"] == "ул. «Мира» д. 5"


async def test_the_engine_was_restarted_meanwhile(phone: Phone) -> None:
    async def script(channel):
        await channel.hang_up()
        return "a new script"

    phone.script = script
    line = await phone.dial("resume", "261125-020704-990801", "88002200220", "", "", "TIMEOUT")
    assert await asyncio.wait_for(phone.done, 2) == "a new script"
    await line.over()
    (arrival,) = phone.arrivals
    assert (arrival.kind, arrival.why, arrival.previous) == ("after_transfer", "TIMEOUT", "261125-020704-990801")
    assert arrival.call.id != arrival.previous


async def back_after_a_restart(phone: Phone, why: str = "TIMEOUT", **variables: str) -> Line:
    """A caller comes back from a queue to an engine that does not know the call, with what the old one had set."""

    async def elsewhere() -> Outcome:
        await Say(Prompt("long"))
        return Told("after_transfer")

    async def script(channel):
        (arrival, *_) = phone.arrivals
        runner = Runner({}, FakeJournal(), lambda: datetime.now(UTC))
        return await runner.run_call(arrival.call, resumed(arrival, elsewhere), channel)

    phone.script = script
    return await phone.dial("resume", "261125-020704-990801", "88002200220", "", "", why, variables=variables)


async def test_danger_goes_back_to_its_queue_after_a_restart(phone: Phone) -> None:
    phone.sounds["technical_problem"] = 0.03
    line = await back_after_a_restart(phone, IVR_QUEUE="dispatchers", IVR_PRIORITY="10")
    await line.over()
    assert [name for name, _, _ in line.played] == ["technical_problem"]
    assert line.variables["IVR_STAGE"] == "transfer"
    assert (line.variables["IVR_QUEUE"], line.variables["IVR_PRIORITY"]) == ("dispatchers", "10")
    again = await phone.dial("resume", line.variables["IVR_CALL"], "88002200220", "", "", "TIMEOUT")
    await again.until("STREAM")
    assert [path for path in again.commands if "long" in path], "unanswered again: the way of everybody"


@pytest.mark.parametrize(("queue", "priority"), [("operators", "0"), ("operators", ""), ("", "10"), ("x", "ten")])
async def test_others_go_on_at_after_transfer(phone: Phone, queue: str, priority: str) -> None:
    line = await back_after_a_restart(phone, IVR_QUEUE=queue, IVR_PRIORITY=priority)
    await line.until("STREAM")
    assert any("long" in command for command in line.commands)


async def test_a_caller_of_whom_nothing_is_heard_again_does_not_wait_for_ever(phone: Phone) -> None:
    phone.transfers._limit = 0.1
    result, _ = await phone.run(lambda channel: channel.transfer(TO_PEOPLE))
    assert isinstance(result, LineDropped)
    assert result.in_queue == "operators"


async def test_a_caller_who_hangs_up_before_the_queue_was_not_in_it(phone: Phone) -> None:
    async def script(channel):
        await channel.say(Say(Prompt("short")))
        await channel.transfer(TO_PEOPLE)

    async def hang_up(line: Line) -> None:
        await line.until("STREAM")
        line.hang_up()

    result, line = await phone.run(script, hang_up)
    assert isinstance(result, LineDropped)
    assert result.in_queue is None
    assert "IVR_STAGE" not in line.variables
    assert len(phone.transfers) == 0


async def test_a_continued_call_comes_back_connected(phone: Phone) -> None:
    phone.script = lambda channel: channel.transfer(TO_PEOPLE)
    line = await phone.dial()
    await line.over()
    await phone.dial("resume", line.variables["IVR_CALL"], "", "", "", "CONTINUE")
    assert isinstance(await asyncio.wait_for(phone.done, 2), Connected)
