"""The whole hotline on the real Asterisk: callers with no power hear when it comes back, whatever happens."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from callers import MakeTelephone, Telephone, spoken
from hearing import RATE, Sound, find, listen, load, silences
from hotline import NUMBER, ExpectedSounds, Hotline, core, nobody_answers, said_in
from sounds import murmur

from ivr.app import load_example, open_house
from ivr.bringup.music import waiting_music
from ivr.call.model import CallRecord, OutcomeClass, Prompt, classify

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(180)]

PLANNED, EMERGENCY, UNKNOWN = "+79000000001", "+79000000002", "+79112223344"
MUSIC = waiting_music().astype(float)[:RATE]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    with Hotline(tmp_path_factory.mktemp("hotline") / "instance") as hotline:
        with open_house(hotline.settings) as house:
            load_example(house.grid, house.clock())
        hotline.engine.start()
        yield hotline


@pytest.fixture(scope="module")
def sounds(line: Hotline) -> ExpectedSounds:
    return ExpectedSounds(line.settings)


@pytest.fixture(scope="module")
def apology(line: Hotline) -> Sound:
    return load(line.settings.static_sounds / "technical_problem.wav")


@pytest.fixture
def engine_again(line: Hotline) -> Iterator[None]:
    """For tests that do away with the engine: the next test finds one again."""
    yield
    line.engine.kill()
    line.engine.start()


def other_time(prompt: Prompt) -> Prompt:
    """The same sentence about another time."""
    moved = {
        name: value + timedelta(hours=3, minutes=20) if isinstance(value, datetime) else value
        for name, value in prompt.values.items()
    }
    assert moved != dict(prompt.values), f"{prompt} tells no time"
    return Prompt(prompt.name, **moved)


def assert_heard(phone: Telephone, record: CallRecord, sounds: ExpectedSounds, prompts: list[Prompt]) -> None:
    """Every clip of ``prompts`` was heard in order, alike to 0.9, without seams or holes of more than 150 ms."""
    clips = [clip for prompt in prompts for clip in sounds.fragments(sounds.spoken(prompt, record.call.started_at))]
    heard = listen(phone.heard(), [(words, sound) for words, sound, _ in clips], reach=1.5)
    assert heard.worst >= 0.9, str(heard)
    assert heard.first_sound is not None
    assert heard.first_sound <= 1.0
    for gap, (words, sound, pause) in zip(heard.gaps, clips, strict=False):
        edges = (len(sound) - len(core(sound))) / RATE
        assert gap <= pause + edges + 0.15, f"{gap:.2f} s after {words!r} (meant: {pause:.2f})\n{heard}"


def test_a_known_number_hears_its_planned_outage_before_the_menu(
    line: Hotline, sounds: ExpectedSounds, telephone: MakeTelephone
) -> None:
    phone = telephone(line.sip, PLANNED)
    phone.dial(NUMBER)
    began = phone.wait_heard(first_of(sounds, "menu_main_again"), 25)
    phone.hang_up()
    record = line.records(PLANNED, since=phone.answered_at)[0]
    told = said_in(record)
    assert began <= 15.0
    names = [prompt.name for prompt in told]
    assert names[:2] == ["greeting", "recording_notice"]
    outage = told[2]
    assert outage.name.startswith("outage_planned")
    assert_heard(phone, record, sounds, told[:3])
    # The same sentence with another time: what tells the time apart must not be found there.
    right = sounds.fragments(sounds.spoken(outage, record.call.started_at))
    wrong = sounds.fragments(sounds.spoken(other_time(outage), record.call.started_at))
    differing = [sound for words, sound, _ in wrong if words not in {known for known, _, _ in right}]
    assert differing
    for sound in differing:
        assert find(phone.heard(), sound).score < 0.6


def test_two_callers_at_once_hear_each_their_own_outage(
    line: Hotline, sounds: ExpectedSounds, telephone: MakeTelephone
) -> None:
    phones = [telephone(line.sip, PLANNED), telephone(line.sip, EMERGENCY)]
    for phone in phones:
        phone.dial(NUMBER)
    menu = first_of(sounds, "menu_main_again")
    for phone in phones:
        phone.wait_heard(menu, 25)
    for phone in phones:
        phone.hang_up()
    records = [line.records(phone.number, since=phone.answered_at)[0] for phone in phones]
    own = [said_in(record)[2] for record in records]
    assert own[0].values["place"] != own[1].values["place"]
    for phone, record, mine, other in zip(phones, records, own, reversed(own), strict=True):
        assert_heard(phone, record, sounds, [*said_in(record)[:2], mine])
        place = [clip for text, clip, _ in clips(sounds, other, record) if text not in words(sounds, mine, record)]
        assert max(find(phone.heard(), clip).score for clip in place) < 0.6


@pytest.mark.parametrize("state", ["greeting", "menu", "account", "queue"])
def test_hanging_up_leaves_a_record_and_nothing_running(
    line: Hotline, sounds: ExpectedSounds, telephone: MakeTelephone, state: str
) -> None:
    number = {"greeting": "+79112220001", "menu": "+79112220002", "account": "+79112220003", "queue": "+79112220004"}
    phone = telephone(line.sip, number[state])
    phone.dial(NUMBER)
    phone.wait_heard(first_of(sounds, "greeting"), 5)
    if state != "greeting":
        phone.wait_heard(first_of(sounds, "recording_notice"), 6)
        phone.wait_heard(first_of(sounds, "menu_main"), 10)
        if state == "account":
            phone.press("1")
            phone.stay(3)
        elif state == "queue":
            phone.press("0")
            phone.wait_heard(MUSIC, 12)
    phone.hang_up()
    (record,) = line.records(phone.number)
    kind = {"greeting": OutcomeClass.SHORT_ABANDON, "queue": OutcomeClass.LEFT_QUEUE}.get(state, OutcomeClass.MISSED)
    assert classify(record.outcome, (record.ended_at - record.call.started_at).total_seconds()) is kind
    assert no_calls_left(line)


def test_the_engine_is_killed_and_everyone_reaches_the_queue(
    line: Hotline, sounds: ExpectedSounds, apology: Sound, telephone: MakeTelephone, engine_again: None
) -> None:
    """``kill -9`` while one caller listens, one is asked, one waits in the queue and one talks to an operator."""
    voice = murmur(11, 1.5)
    operator = telephone(
        line.sip,
        "operator1",
        says=spoken(*[part for _ in range(40) for part in (0.5, voice)]),
        password=line.operator_password,
        answers_after=99,
    )
    talking, waiting, asked, listening = (telephone(line.sip, f"+7911333000{index}") for index in range(4))
    talking.dial(NUMBER)
    talking.wait_heard(first_of(sounds, "menu_main"), 15)
    talking.press("0")
    operator.answer(20)
    talking.wait_heard(voice, 8)
    for phone in (waiting, asked):
        phone.dial(NUMBER)
    for phone in (waiting, asked):
        phone.wait_heard(first_of(sounds, "menu_main"), 15)
    waiting.press("0")
    waiting.wait_heard(MUSIC, 15)
    asked.press("1")
    asked.stay(4)
    listening.dial(NUMBER)
    listening.wait_heard(first_of(sounds, "greeting"), 5)

    line.engine.kill()
    killed = {phone: phone.seconds() for phone in (listening, asked, waiting, talking)}
    for phone in (listening, asked):
        began = phone.wait_heard(apology, 12, after=killed[phone] - 0.1)
        assert began - killed[phone] <= 5.0
        phone.wait_heard(MUSIC, 6, after=began)
    for phone in (waiting, talking):
        assert not phone.happened("CALL_CLOSED")
        assert find(phone.heard(), apology, after=killed[phone]).score < 0.6
    assert silences(waiting.heard()[int(killed[waiting] * RATE) :], 0.5) == []
    talking.wait_heard(voice, 6, after=talking.seconds() - 1.0)


def test_a_caller_whose_engine_was_replaced_meanwhile_comes_back_to_the_robot(
    line: Hotline, sounds: ExpectedSounds, apology: Sound, telephone: MakeTelephone
) -> None:
    phone = telephone(line.sip, "+79114440001")
    phone.dial(NUMBER)
    phone.wait_heard(first_of(sounds, "menu_main"), 15)
    phone.press("0")
    phone.wait_heard(MUSIC, 15)
    line.engine.kill()
    line.engine.start()
    nobody_answers(line)
    back = phone.wait_heard(first_of(sounds, "operators_no_answer"), 10)
    assert find(phone.heard(), apology, before=back).score < 0.6
    phone.hang_up()


def test_knocking_and_running_away_disturbs_nobody(
    line: Hotline, sounds: ExpectedSounds, telephone: MakeTelephone
) -> None:
    phone = telephone(line.sip, EMERGENCY)
    phone.dial(NUMBER)
    for index in range(200):
        with socket.create_connection(("127.0.0.1", line.asterisk.site.ports.agi), timeout=5) as door:
            if index % 3:
                door.sendall(b"agi_network: yes\nagi_"[: index % 20])
    phone.wait_heard(first_of(sounds, "menu_main_again"), 25)
    phone.hang_up()
    record = line.records(EMERGENCY, since=phone.answered_at)[0]
    assert_heard(phone, record, sounds, said_in(record)[:3])


def clips(sounds: ExpectedSounds, prompt: Prompt, record: CallRecord) -> list[tuple[str, Sound, float]]:
    return sounds.fragments(sounds.spoken(prompt, record.call.started_at))


def words(sounds: ExpectedSounds, prompt: Prompt, record: CallRecord) -> set[str]:
    return {text for text, _, _ in clips(sounds, prompt, record)}


def first_of(sounds: ExpectedSounds, name: str) -> Sound:
    """The first clip of a prompt without values."""
    return sounds.fragments(sounds.spoken(Prompt(name), datetime.now().astimezone()))[0][1]


def no_calls_left(line: Hotline, limit: float = 5.0) -> bool:
    """Whether all calls of Asterisk come to their end."""
    give_up = time.monotonic() + limit
    while "0 active calls" not in line.asterisk.cli("core show channels count"):
        if time.monotonic() > give_up:
            return False
        time.sleep(0.1)
    return True
