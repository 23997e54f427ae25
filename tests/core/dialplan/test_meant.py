"""What words come to at a menu, by asking it, and what a phrase more would cost."""

from functools import cache
from pathlib import Path

import pytest

from ivr.app import understanding
from ivr.dialplan.adding import add_phrase
from ivr.dialplan.meant import around, key_meant, lost, menus
from ivr.dialplan.model import Plan
from ivr.plan_files import Texts, read_texts
from ivr.plans import examine_texts
from ivr.settings import Settings
from robot.topics import topics

ROOT = Path(__file__).parents[3]
SETTINGS = Settings(home=ROOT)


def plan_with(**phrases: str) -> Plan:
    """The shipped plan with a phrase more for each choice of the first menu."""
    texts, _ = read_texts(ROOT)
    text = texts.dialplans["dialplans/hotline.yaml"]
    for key, phrase in phrases.items():
        text, _, _ = add_phrase("dialplans/hotline.yaml", text, "menu", key.removeprefix("key_"), phrase)
    changed = Texts({**texts.dialplans, "dialplans/hotline.yaml": text}, texts.prompts)
    plan = examine_texts(SETTINGS, topics(), changed).plan
    assert plan is not None
    return plan


@cache
def shipped() -> Plan:
    return plan_with()


@pytest.mark.parametrize(
    ("words", "key"), [("нет света", "1"), ("у нас нет света", "1"), ("кикимора без проводов", None), ("один", "1")]
)
def test_words_at_the_first_menu(words: str, key: str | None) -> None:
    assert key_meant(shipped(), "hotline:menu", understanding(), words) == key


def test_menus_that_lead_to_a_menu_understand_its_words() -> None:
    found = around(shipped(), ["other:menu"])
    assert {"other:menu", "hotline:menu"} <= found <= set(menus(shipped()))


def test_a_phrase_more_is_understood_and_costs_nothing_or_is_told() -> None:
    harmless = plan_with(key_1="кикимора без проводов")
    assert key_meant(harmless, "hotline:menu", understanding(), "кикимора без проводов") == "1"
    assert list(lost(shipped(), harmless, understanding(), ["hotline:menu"], "кикимора без проводов")) == []
    taken = shipped().dialplan.nodes["hotline:menu"].choices["1"].wordings[0]  # type: ignore[attr-defined]
    turned = " ".join(reversed(taken.split()))
    greedy = plan_with(key_0=turned)
    assert ("hotline:menu", taken) in list(lost(shipped(), greedy, understanding(), ["hotline:menu"], turned))
