"""Callers who speak, on the real Asterisk, heard by the shipped model: all at once on one hotline, each test its own.

What they say lies in ``says/`` (a voice that neither the robot has nor the recogniser was trained on, A-law).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asterisk_server import program_tree
from callers import Telephone
from hearing import RATE, Sound, find
from hotline import NUMBER, ExpectedSounds, Hotline
from own_grid import Resident
from stage import MUSIC, NOON, fill

from ivr.call.errands import SendSms, Sent
from ivr.call.model import Abandoned, CallRecord, LeftQueue, OutcomeClass, Prompt, Utterance
from ivr.call.verbs import Ask, Say, Transfer
from outage_feed.model import Kind
from robot.errands import FindOutages
from robot.hearing.bench.alaw import read
from robot.outcomes import Informed

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(240)]

SAYS = Path(__file__).parent / "says"
LENINA = Resident("+74712550201", "4600123456", "ул. Ленина", "5", Kind.PLANNED, until_h=3)
LENINGRADSKAYA = Resident("+74712550202", "4600000202", "ул. Ленинградская", "5", dark=False)
TIME = Prompt(
    "outage_planned",
    place=f"г. Курск, {LENINA.place}",
    until=LENINA.outage(NOON).planned_end or NOON,
    set_at=LENINA.set_at(NOON),
)
OWED_SILENCE_S = 2.0
AT_ONCE = 6
NOISE = np.random.default_rng(11).normal(0, 500, 25 * RATE)


@dataclass
class Caller:
    """Somebody on the line, with what the robot's sentences sound like."""

    line: Hotline
    sounds: ExpectedSounds
    phone: Telephone
    heard_until: float = 0.0

    def clips(self, prompt: Prompt | str) -> list[Sound]:
        asked = Prompt(prompt) if isinstance(prompt, str) else prompt
        spoken = self.sounds.book.speak(asked, NOON, talk=True)
        return [sound for _, sound, _ in self.sounds.fragments(spoken)]

    def hears(self, prompt: Prompt | str, limit: float = 20.0, *, whole: bool = False) -> None:
        """Wait until a sentence begins (until it is over)."""
        clips = self.clips(prompt)
        self.heard_until = self.phone.wait_heard(clips[-1 if whole else 0], limit, after=self.heard_until)

    def says(self, what: str) -> None:
        self.phone.speak(read(SAYS / f"{what}.wav").astype(float))

    def over(self) -> CallRecord:
        if not self.phone.happened("CALL_CLOSED"):
            self.phone.hang_up()
        return self.line.records(self.phone.number)[0]


Scene = Callable[[Caller], Any]
SCENES: dict[Scene, str] = {}


def scene(number: str) -> Callable[[Scene], Scene]:
    def named(hold: Scene) -> Scene:
        SCENES[hold] = number
        return hold

    return named


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Scene], Any]]:
    """What came of a scene; all of them are begun together."""
    folder = tmp_path_factory.mktemp("talking")
    with Hotline(folder / "instance", at=NOON, more_settings="[hearing]\non = true\n") as line:
        fill(line, (LENINA, LENINGRADSKAYA))
        line.engine.start()
        sounds = ExpectedSounds(line.settings)

        def hold(act: Scene, number: str) -> Any:
            with ExitStack() as on:
                tree = program_tree("testcallers")
                phone = on.enter_context(Telephone(tree, folder / act.__name__, line.sip, number))
                phone.dial(NUMBER)
                return act(Caller(line, sounds, phone))

        with ThreadPoolExecutor(AT_ONCE) as pool:
            futures: dict[Scene, Future[Any]] = {act: pool.submit(hold, act, number) for act, number in SCENES.items()}
            yield lambda act: futures[act].result(200)


def said(record: CallRecord) -> list[str]:
    """What callers were heard to say, in order."""
    heard = [entry.value for entry in record.entries if isinstance(entry.verb, Ask)]
    return [each.text for each in heard if isinstance(each, Utterance)]


def told(record: CallRecord) -> list[str]:
    return [entry.verb.prompt.name for entry in record.entries if isinstance(entry.verb, Say | Ask)]


def assert_never_kept_waiting(record: CallRecord) -> None:
    assert record.longest_owed_silence < OWED_SILENCE_S


