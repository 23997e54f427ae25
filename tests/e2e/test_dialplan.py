"""The dialplan alone, with toy engines: whatever the engine does, the caller hears something and has a way on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from asterisk_server import site_for_tests, start_asterisk
from callers import MakeTelephone, spoken
from hearing import RATE, Sound, find, first_sound, listen, save, silences
from manager import ManagerEvents
from sipp import Key, Load, scenario
from sounds import goodbye, greeting, murmur, technical_problem
from toy_engine import Behaviour, Session, ToyEngine, leave, take

from ivr.bringup.music import waiting_music
from ivr.bringup.server import AsteriskServer
from ivr.bringup.tree import Tree

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(120)]

HOTLINE = "88002200220"
QUEUE_SECONDS = 3
MUSIC: Sound = waiting_music().astype(float)[:RATE]


@dataclass
class Line:
    """A running Asterisk; ``engine(behaviour)`` is what it finds on the AGI port."""

    asterisk: AsteriskServer
    greeting: Path

    @property
    def sip(self) -> int:
        return self.asterisk.site.ports.sip

    def engine(self, behaviour: Behaviour) -> ToyEngine:
        return ToyEngine(self.asterisk.site.ports.agi, behaviour)

    def greet(self, session: Session) -> str:
        return session.send(f'STREAM FILE {self.greeting} "0123456789*#"')


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory, rescue_sounds: Path) -> Iterator[Line]:
    folder = tmp_path_factory.mktemp("line")
    file = save(folder / "greeting.wav", greeting())
    asterisk = start_asterisk(site_for_tests(folder, rescue_sounds, wait=QUEUE_SECONDS))
    try:
        yield Line(asterisk, file.with_suffix(""))
    finally:
        asterisk.stop()


def test_a_good_engine_is_heard_and_hangs_up_on_purpose(line: Line, telephone: MakeTelephone) -> None:
    def behave(session: Session) -> None:
        take(session)
        line.greet(session)
        leave(session, "hangup")

    with line.engine(behave) as engine:
        phone = telephone(line.sip, "+74712000017")
        phone.dial(HOTLINE)
        assert phone.wait_hung_up(5) < 3
        (session,) = engine.sessions
    assert session.path == "hotline"
    assert session.headers["agi_callerid"] == "+74712000017"
    assert [session.argument(n) for n in range(1, 6)] == ["", HOTLINE, "", "allowed_not_screened", ""]
    heard = listen(phone.heard(), [("greeting", greeting())])
    assert heard.worst > 0.95, heard
    assert heard.first_sound is not None
    assert heard.first_sound < 1.0
    assert find(phone.heard(), technical_problem()).score < 0.6


def test_keys_reach_the_engine_one_by_one(line: Line, telephone: MakeTelephone) -> None:
    pressed: list[str] = []

    def behave(session: Session) -> None:
        take(session)
        while len(pressed) < 12:
            answer = session.send("WAIT FOR DIGIT 5000")
            pressed.append(chr(int(answer.removeprefix("200 result="))))
        leave(session, "hangup")

    with line.engine(behave):
        phone = telephone(line.sip)
        phone.dial(HOTLINE)
        phone.press("1234567890*#")
        phone.wait_hung_up(10)
    assert "".join(pressed) == "1234567890*#"


def test_no_engine_the_caller_hears_the_apology_at_once_and_waits_with_music(
    line: Line, telephone: MakeTelephone
) -> None:
    phone = telephone(line.sip)
    phone.dial(HOTLINE)
    phone.wait_heard(MUSIC, 8)
    heard = listen(phone.heard(), [("apology", technical_problem()), ("music", MUSIC)])
    assert heard.worst > 0.9, str(heard)
    assert heard.first_sound is not None
    assert heard.first_sound < 1.0


def test_no_engine_and_no_operator_ends_with_a_goodbye_after_two_turns(line: Line, telephone: MakeTelephone) -> None:
    phone = telephone(line.sip)
    phone.dial(HOTLINE)
    phone.wait_hung_up(25)
    expected = [
        ("apology", technical_problem()),
        ("music", MUSIC),
        ("apology", technical_problem()),  # then the music goes on where it had been
        ("goodbye", goodbye()),
    ]
    heard = listen(phone.heard(), expected)
    assert heard.worst > 0.9, str(heard)
    assert silences(phone.heard(), 0.5) == []


def test_an_engine_that_takes_the_call_and_says_nothing_costs_four_seconds(
    line: Line, telephone: MakeTelephone
) -> None:
    with line.engine(Session.wait_closed):
        phone = telephone(line.sip)
        phone.dial(HOTLINE)
        began = phone.wait_heard(technical_problem(), 8)
    assert 3.5 < began < 5.0
    assert first_sound(phone.heard()) == pytest.approx(began, abs=0.1)


@pytest.mark.parametrize("doing", ["STREAM FILE", "WAIT FOR DIGIT", "nothing"])
def test_an_engine_that_dies_in_the_middle_is_replaced_by_the_apology(
    line: Line, telephone: MakeTelephone, doing: str
) -> None:
    def behave(session: Session) -> None:
        take(session)
        line.greet(session)
        if doing == "STREAM FILE":
            line.greet(session)
        elif doing == "WAIT FOR DIGIT":
            session.send("WAIT FOR DIGIT 4000")
        session.wait_closed()

    with line.engine(behave) as engine:
        phone = telephone(line.sip)
        phone.dial(HOTLINE)
        phone.wait_heard(greeting(), 4)
        phone.stay(0.3)
        died = len(phone.heard()) / RATE
        engine.die()
        began = phone.wait_heard(technical_problem(), 8)
    assert began - died < 5.0
    phone.wait_heard(MUSIC, 6)


def test_nobody_answers_and_the_caller_is_back_with_the_engine(line: Line, telephone: MakeTelephone) -> None:
    def behave(session: Session) -> None:
        take(session)
        if session.path == "resume":
            line.greet(session)
            leave(session, "hangup")
        else:
            leave(session, "transfer", IVR_CALL="c-4711", IVR_QUEUE="dispatchers", IVR_WAIT="2")

    with line.engine(behave) as engine:
        phone = telephone(line.sip)
        phone.dial(HOTLINE)
        phone.wait_hung_up(12)
        first, second = engine.sessions
    assert (first.path, second.path) == ("hotline", "resume")
    assert second.argument(1) == "c-4711"
    assert second.argument(2) == HOTLINE
    assert second.argument(5) == "TIMEOUT"
    heard = listen(phone.heard(), [("music", MUSIC), ("greeting", greeting())])
    assert heard.worst > 0.9, str(heard)


def test_a_queue_that_does_not_exist_brings_the_caller_back_at_once(line: Line, telephone: MakeTelephone) -> None:
    def behave(session: Session) -> None:
        take(session)
        if session.path == "resume":
            leave(session, "hangup")
        else:
            leave(session, "transfer", IVR_CALL="c-1", IVR_QUEUE="nowhere")

    with line.engine(behave) as engine:
        phone = telephone(line.sip)
        phone.dial(HOTLINE)
        assert phone.wait_hung_up(5) < 2
    assert [session.argument(5) for session in engine.sessions] == ["", "UNKNOWN"]


def test_the_draft_has_its_own_number(line: Line, telephone: MakeTelephone) -> None:
    def behave(session: Session) -> None:
        take(session)
        leave(session, "hangup")

    with line.engine(behave) as engine:
        for number in (f"{HOTLINE}99", "draft"):
            phone = telephone(line.sip)
            phone.dial(number)
            phone.wait_hung_up(5)
    assert [(session.path, session.argument(2)) for session in engine.sessions] == [("draft", HOTLINE)] * 2


def test_a_redirected_number_reaches_the_engine_with_its_diversion(
    line: Line, callers_tree: Tree, tmp_path: Path
) -> None:
    def behave(session: Session) -> None:
        take(session)
        leave(session, "hangup")

    with line.engine(behave) as engine:
        script = scenario(diversion="+74712550101")
        result = Load(callers_tree, tmp_path, line.sip, script, [("+79051234567", HOTLINE, 9)]).run(20)
    assert (result.successful, result.failed) == (1, 0), result.errors
    (session,) = engine.sessions
    assert session.headers["agi_callerid"] == "+79051234567"
    assert session.argument(3) == "+74712550101"


def test_keys_by_sip_info_reach_the_engine(line: Line, callers_tree: Tree, tmp_path: Path) -> None:
    pressed: list[str] = []

    def behave(session: Session) -> None:
        take(session)
        pressed.extend(session.send("WAIT FOR DIGIT 5000") for _ in range(2))
        leave(session, "hangup")

    with line.engine(behave):
        script = scenario([Key("1", 0.3), Key("*", 0.3)])
        result = Load(callers_tree, tmp_path, line.sip, script, [("+79051234567", HOTLINE, 9)]).run(20)
    assert (result.successful, result.failed) == (1, 0), result.errors
    assert pressed == ["200 result=49", "200 result=42"]


def test_an_operator_answers_and_is_not_disturbed_when_the_engine_dies(line: Line, telephone: MakeTelephone) -> None:
    def behave(session: Session) -> None:
        take(session)
        leave(session, "transfer", IVR_CALL="c-9", IVR_QUEUE="operators", IVR_WAIT="20")

    voice = murmur(7, 2.0)
    password = line.asterisk.site.operator_secret_file.read_text(encoding="ascii").strip()
    with line.engine(behave) as engine, ManagerEvents(line.asterisk) as events:
        operator = telephone(
            line.sip, "operator1", says=spoken(1.0, voice, 2.0, voice), password=password, answers_after=9
        )
        caller = telephone(line.sip)
        caller.dial(HOTLINE)
        operator.answer(10)
        caller.wait_heard(voice, 6)
        engine.die()
        caller.wait_heard(voice, 6, after=len(caller.heard()) / RATE - 0.5)
        assert find(caller.heard(), technical_problem()).score < 0.6
        caller.hang_up()
        steps = [event["Step"] for event in events.until("IvrQueue", Step="finished")]
    assert steps == ["entered", "answered", "finished"]
    assert {event["IvrCall"] for event in events.seen if event.get("UserEvent") == "IvrQueue"} == {"c-9"}


def test_the_operators_side_is_told_what_is_known(line: Line, telephone: MakeTelephone) -> None:
    """Variables, the name on the display, the event and the whisper, which the caller does not hear."""
    whisper = murmur(21, 1.5)
    file = save(line.greeting.parent / "whisper.wav", whisper)
    known = {"REASON": "Нет света", "ADDRESS": "ул. Ленина 5", "TICKET": "100237", "WORDS": "света нет"}

    def behave(session: Session) -> None:
        take(session)
        told = {f"__IVR_CTX_{name}": value for name, value in known.items()}
        told["__IVR_CTX_NAME"] = "Нет света Ленина 5 №100237"
        files = f"{file.with_suffix('')}&{file.with_suffix('')}"
        leave(session, "transfer", IVR_CALL="c-12", IVR_QUEUE="operators", IVR_WAIT="20", IVR_WHISPER=files, **told)

    voice = murmur(8, 2.0)
    password = line.asterisk.site.operator_secret_file.read_text(encoding="ascii").strip()
    with line.engine(behave), ManagerEvents(line.asterisk) as events:
        operator = telephone(
            line.sip,
            "operator1",
            says=spoken(*[part for _ in range(9) for part in (0.2, voice)]),
            password=password,
            answers_after=9,
        )
        caller = telephone(line.sip, "+74712000031")
        caller.dial(HOTLINE)
        operator.answer(10)
        operator.wait_heard(whisper, 6)
        joined = caller.wait_heard(voice, 10)
        channels = line.asterisk.cli("core show channels concise").splitlines()
        (name,) = [row.split("!")[0] for row in channels if row.startswith("PJSIP/operator1")]
        shown = line.asterisk.cli(f"core show channel {name}")
        waiting, answered = events.until("IvrHandover", Step="answered")
        caller.hang_up()
    told = {name: answered[name.capitalize()] for name in known}
    assert told == known
    assert {name: waiting[name.capitalize()] for name in known} == known
    assert (answered["IvrCall"], answered["Queue"], answered["Member"]) == ("c-12", "operators", "PJSIP/operator1")
    assert "Connected Line ID Name: Нет света Ленина 5 №100237" in shown
    assert "IVR_CTX_ADDRESS=ул. Ленина 5" in shown
    assert find(operator.heard(), whisper, after=find(operator.heard(), whisper).begin + 1.0).score > 0.9, "both files"
    assert find(caller.heard(), whisper).score < 0.6
    assert silences(caller.heard()[: int(joined * RATE)], 0.8) == [], "music, not silence, while it is whispered"


def test_a_caller_who_leaves_the_queue_is_told_to_the_engine(line: Line, telephone: MakeTelephone) -> None:
    def behave(session: Session) -> None:
        take(session)
        leave(session, "transfer", IVR_CALL="c-10", IVR_QUEUE="operators", IVR_WAIT="20")

    with line.engine(behave), ManagerEvents(line.asterisk) as events:
        caller = telephone(line.sip)
        caller.dial(HOTLINE)
        caller.wait_heard(MUSIC, 5)
        caller.hang_up()
        steps = [event["Step"] for event in events.until("IvrQueue", Step="left")]
    assert steps == ["entered", "left"]


def test_a_call_of_ours_whose_engine_is_gone_ends_with_an_apology_and_without_a_queue(
    line: Line, telephone: MakeTelephone
) -> None:
    password = line.asterisk.site.operator_secret_file.read_text(encoding="ascii").strip()
    with ManagerEvents(line.asterisk) as manager:
        called = telephone(line.sip, "operator2", password=password, answers_after=9)
        manager.action(
            "Originate", Channel="PJSIP/operator2", Context="ivr-outbound", Exten="s", Priority="1",
            Variable="IVR_CALL=o-1", Async="true",
        )  # fmt: skip
        called.answer(10)
        called.wait_hung_up(8)
    heard = listen(called.heard(), [("apology", technical_problem())])
    assert heard.worst > 0.9, str(heard)
    assert find(called.heard(), MUSIC).score < 0.6
