"""``ivr misses accept``: a phrase of callers put into a menu, and a conversation with it into the tests."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.text import Text

from ivr.call.errands import CurrentAnnouncement, FindTicket, NoAnnouncement, NoTicket
from ivr.call.model import Call
from ivr.cli.common import EXIT_PROBLEMS, err, fail, json_option, out, print_json, with_settings
from ivr.dialplan.adding import CannotAdd, add_offer_phrase, add_phrase, as_phrase
from ivr.dialplan.meant import around, key_meant, lost
from ivr.dialplan.model import Plan
from ivr.dialplan.nodes.menu import KEYS, Menu
from ivr.dialplan.parse import ROBOT_FILE
from ivr.dialplan.walk import Understanding
from ivr.drafting import NoWay, draft
from ivr.errors import Problem
from ivr.plan_files import Texts, read_texts
from ivr.settings import Settings

AT = (10, 17)
"""When the drafted call is held: in working hours, on a Wednesday."""
A_WEDNESDAY = (2026, 11, 25)


@dataclass(frozen=True, slots=True)
class Place:
    """``hotline:menu.1`` taken apart."""

    file: str
    node: str
    choice: str

    @property
    def path(self) -> str:
        """The file, relative to the instance."""
        return f"dialplans/{self.file}.yaml"

    @property
    def is_menu(self) -> bool:
        """Whether it is a menu's, not an offer of ``robot.yaml``."""
        return self.file != ROBOT_FILE

    @property
    def address(self) -> str:
        """The node's address."""
        return f"{self.file}:{self.node}"


class PlaceType(click.ParamType[Place]):
    """A command-line value that names a choice of a menu."""

    name = "FILE:NODE.CHOICE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        """Take it apart; click says what is wrong."""
        if isinstance(value, Place):
            return value
        file, colon, rest = str(value).partition(":")
        node, dot, choice = rest.partition(".")
        if not (file and colon and node and dot and choice):
            self.fail(f"{value!r} names no choice: hotline:menu.1 is choice 1 of node menu in hotline.yaml", param, ctx)
        return Place(file, node, choice)


@click.command("accept")
@with_settings
@click.argument("phrase")
@click.option("--to", "place", type=PlaceType(), required=True, help="The choice; its key (1, star) or its label.")
@click.option("--dry-run", is_flag=True, help="Show what would be changed, and change nothing.")
@json_option
def command(settings: Settings, phrase: str, place: Place, dry_run: bool, as_json: bool) -> None:
    """Let PHRASE mean a choice of a menu from the next ivr reload on.

    The phrase is added to the dialplan file (nothing else in it is changed), and a call in which somebody says it is
    written down as a conversation: in a checkout among tests/conversations/, which make test holds, else in
    conversations/ of the instance's folder. Refused, with nothing changed, when ivr check would fail after it, when the
    phrase means something else already, or when a phrase of the menu would not be understood any more.

    \b
    Examples:
      ivr misses accept "ток пропал" --to hotline:menu.1
      ivr misses accept "лампочки горят вполнакала" --to "hotline:menu.качество электроэнергии" --dry-run
      ivr misses accept "киньте смску" --to robot:phrases.sms        for an offer of the robot's (robot.yaml)
      ivr talk --draft                 try it; then put it to use: ivr reload
    """
    from ivr import app
    from ivr.cli.hearing_gaps import unheard_words
    from ivr.plans import examine_texts

    texts, unread = read_texts(settings.home)
    unheard = unheard_words(settings)
    before = examine_texts(settings, app.topics(), texts, unheard)
    problems = [problem for problem in (*unread, *before.problems) if problem.level == "error"]
    if before.plan is None or problems:
        _refuse(problems, "ivr check fails already, without the phrase")
    if place.path not in texts.dialplans:
        fail(f"there is no {place.path}")
    understanding = app.understanding()
    # As it lies there: with the marks and line ends of the editor that wrote it.
    written = (settings.home / place.path).read_bytes().decode()
    try:
        phrase = as_phrase(phrase)
        text, key, shared = _added(place, written, phrase)
        if place.is_menu:
            _refuse_if_taken(before.plan, understanding, place, key, phrase)
        changed = Texts({**texts.dialplans, place.path: _as_read(text)}, texts.prompts)
        after = examine_texts(settings, app.topics(), changed, unheard)
        if after.plan is None:
            fresh = [each for each in after.problems if each.level == "error"]
            _refuse(fresh, f"with «{phrase}» at {place.address}.{key} ivr check would fail")
        if place.is_menu:
            menus = (place.address, *_addresses(place, shared))
            _refuse_if_confusing(before.plan, after.plan, understanding, menus, key, phrase)
    except CannotAdd as error:
        fail(str(error))
    conversation, why_none = (
        _conversation(settings, after.plan, place, key, phrase) if place.is_menu else (None, "an offer needs an outage")
    )
    warnings = [each for each in after.problems if each not in before.problems]
    if not dry_run:
        _write(settings.home / place.path, text)
        if conversation is not None:
            conversation[0].parent.mkdir(parents=True, exist_ok=True)
            _write(*conversation)
    if as_json:
        print_json(
            {
                "phrase": phrase,
                "node": place.address,
                "choice": key,
                "also": _addresses(place, shared),
                "file": place.path,
                "conversation": str(conversation[0].relative_to(settings.home)) if conversation else None,
                "changed": not dry_run,
                "warnings": warnings,
                "version": after.plan.version,
            }
        )
        return
    for warning in warnings:
        err.print(str(warning), markup=False, soft_wrap=True)
    diff = difflib.unified_diff(written.splitlines(), text.splitlines(), place.path, place.path, n=0, lineterm="")
    for line in list(diff)[2:]:
        out.print(
            Text(line, "green" if line.startswith("+") else "red" if line.startswith("-") else "dim"), soft_wrap=True
        )
    if shared:
        out.print(
            Text(f"also understood at {', '.join(_addresses(place, shared))}: they share the choice"), soft_wrap=True
        )
    if conversation is None:
        out.print(Text(f"no conversation written: {why_none}", "yellow"), soft_wrap=True)
    else:
        shown = conversation[0].relative_to(settings.home)
        out.print(Text(f"{'would write' if dry_run else 'written'}: {shown}"), soft_wrap=True)
    if not dry_run:
        out.print(
            Text("Try it: ivr talk --draft. Then: ivr replay --since 1d --draft, and ivr reload.", "dim"),
            soft_wrap=True,
        )


def _added(place: Place, written: str, phrase: str) -> tuple[str, str, tuple[str, ...]]:
    """The new text, the key, and the nodes that share it. Raises CannotAdd."""
    if place.is_menu:
        return add_phrase(place.path, written, place.node, place.choice, phrase)
    if place.node != "phrases":
        raise CannotAdd(f"{place.path} takes phrases for offers: --to robot:phrases.sms")
    return add_offer_phrase(place.path, written, place.choice, phrase), place.choice, ()


def _as_read(text: str) -> str:
    """The text as :func:`ivr.plan_files.read_texts` will read it."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _addresses(place: Place, nodes: Sequence[str]) -> list[str]:
    return [f"{place.file}:{node}" for node in nodes]