@scene("+79061110001")
def address_at_once(caller: Caller) -> CallRecord:
    """The whole call: no light, an address, its time, an SMS."""
    caller.hears("menu_main")
    caller.phone.stay(1.0)
    caller.says("no_light")  # into the middle of the question
    caller.hears("account_ask", whole=True)
    caller.phone.stay(1.2)
    caller.says("address")
    caller.hears(TIME, whole=True)
    caller.hears("outage_offer_sms", whole=True)
    caller.phone.stay(1.0)
    caller.says("yes")
    caller.hears("sms_sent")
    caller.hears("goodbye")
    caller.phone.wait_hung_up(10)
    return caller.over()


def test_a_caller_says_the_address_and_hears_the_time(held: Callable[[Scene], Any]) -> None:
    record = held(address_at_once)
    reason, address, consent = said(record)
    assert (reason, consent) == ("здравствуйте у нас света нет", "да")
    assert re.fullmatch(r"город курск улиц\w ленина дом пять", address)
    (looked_up,) = [entry.verb.point for entry in record.entries if isinstance(entry.verb, FindOutages)]
    assert looked_up.account == LENINA.account
    assert isinstance(record.outcome, Informed)
    assert_never_kept_waiting(record)
    (sent,) = [entry.value for entry in record.entries if isinstance(entry.verb, SendSms)]
    assert isinstance(sent, Sent)
    # The question was cut short by the caller's words: its end was never heard.
    menu = next(entry for entry in record.entries if entry.said and entry.verb.prompt.name == "menu_main")
    assert menu.took < 10.0, "it takes fourteen seconds whole"


@scene("+79061110002")
def danger_in_the_greeting(caller: Caller) -> CallRecord:
    """Danger is spoken of in the middle of the first sentence."""
    caller.hears("greeting")
    caller.says("danger")
    caller.hears("danger_safety", whole=True)
    caller.phone.wait_heard(MUSIC, 25)
    return caller.over()


def test_danger_words_go_before_everything(held: Callable[[Scene], Any]) -> None:
    record = held(danger_in_the_greeting)
    assert "menu_main" not in told(record)
    (transfer,) = [entry.verb for entry in record.entries if isinstance(entry.verb, Transfer)]
    assert transfer.priority == 10
    assert isinstance(record.outcome, LeftQueue)
    assert_never_kept_waiting(record)


@scene("+79061110003")
def operator_at_the_address(caller: Caller) -> CallRecord:
    caller.hears("menu_main")
    caller.says("no_light")
    caller.hears("account_ask")
    caller.says("operator")
    caller.phone.wait_heard(MUSIC, 25)
    return caller.over()


def test_operator_is_obeyed_at_any_question(held: Callable[[Scene], Any]) -> None:
    record = held(operator_at_the_address)
    assert said(record)[-1] == "соедините с оператором"
    assert isinstance(record.outcome, LeftQueue)
    assert_never_kept_waiting(record)


@scene("+79061110004")
def correction(caller: Caller) -> CallRecord:
    """The address that was read back inside the answer is the wrong one."""
    caller.hears("menu_main")
    caller.says("no_light")
    caller.hears("account_ask", whole=True)
    caller.phone.stay(0.8)
    caller.says("address")
    caller.hears("outage_offer_sms", 25, whole=True)
    caller.phone.stay(0.6)
    caller.says("correction")
    caller.hears("ticket_offer", 30)
    return caller.over()


def test_a_correction_is_taken_as_one(held: Callable[[Scene], Any]) -> None:
    record = held(correction)
    looked_up = [entry.verb.point.account for entry in record.entries if isinstance(entry.verb, FindOutages)]
    assert looked_up == [LENINA.account, LENINGRADSKAYA.account]
    assert told(record).count("account_ask") == 1
    assert record.outcome.kind is OutcomeClass.SERVED


@scene("+79061110005")
def nothing_but_noise(caller: Caller) -> CallRecord:
    """A loud line and nobody speaking: nothing is cut short, nothing is made of it."""
    caller.phone.speak(NOISE)
    caller.hears("menu_main", whole=True)
    caller.hears("menu_main_no_input", 20)
    return caller.over()


def test_noise_neither_cuts_nor_answers(held: Callable[[Scene], Any]) -> None:
    record = held(nothing_but_noise)
    assert said(record) == []
    assert told(record)[-1] == "menu_main_no_input"


@scene("+79061110006")
def muttering(caller: Caller) -> CallRecord:
    """«Угу» into the middle of the question is no answer and does not stop it."""
    caller.hears("menu_main")
    caller.says("uhuh")
    caller.hears("menu_main", whole=True)
    return caller.over()


