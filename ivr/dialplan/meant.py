"""What words come to at a menu, found out by asking the menu itself; and which words a change would cost. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from rapidfuzz import fuzz

from ivr.call.memory import remembering
from ivr.call.model import Call, Utterance
from ivr.call.verbs import Ask, Note, Reply
from ivr.dialplan.fields import REPEAT, resolve
from ivr.dialplan.model import Plan
from ivr.dialplan.nodes.menu import Menu
from ivr.dialplan.walk import Understanding, Visit

_CALL = Call("asked", None, "", datetime(2026, 1, 1, tzinfo=UTC))
ALIKE = 60
"""0 … 100; lower than what counts as one word to any understanding."""
_KEY = re.compile(r"key (.)")


def menus(plan: Plan) -> dict[str, Menu]:
    """The menus of a plan by address."""
    return {address: node for address, node in plan.dialplan.nodes.items() if isinstance(node, Menu)}


def key_meant(plan: Plan, address: str, understanding: Understanding, words: str) -> str | None:
    """The key that ``words`` stand for at the menu ``address``; ``None`` when they are not understood there."""
    visit = Visit(plan, _CALL, {}, understanding)
    visit.address = address
    menu: Any = menus(plan)[address]
    steps = remembering(lambda: menu.run(visit))()
    try:
        verb: Any = steps.send(None)
        while not isinstance(verb, Ask):
            verb = steps.send(Reply(None))
        answer = steps.send(Reply(Utterance(words)))
    finally:
        steps.close()
    found = _KEY.match(answer.text) if isinstance(answer, Note) else None
    return found[1] if found else None


def around(plan: Plan, addresses: Iterable[str]) -> frozenset[str]:
    """``addresses`` and the menus that lead there: they understand the words of menus behind them, too."""
    known = menus(plan)
    found = frozenset(addresses)
    while True:
        leading = {
            address
            for address, menu in known.items()
            if any(choice.to != REPEAT and resolve(choice.to, address) in found for choice in menu.choices.values())
        }
        if leading <= found:
            return found
        found |= leading


def lost(
    before: Plan, after: Plan, understanding: Understanding, addresses: Iterable[str], phrase: str
) -> Iterator[tuple[str, str]]:
    """What a phrase more has cost: wordings of any menu that are understood at one of ``addresses`` by the plan
    ``before``, and otherwise or not at all by the plan ``after``; the address and the wording. Only wordings that have
    a word like one of the phrase's are tried: others cannot be taken for it."""
    known = {one for menu in menus(before).values() for choice in menu.choices.values() for one in choice.wordings}
    near = sorted(one for one in known if _alike(one, phrase))
    for address in sorted(addresses):
        for wording in near:
            key = key_meant(before, address, understanding, wording)
            if key is not None and key_meant(after, address, understanding, wording) != key:
                yield address, wording


def _alike(one: str, other: str) -> bool:
    """Whether two phrases have words that a recogniser or a stemmer may take for each other."""
    return any(fuzz.ratio(a, b) >= ALIKE for a in one.lower().split() for b in other.lower().split())