def _refuse(problems: Sequence[Problem], why: str) -> NoReturn:
    for problem in problems:
        err.print(str(problem), markup=False, soft_wrap=True)
    fail(why, "nothing has been changed")
    sys.exit(EXIT_PROBLEMS)


def _refuse_if_taken(plan: Plan, understanding: Understanding, place: Place, key: str, phrase: str) -> None:
    """Raises CannotAdd for a phrase that needs no adding, means something else, or never gets as far as the menu."""
    meant = understanding.means(phrase)
    if meant is not None:
        raise CannotAdd(f"«{phrase}» means “{meant.value}” at every step of a call; it never gets to a menu")
    known = key_meant(plan, place.address, understanding, phrase)
    if known == KEYS[key]:
        raise CannotAdd(f"«{phrase}» is understood as {place.address}.{key} already, by the phrases that are there")
    if known is not None:
        raise CannotAdd(
            f"«{phrase}» is understood as choice {known} of {place.address} already, by phrases that are there"
        )


def _refuse_if_confusing(
    before: Plan, after: Plan, understanding: Understanding, addresses: Sequence[str], key: str, phrase: str
) -> None:
    """Raises CannotAdd when the phrase would still not be understood, or another would not be any more."""
    for address in addresses:
        came = key_meant(after, address, understanding, phrase)
        if came != KEYS[key]:
            as_what = f"it would mean choice {came}" if came else "another choice is too much like it"
            raise CannotAdd(f"«{phrase}» would not be understood as {address}.{key}: {as_what}")
    for address, wording in lost(before, after, understanding, around(after, addresses), phrase):
        raise CannotAdd(f"with it, «{wording}» would not be understood at {address} as it is now")


def _conversation(
    settings: Settings, plan: Plan, place: Place, key: str, phrase: str
) -> tuple[tuple[Path, str] | None, str]:
    """The file and the text of a call in which the phrase is said; or why there is none."""
    from ivr import app
    from ivr.dialplan.walk import walk
    from robot.errands import FindServicePoints, Points

    now = datetime(*A_WEDNESDAY, *AT, tzinfo=settings.tz)
    call = Call("draft", None, settings.line.number, now)
    placed = plan.place(call)
    script = walk(plan, placed.call, app.topics(), placed.entry, app.understanding())
    errands = {
        FindServicePoints: lambda _: Points(()),
        CurrentAnnouncement: lambda _: NoAnnouncement(),
        FindTicket: lambda _: NoTicket(),
    }
    try:
        drafted = draft(plan, script, place.address, phrase, errands, now)
    except NoWay as error:
        return None, str(error)
    node = plan.dialplan.nodes[place.address]
    assert isinstance(node, Menu)
    title = f"«{phrase}» — {node.choices[key].label or key} ({place.address})"
    folder = settings.home / "tests" / "conversations"
    if not folder.is_dir():
        folder = settings.home / "conversations"
    numbers = range(1, len(list(folder.glob("*.yaml"))) + 2)
    names = (folder / f"accepted_{place.file}_{place.node}_{key}_{number}.yaml" for number in numbers)
    file = next(name for name in names if not name.exists())
    return (file, drafted.to_yaml(title, now, settings.line.number)), ""


def _write(file: Path, text: str) -> None:
    """Write a file whole or not at all."""
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_bytes(text.encode())
        if file.exists():
            beside.chmod(file.stat().st_mode & 0o777)
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        fail(f"{file} cannot be written: {error.strerror}")
