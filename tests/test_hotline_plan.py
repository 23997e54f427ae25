"""The real line's files: they are good, and every way through them makes sense. No event loop."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from textwrap import indent
from typing import Any

import click
import pytest

from ivr.app import topics
from ivr.call.errands import Announcement, CurrentAnnouncement, NoAnnouncement, Now
from ivr.call.model import Call, Connected, Digits, LeftQueue, NeedsPerson, NoInput, Outcome, OutcomeClass, Unanswered
from ivr.call.script import CallerHungUp
from ivr.call.verbs import Say, Transfer
from ivr.cli import main
from ivr.dialplan.checks import Surroundings
from ivr.dialplan.examine import examine
from ivr.dialplan.model import Plan, Topic
from ivr.dialplan.nodes import kinds
from ivr.dialplan.parse import parse_files
from ivr.dialplan.walk import walk
from ivr.plans import examine_files
from ivr.queues import read_queues
from ivr.settings import load_settings
from tests.core.rehearse import Rehearsal, rehearse

ROOT = Path(__file__).parents[1]
SETTINGS = load_settings(ROOT, {})
EXAMINED = examine_files(SETTINGS, topics())
WORKING = datetime(2026, 11, 25, 10, tzinfo=SETTINGS.tz)
NIGHT = WORKING.replace(hour=22)
HOLIDAY = datetime(2026, 11, 4, 10, tzinfo=SETTINGS.tz)
CALL = Call("c1", "+79001234567", "88002200220", WORKING)
SILENT = NoInput()


def plan() -> Plan:
    assert [str(problem) for problem in EXAMINED.problems] == []
    assert EXAMINED.plan is not None
    return EXAMINED.plan


class Helped(Outcome):
    kind = OutcomeClass.SERVED


class Missed(Outcome):
    kind = OutcomeClass.MISSED


def stand_ins(**outcomes: Outcome) -> Mapping[str, Topic]:
    """Topics that say nothing and end as told; those not told of find nothing to say."""
    held: dict[str, Topic] = {}
    for name in topics():

        async def topic(call: Call, _name: str = name, **settings: str) -> Outcome:
            ended = outcomes.get(f"{_name}_{settings['subject']}" if settings else _name)
            return ended or outcomes.get(_name) or Missed()

        held[name] = topic
    return held


def call(*answers: Any, now: datetime = WORKING, news: Any = None, **changes: Any) -> Rehearsal:
    outcomes = {name: changes.pop(name) for name in list(changes) if name in topics() or name.startswith("message_")}
    entry = changes.pop("entry", None)
    errands = {Now: lambda _: now, CurrentAnnouncement: lambda _: news or NoAnnouncement()}
    return rehearse(walk(plan(), replace(CALL, **changes), stand_ins(**outcomes), entry), answers, errands)


def test_the_shipped_files_are_good() -> None:
    assert EXAMINED.counts["nodes"] > 40
    assert plan().entry == "hotline:greeting"


def test_greeting_and_notice_come_first_and_the_notice_cannot_be_cut() -> None:
    done = call(SILENT, SILENT, Connected(1.0))
    assert done.names[:3] == ["greeting", "recording_notice", "menu_main"]
    assert [say.prompt.name for say in done.of(Say) if not say.interruptible] == ["recording_notice"]


def test_a_silent_caller_may_have_no_keys_and_is_asked_once_more_and_then_comes_to_a_person() -> None:
    done = call(SILENT, SILENT, Connected(1.0))
    assert done.names[2:] == ["menu_main", "menu_main_no_input", "menu_silent_to_operator"]
    assert [transfer.queue for transfer in done.of(Transfer)] == ["operators"]


def test_wrong_keys_lead_to_a_person() -> None:
    done = call(Digits("7"), Digits("8"), Digits("9"), Connected(1.0))
    assert done.names[2:] == ["menu_main", "menu_main_no_match_1", "menu_main_no_match_2", "menu_to_operator"]
    assert [transfer.queue for transfer in done.of(Transfer)] == ["operators"]


def test_who_has_heard_of_the_outage_gets_the_short_menu_and_no_storm_news() -> None:
    done = call(SILENT, news=Announcement("storm_announcement", WORKING), known_outage=Helped())
    assert done.names == ["greeting", "recording_notice", "menu_main_again", "goodbye"]
    assert isinstance(done.outcome, Helped)


def test_everybody_else_hears_the_storm_news_before_the_menu() -> None:
    done = call(SILENT, SILENT, Connected(1.0), news=Announcement("storm_announcement", WORKING))
    assert done.names[2:4] == ["storm_announcement", "menu_main"]


def test_danger_means_safety_first_and_dispatchers_before_everybody() -> None:
    done = call(Digits("2"), Connected(1.0))
    assert done.names[3:] == ["danger_safety", "danger_transfer"]
    (transfer,) = done.of(Transfer)
    assert (transfer.queue, transfer.priority) == ("dispatchers", 10)


def test_in_danger_three_times_somebody_is_looked_for() -> None:
    done = call(Digits("2"), Unanswered(), Unanswered(), Unanswered(), callback=NeedsPerson())
    assert [(t.queue, t.priority) for t in done.of(Transfer)] == [
        ("dispatchers", 10), ("operators", 10), ("dispatchers", 10),
    ]  # fmt: skip
    assert done.names[-1] == "danger_last"


@pytest.mark.parametrize(
    ("keys", "node"),
    [
        ("1", "hotline:no_power"),
        ("3", "hotline:quality_message"),
        ("4", "hotline:theft_message"),
        ("51", "other:connection_message"),
        ("52", "other:meters_message"),
        ("531", "other:maintenance_message"),
        ("532", "danger:dispatchers"),
        ("530", "people:operator"),
        ("54", "other:my_request"),
        ("551", "other:complaint"),
        ("552", "other:review"),
        ("553", "other:suggestion"),
        ("554", "other:client_day_message"),
        ("0", "people:operator"),
        ("50", "people:operator"),
        ("550", "people:operator"),
        ("5#*0", "people:operator"),
    ],
)
def test_every_leaf_leads_somewhere_sensible(keys: str, node: str) -> None:
    done = call(*[Digits(key) for key in keys], Connected(1.0))
    last = [n for n in done.nodes if n != "hotline:goodbye"][-1]
    assert last == node


@pytest.mark.parametrize("keys", ["51", "52", "554"])
@pytest.mark.parametrize(("now", "said"), [(NIGHT, "office_closed"), (HOLIDAY, "office_holiday")])
def test_office_matters_wait_for_office_hours_but_can_be_registered(keys: str, now: datetime, said: str) -> None:
    done = call(*[Digits(key) for key in keys], now=now, message=Helped(), meter=Helped(), client_day=Helped())
    assert said in done.names
    assert done.of(Transfer) == []
    assert isinstance(done.outcome, Helped)


@pytest.mark.parametrize("keys", ["1", "3", "4", "531", "54", "551"])
def test_a_topic_that_needs_a_person_gets_one_at_any_hour(keys: str) -> None:
    done = call(
        *[Digits(key) for key in keys], Connected(1.0), now=NIGHT,
        no_power=NeedsPerson("x"), message=NeedsPerson("x"), my_request=NeedsPerson("x"), voltage=NeedsPerson("x"),
        theft=NeedsPerson("x"),
    )  # fmt: skip
    (transfer,) = done.of(Transfer)
    assert transfer.queue == "operators"
    assert ("why", "x") in transfer.context


def test_operators_busy() -> None:
    waiting = call(Digits("0"), Unanswered(), Digits("1"), Unanswered(), Digits("2"), SILENT, SILENT, Connected(1.0))
    assert waiting.names.count("operators_no_answer") == 2
    assert waiting.names[-1] == "menu_silent_to_operator"
    back = call(Digits("0"), Unanswered(), Digits("3"), callback=Helped())
    assert isinstance(back.outcome, Helped)
    assert len(call(Digits("0"), Unanswered(), Digits("0"), Connected(1.0)).of(Transfer)) == 2


def test_silence_after_nobody_answered_waits_once_more_and_then_a_callback_is_registered() -> None:
    answers = [Digits("0"), Unanswered(), SILENT, Unanswered(), SILENT, SILENT]
    known = call(*answers, callback=Helped())
    assert len(known.of(Transfer)) == 2
    assert isinstance(known.outcome, Helped)
    hidden = call(*answers, callback=NeedsPerson("hidden number, nobody could call back"))
    assert len(hidden.of(Transfer)) == 2
    assert hidden.names[-2:] == ["operators_no_answer_no_input", "operators_busy"]


def test_hanging_up_in_the_queue() -> None:
    assert call(Digits("0"), CallerHungUp("operators")).outcome == LeftQueue("operators")


def test_a_landline_of_another_region_has_its_own_way_in_and_out() -> None:
    moscow = "+74951234567"
    gone = call(SILENT, SILENT, caller=moscow)
    assert gone.names[2:] == ["out_of_region", "out_of_region_no_input", "out_of_region_goodbye"]
    list_first = call(Digits("2"), Digits("1"), SILENT, SILENT, Connected(1.0), caller=moscow)
    assert list_first.names[2:6] == ["out_of_region", "served_regions", "out_of_region_choose", "menu_main"]
    person = call(Digits("0"), Connected(1.0), caller=moscow)
    assert len(person.of(Transfer)) == 1


@pytest.mark.parametrize(
    "changes", [{"caller": None}, {"caller": "+74712000000"}, {"caller": "+74951234567", "diversion": "84712000101"}]
)
def test_hidden_served_and_redirected_callers_come_to_the_menu(changes: dict[str, Any]) -> None:
    placed = plan().place(replace(CALL, **changes))
    done = call(SILENT, SILENT, Connected(1.0), branch=placed.call.branch, **changes)
    assert "menu_main" in done.names


def test_a_dispatchers_redirected_number_tells_branch_and_res() -> None:
    placed = plan().place(replace(CALL, diversion="84742000101"))
    assert (placed.call.branch, placed.call.res, placed.entry) == ("48", "Грязинский РЭС", "hotline:greeting")


def test_who_comes_back_from_a_queue_without_their_script_can_go_on() -> None:
    done = call(Digits("1"), Connected(1.0), entry=plan().after_transfer)
    assert done.names[0] == "operators_no_answer"
    assert len(done.of(Transfer)) == 1


# ── the manual ─────────────────────────────────────────────────────────────────────────────────────────────────

MANUAL = (ROOT / "dialplans" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_the_manual_has_a_paragraph_for_every_kind_of_node_and_names_all_its_fields(kind: str) -> None:
    heading = f"### `{kind}`"
    assert heading in MANUAL
    paragraph = MANUAL.split(heading, 1)[1].split("\n### ", 1)[0].split("\n## ", 1)[0]
    for name, field in kinds()[kind].model_fields.items():
        assert f"`{field.alias or name}`" in paragraph, f"{kind}: the field {field.alias or name} is not explained"
    assert f"kind: {kind}" in paragraph, "an example is missing"


def yaml_examples(text: str) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)


def test_the_manuals_first_example_is_a_whole_plan_that_works() -> None:
    first = yaml_examples(MANUAL)[0]
    examined = examine({"dialplans/hotline.yaml": first}, around())
    assert [str(problem) for problem in examined.problems] == []


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_the_manuals_example_of_a_kind_has_good_fields(kind: str) -> None:
    paragraph = MANUAL.split(f"### `{kind}`", 1)[1]
    parsed = parse_files({"dialplans/a.yaml": "start: a\nnodes:\n" + indent(yaml_examples(paragraph)[0], "  ")})
    assert [str(problem) for problem in parsed.problems] == []
    (node,) = parsed.files["a"].nodes.values()
    assert isinstance(node, kinds()[kind])


@pytest.mark.parametrize("name", ["calendar", "numbers"])
def test_the_manuals_calendar_and_numbers_are_good(name: str) -> None:
    heading = {"calendar": "## Календарь", "numbers": "## Номера"}[name]
    example = yaml_examples(MANUAL.split(heading, 1)[1])[0]
    assert [str(problem) for problem in parse_files({f"dialplans/{name}.yaml": example}).problems] == []


def test_the_manual_names_every_topic_and_command_that_there_is() -> None:
    for topic in topics():
        assert f"`{topic}`" in MANUAL, topic
    for words in set(re.findall(r"ivr ([a-z]+)", MANUAL)):
        assert main.get_command(click.Context(main), words) is not None, words


def around() -> Surroundings:
    return Surroundings(topics(), plan().book, read_queues(ROOT / "asterisk-conf" / "queues.conf"), "hotline")
