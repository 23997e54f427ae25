"""Whatever somebody saves, `ivr check` answers with problems or a plan, never with a traceback."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.errors import Problem
from tests.core.dialplan.small_world import look_at

GOOD = Path(__file__).parents[2] / "wire" / "dialplans" / "good"
TEXTS = {
    "hotline": (GOOD / "every_kind.yaml").read_text(encoding="utf-8"),
    "numbers": (GOOD / "numbers.yaml").read_text(encoding="utf-8"),
    "calendar": (GOOD / "calendar.yaml").read_text(encoding="utf-8"),
}
BITS = ["", " ", "\n", ":", "- ", "[", "]", "{", "}", "*a", "&a ", "#", "'", '"', "!!int 3", "~", "1", "kind"]
BITS += ["\t", "я", "|\n", "null", "{}", "[]", "<<", "? ", "---\n", "%", "@", "`", "\x00", "\ufeff", "\u2028"]
BITS += ["repeat", "say", "99:99"]


def placed_well(problems: tuple[Problem, ...], name: str, text: str) -> None:
    lines = text.count("\n") + 2
    for problem in problems:
        assert problem.message
        if problem.file.endswith(f"/{name}.yaml"):
            assert 0 <= problem.line <= lines + text.count("\u2028")


@st.composite
def mutations(draw: st.DrawFn) -> tuple[str, str]:
    name = draw(st.sampled_from(sorted(TEXTS)))
    text = TEXTS[name]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 30))
        text = text[:at] + draw(st.sampled_from(BITS)) + text[at + cut :]
    return name, text


@settings(max_examples=150, deadline=None)
@given(mutations())
def test_a_file_damaged_anyhow(damaged: tuple[str, str]) -> None:
    name, text = damaged
    examined = look_at({name: text})
    placed_well(examined.problems, name, text)
    assert examined.plan is not None or any(problem.level == "error" for problem in examined.problems)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60))
def test_any_text_at_all(text: str) -> None:
    for name in TEXTS:
        look_at({name: text})


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]",
        "start: &x {a: *x}",
        "&a {&b k: *a}",
        "? [1, 2]\n: x",
        "a: 1\n---\nb: 2\n",
        "nodes: []",
        "nodes: {a: [], b: {kind: []}, c: {kind: {x: y}}}",
        "start: []\nafter_transfer: {}\nnodes: {a: {kind: menu, choices: [], tries: [], prompt: []}}",
        "numbers: 5\nbranches: []",
        "branches: {'46': []}\nnumbers: {'220': [], '221': {branch: []}}",
        "schedules: {office: {hours: [], branches: []}}\nholidays: {a: b}\nworking_days: [[]]",
        "timezone: ''\nholidays: ['']\nshort_by_minutes: lots",
        "timezone: ../../etc/passwd",
        "a: " * 3,
    ],
)
def test_odd_shapes(text: str) -> None:
    for name in TEXTS:
        assert look_at({name: text}).plan is None


def test_a_bomb_of_aliases_is_refused() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9))
    problems = [str(problem) for problem in look_at({"hotline": bomb}).problems]
    assert any("too much for one file" in problem for problem in problems)


def test_nesting_without_end_is_refused() -> None:
    problems = [str(problem) for problem in look_at({"hotline": "a: " + "[" * 5000}).problems]
    assert problems
