"""What callers say, with what it means: the lists ``said_*.tsv`` and where the real dialplan leads for their words.

Labels: ``danger``; the reasons for calling and the answers of other menus (:data:`WAYS`); ``person``, ``repeat``,
``slower``, ``not_understood``, ``wait``; ``yes``, ``no``, ``neither``; ``safe`` (has words of danger and is none),
``place`` (an address), ``nothing`` (no reason to call us).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from ivr.app import topics, understanding
from ivr.call.listening import Meant
from ivr.call.memory import remembering
from ivr.call.model import Call, Ended, Outcome, Utterance
from ivr.call.verbs import Ask, Reply
from ivr.dialplan.calendar import Calendar
from ivr.dialplan.fields import resolve
from ivr.dialplan.model import Dialplan, Plan
from ivr.dialplan.nodes.menu import Menu
from ivr.dialplan.numbers import Numbers
from ivr.dialplan.parse import parse_files
from ivr.dialplan.walk import Visit
from ivr.prompts import PromptBook

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
MAIN = "hotline:menu"
WHEN = datetime(2026, 11, 25, 7, tzinfo=UTC)
WAYS: Mapping[str, tuple[str, str]] = {
    "no_power": (MAIN, "hotline:no_power"),
    "quality": (MAIN, "hotline:quality"),
    "theft": (MAIN, "hotline:theft"),
    "connection": (MAIN, "other:connection"),
    "meters": (MAIN, "other:meters"),
    "maintenance": (MAIN, "other:maintenance"),
    "my_request": (MAIN, "other:my_request"),
    "complaint": (MAIN, "other:complaint"),
    "review": (MAIN, "other:review"),
    "suggestion": (MAIN, "other:suggestion"),
    "client_day": (MAIN, "other:client_day"),
    "regions": ("outside:menu", "outside:regions"),
    "served": ("outside:menu", "hotline:announcement"),
    "keep_waiting": ("people:no_answer", "people:operator_unannounced"),
    "to_menu": ("people:no_answer", MAIN),
    "leave_message": ("people:no_answer", "people:call_me_back"),
}
"""Per label the menu where it is said, and the node that it must lead to without another question."""
DANGER, PERSON, ASKED_AGAIN = "danger", "person", "asked again"
AGAIN = ("repeat", "slower", "not_understood")
"""What all means: say that again."""


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a list."""

    label: str
    words: str


@cache
def read(name: str) -> tuple[Said, ...]:
    """The lines of ``said_<name>.tsv``."""
    lines = (FOLDER / f"said_{name}.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(Said(*line.split("\t")) for line in lines if not line.startswith("#"))


@cache
def plan() -> Plan:
    """The files of ``dialplans/`` as a plan without prompts: here it is only about words."""
    texts = {str(path): path.read_text(encoding="utf-8") for path in sorted((ROOT / "dialplans").glob("*.yaml"))}
    files = parse_files(texts).files.values()
    nodes = {f"{file.name}:{name}": node for file in files for name, node in file.nodes.items()}
    return Plan("said", Dialplan(nodes, {}, {}, {}), PromptBook({}), Numbers(), Calendar(), "hotline")


def leads(words: str, at: str) -> str:
    """Where ``words`` lead that are said in the menu ``at``: the address where the caller is asked or told something
    next, or one of the constants above."""
    meant = understanding().means(words)
    if meant in (Meant.DANGER, Meant.PERSON):
        return DANGER if meant is Meant.DANGER else PERSON
    if meant is not None:
        return ASKED_AGAIN
    visit = Visit(plan(), Call("c1", "+79001234567", "88002200220", WHEN), topics(), understanding())

    async def from_menu_to_menu() -> Outcome:
        visit.address = at
        while isinstance(node := plan().dialplan.nodes[visit.address], Menu):
            target = await node.run(visit)
            assert target is not None
            visit.address = resolve(target, visit.address)
        return Ended(visit.address)

    steps: Any = remembering(from_menu_to_menu)()
    unsaid: list[str] = [words]
    reply: Reply[Any] | None = None
    while True:
        try:
            verb = steps.send(reply)
        except StopIteration:
            return visit.address
        if not isinstance(verb, Ask):
            reply = Reply(None)
        elif unsaid:
            reply = Reply(Utterance(unsaid.pop()))
        else:
            steps.close()
            return ASKED_AGAIN if visit.address == at else visit.address
