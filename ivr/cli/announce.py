"""``ivr announce``: what every caller (of a branch) is told first, as in a storm."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from typing import NoReturn

import click

from ivr.call.model import Prompt
from ivr.cli.common import (
    EXIT_PROBLEMS,
    EXIT_USAGE,
    err,
    fail,
    fail_config,
    json_option,
    moment,
    moment_option,
    opened_store,
    out,
    print_json,
    print_table,
    with_settings,
)
from ivr.dialplan.fields import NAME
from ivr.dialplan.findings import known_names, near
from ivr.dialplan.nodes.announcement import PROMPT
from ivr.errors import ConfigError, VoiceFailed
from ivr.prompts.wording import Flaw, flaw_of_ending, flaws_of_words
from ivr.settings import Settings
from ivr.store.audit import operating_user
from outage_feed.regions import REGIONS, find_region

LONGEST_SECONDS = 20
"""No wording may be longer (as ``ivr check`` has it for prompts)."""
LETTERS_PER_SECOND = 14.0


def _region_code(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    region = find_region(value)
    if region is None:
        raise click.BadParameter(f"{value!r} is no served region; there are: {', '.join(sorted(REGIONS))}")
    return region.code


_branch = click.option(
    "--branch", callback=_region_code, help="Region code or branch (46, Курскэнерго). Without it: all callers."
)


@click.group("announce")
def command() -> None:
    """What callers are told before the menu. One announcement at a time per branch, each with an end.

    \b
    Examples:
      ivr announce set --branch 46 --until "tomorrow 09:00" "Из-за ветра нет света в нескольких районах."
      ivr announce list
      ivr announce off --branch 46
    """


@command.command("set")
@with_settings
@_branch
@moment_option("--until", "When it ends by itself: «2026-11-26 09:00», «tomorrow 09:00», +3h.", required=True)
@click.argument("text")
@json_option
def set_announcement(settings: Settings, branch: str | None, until: str, text: str, as_json: bool) -> None:
    """Announce TEXT from now on, in place of the branch's earlier announcement.

    TEXT is spoken as it stands: whole sentences in Russian, numbers in words, no abbreviations. It is voiced at once,
    so that callers do not wait for it. The name of a prompt without values (storm_announcement) says that prompt.
    """
    now = datetime.now(settings.tz)
    end = moment(until, settings)
    if end is None or end <= now:
        fail(f"--until is not in the future: {until!r}", code=EXIT_USAGE)
    words = " ".join(text.split())
    try:
        _prepare(settings, words)
    except ConfigError as error:
        fail_config(error)
    with opened_store(settings) as store:
        made = store.announcements.set(branch, words, until=end, now=now, who=operating_user())
    if as_json:
        print_json({"id": made, "branch": branch, "text": words, "until": end})
    else:
        out.print(f"announced to {_whom(branch)} until {end:%d.%m.%Y %H:%M}")


@command.command("list")
@with_settings
@click.option("--all", "everything", is_flag=True, help="Those that have ended, too.")
@json_option
def list_announcements(settings: Settings, everything: bool, as_json: bool) -> None:
    """What is announced now."""
    now = datetime.now(settings.tz)
    with opened_store(settings) as store:
        found = store.announcements.all(now=None if everything else now)
    if as_json:
        print_json(found)
        return
    print_table(
        ("to", "since", "until", "by", "text"),
        (
            (
                one.branch or "all",
                f"{one.set_at:%d.%m.%Y %H:%M}",
                f"{one.off_at or one.until:%d.%m.%Y %H:%M}" + (" (off)" if one.off_at else ""),
                one.set_by,
                one.text,
            )
            for one in found
        ),
    )


@command.command("off")
@with_settings
@_branch
@json_option
def off(settings: Settings, branch: str | None, as_json: bool) -> None:
    """End the announcement to a branch (without --branch: the one to all callers)."""
    with opened_store(settings) as store:
        ended = store.announcements.off(branch, now=datetime.now(settings.tz))
    if as_json:
        print_json({"ended": ended})
    elif ended:
        out.print(f"nothing is announced to {_whom(branch)} any more")
    else:
        fail(f"nothing was announced to {_whom(branch)}", "ivr announce list shows what is", EXIT_PROBLEMS)


def _prepare(settings: Settings, words: str) -> None:
    """Check words that are not the name of a prompt, and have them voiced. Raises ``ConfigError`` for a broken plan."""
    from ivr.app import names_a_prompt, prompts_without_values, voice_ahead  # the whole house, needed only here

    if names_a_prompt(settings, words):
        return
    if re.fullmatch(NAME, words):
        known = prompts_without_values(settings)
        fail(f"there is no prompt {words!r} that needs no values", near(words, known) or known_names(known))
    flaws = flaws_of(words)
    if flaws:
        _refuse(flaws)
    try:
        asyncio.run(voice_ahead(settings, Prompt(PROMPT, text=words)))
    except VoiceFailed as failure:
        err.print(f"warning: not voiced yet, the first caller may wait: {failure}", markup=False, soft_wrap=True)


def flaws_of(text: str) -> list[Flaw]:
    """Everything in an announcement that a voice would not read as it is meant, in order."""
    flaws = list(flaws_of_words(text))
    ending = flaw_of_ending(text)
    if ending is not None:
        flaws.append(ending)
    seconds = len(text) / LETTERS_PER_SECOND
    if seconds > LONGEST_SECONDS:
        flaws.append(Flaw(0, "", f"about {seconds:.0f} s long", f"callers listen to {LONGEST_SECONDS} s at most"))
    return sorted(flaws, key=lambda flaw: flaw.at)


def _refuse(flaws: list[Flaw]) -> NoReturn:
    for flaw in flaws:
        hint = f" ({flaw.hint})" if flaw.hint else ""
        err.print(f"text:1:{flaw.at + 1}: error: {flaw.message}{hint}", markup=False, soft_wrap=True)
    fail(f"{len(flaws)} problem{'' if len(flaws) == 1 else 's'} in the text; nothing was announced")


def _whom(branch: str | None) -> str:
    return f"callers of branch {branch}" if branch else "all callers"
