"""``robot.yaml``: how the robot asks, from the file to the script."""

from datetime import UTC, datetime

import pytest
from small_world import TOPICS, look_at

from ivr.call.manner import USUAL, Manner, manner
from ivr.call.model import Call, Outcome, Prompt
from ivr.call.verbs import Reply, Say
from ivr.dialplan.checks import Surroundings
from ivr.dialplan.examine import examine
from ivr.dialplan.walk import walk

FILE = """
tries: {address: 4}
waits: {key: 7.5}
confirm: {address: always}
offers: {sms: no}
phrases: {sms: скиньте смс, done: [всё поняла, хватит]}
"""


def test_what_is_written_is_used_and_the_rest_is_as_usual() -> None:
    plan = look_at({"robot": FILE}).plan
    assert plan is not None
    how = plan.manner
    assert (how.tries.address, how.tries.account) == (4, USUAL.tries.account)
    assert (how.waits.key, how.confirm.address, how.offers.sms, how.offers.call) == (7.5, "always", False, True)
    assert how.also("done", ("спасибо",)) == ("спасибо", "всё поняла", "хватит")
    assert how.also("call", ("перезвоните",)) == ("перезвоните",)


def test_without_the_file_all_is_as_usual() -> None:
    plan = look_at({}).plan
    assert plan is not None
    assert plan.manner == USUAL


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("tries: {address: 0}", 1, "1"),
        ("waits:\n  key: 0.5", 2, "2"),
        ("confirm:\n  address: sometimes", 2, "unsure"),
        ("offers:\n  smss: yes", 2, "sms"),
        ("phrases:\n  sms: [пришлите]\n  call: [пришлите]", 3, "already"),
        ("phrases:\n  thanks: [спасибо]", 2, "done"),
    ],
)
def test_what_is_wrong_is_said_at_its_line(text: str, line: int, part: str) -> None:
    found = look_at({"robot": text})
    assert found.plan is None
    (problem,) = found.problems
    assert problem.line == line
    assert part in f"{problem.message} {problem.hint}"


def test_a_phrase_that_the_model_does_not_know_is_a_warning() -> None:
    deaf = Surroundings(TOPICS, look_at({}).plan.book, None, "hotline", unheard=lambda phrase: ("эсэмэска",))
    files = {"dialplans/hotline.yaml": "start: a\nafter_transfer: a\nnodes: {a: {kind: hangup}}\n"}
    found = examine(files | {"dialplans/robot.yaml": "phrases: {sms: эсэмэска}"}, deaf)
    assert [(each.level, each.line) for each in found.problems] == [("warning", 1)]


def test_scripts_of_a_call_get_it() -> None:
    seen: list[Manner] = []

    async def plain(call: Call) -> Outcome:
        seen.append(await manner())
        await Say(Prompt("bye"))
        return Outcome()

    plan = look_at(
        {"robot": FILE, "hotline": "start: a\nafter_transfer: a\nnodes: {a: {kind: topic, topic: plain}}\n"}
    ).plan
    assert plan is not None
    started = False
    steps = walk(plan, Call("c", None, "100", datetime(2026, 11, 25, tzinfo=UTC)), {"plain": plain})()
    while not isinstance(steps.send(Reply(None) if started else None), Say):
        started = True
    assert seen == [plan.manner]
    steps.close()