def test_muttering_does_not_cut_a_question(held: Callable[[Scene], Any]) -> None:
    record = held(muttering)
    assert said(record) == []


@scene("+79061110007")
def keys_and_words(caller: Caller) -> CallRecord:
    """The menu by a key, the account by keys, the read-back confirmed in words."""
    caller.hears("menu_main")
    caller.phone.press("1")
    caller.hears("account_ask")
    caller.phone.press(LENINA.account + "#", pause=0.12)
    caller.hears(Prompt("account_read_back", account=LENINA.account), whole=True)
    caller.phone.stay(0.8)
    caller.says("yes")
    caller.hears(TIME, whole=True)
    return caller.over()


def test_keys_and_words_go_together(held: Callable[[Scene], Any]) -> None:
    record = held(keys_and_words)
    assert said(record) == ["да"]
    assert isinstance(record.outcome, Informed)
    assert_never_kept_waiting(record)


@scene("+79061110008")
def hangs_up_mid_word(caller: Caller) -> CallRecord:
    caller.hears("menu_main")
    caller.says("no_light")
    caller.phone.stay(0.6)
    return caller.over()


def test_a_caller_may_hang_up_in_the_middle_of_a_word(held: Callable[[Scene], Any]) -> None:
    record = held(hangs_up_mid_word)
    assert isinstance(record.outcome, Abandoned)


def test_the_engine_dies_while_a_caller_is_heard(tmp_path: Path) -> None:
    """kill -9 in the middle of a question: Asterisk apologises and queues the caller."""
    with Hotline(tmp_path / "instance", at=NOON, more_settings="[hearing]\non = true\n") as line:
        fill(line, (LENINA,))
        line.engine.start()
        sounds = ExpectedSounds(line.settings)
        with Telephone(program_tree("testcallers"), tmp_path / "phone", line.sip, "+79061110009") as phone:
            phone.dial(NUMBER)
            caller = Caller(line, sounds, phone)
            caller.hears("menu_main")
            line.engine.kill()
            apology = sounds.fragments(sounds.book.speak(Prompt("technical_problem"), NOON))[0][1]
            assert phone.wait_heard(apology, 10, after=caller.heard_until) > 0
            phone.wait_heard(MUSIC, 15)
            assert find(phone.heard(), apology).score > 0.9


def test_who_cannot_be_heard_goes_on_by_keys(tmp_path: Path) -> None:
    """The call beyond those that can be heard, from its start; and one whose recogniser fails, from there on."""
    settings = "[hearing]\non = true\ncalls = 1\n"
    with Hotline(tmp_path / "instance", at=NOON, more_settings=settings) as line, ExitStack() as on:
        fill(line, (LENINA,))
        line.engine.start()
        sounds = ExpectedSounds(line.settings)
        tree = program_tree("testcallers")
        first = on.enter_context(Telephone(tree, tmp_path / "one", line.sip, "+79061110010"))
        second = on.enter_context(Telephone(tree, tmp_path / "two", line.sip, "+79061110011"))
        first.dial(NUMBER)
        Caller(line, sounds, first).hears("greeting")
        second.dial(NUMBER)
        by_keys = sounds.fragments(sounds.book.speak(Prompt("menu_main"), NOON))[0][1]
        second.wait_heard(by_keys, 20)
        second.hang_up()
        caller = Caller(line, sounds, first)
        caller.hears("menu_main")
        caller.says("no_light")
        caller.hears("account_ask", whole=True)
        (line.settings.var / "recogniser-is-broken").touch()
        first.stay(0.8)
        caller.says("address")

        def hears(prompt: Prompt, *, whole: bool = False) -> None:
            clips = [sound for _, sound, _ in sounds.fragments(sounds.book.speak(prompt, NOON))]
            caller.heard_until = first.wait_heard(clips[-1 if whole else 0], 20, after=caller.heard_until)

        hears(Prompt("hearing_lost"), whole=True)
        hears(Prompt("account_ask"))
        first.press(LENINA.account + "#", pause=0.12)
        hears(Prompt("account_read_back", account=LENINA.account))
        first.press("1")
        hears(TIME, whole=True)
        record = caller.over()
        assert told(line.records("+79061110011")[0])[-1] == "menu_main"
        assert isinstance(record.outcome, Informed)
        assert_never_kept_waiting(record)
