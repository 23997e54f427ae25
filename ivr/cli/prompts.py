"""``ivr prompts``: make, list, hear and check the sounds of the hotline."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from datetime import time as time_of_day
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ivr.app import clock_of, make_speech
from ivr.bringup.failure import BringupFailed
from ivr.bringup.speech import speech_environments
from ivr.call.model import Prompt
from ivr.cli.common import err, fail, fail_config, json_option, out, print_json, print_table, with_settings
from ivr.dialplan.fields import PromptUse
from ivr.errors import ConfigError, IvrError, VoiceFailed
from ivr.prompts import PromptBook
from ivr.settings import Settings
from robot.voices.building import Built
from robot.voices.building import build as build_clips
from robot.voices.checking import SoundCheck, check_sound, longest_seconds
from robot.voices.choosing import choose
from robot.voices.library import Wanted, wanted
from robot.voices.recorded import read_recorded
from robot.voices.studio import Studio

PLAYERS = (["aplay", "-q"], ["paplay"], ["pw-play"], ["play", "-q"], ["ffplay", "-v", "quiet", "-nodisp", "-autoexit"])
"""Programs that play a WAV file, the first found is taken."""


@click.group("prompts")
def command() -> None:
    """The sounds that callers hear."""


@command.command("build")
@click.option("--prune", is_flag=True, help="Also delete clips that no prompt asks for any more.")
@json_option
@with_settings
def build_command(settings: Settings, prune: bool, as_json: bool) -> None:
    """Render every clip that is missing, on all cores. Can be interrupted and run again."""
    began = time.monotonic()
    with _failing(), contextlib.closing(_studio(settings)) as studio:
        book = _book(settings)
        recorded = read_recorded(settings.prompts / "recorded")
        clips = wanted(fragment for fragment in book.closed_fragments() if recorded.fragment(fragment) is None)
        built = _build_with_progress(studio, clips)
        pruned = studio.library.prune(clips) if prune else 0
        identity = studio.library.identity
    seconds = round(time.monotonic() - began, 1)
    if as_json:
        failed = [{"text": clip.text, "contour": clip.contour, "why": why} for clip, why in built.failed]
        print_json({
            "voice": identity, "clips": len(clips), "made": built.made, "pruned": pruned, "seconds": seconds,
            "failed": failed,
        })  # fmt: skip
    else:
        out.print(f"{identity.engine}:{identity.voice} ({identity.version}): {len(clips)} clips, "
                  f"{built.made} made, {pruned} pruned, {seconds} s", markup=False)  # fmt: skip
        for clip, why in built.failed:
            err.print(f"not made: {clip.text!r}: {why}", markup=False, soft_wrap=True)
    if built.failed:
        raise SystemExit(1)


@command.command("list")
@click.argument("names", nargs=-1)
@json_option
@with_settings
def list_command(settings: Settings, names: tuple[str, ...], as_json: bool) -> None:
    """What each prompt needs, how long it is and where its words stand."""
    with _failing(), contextlib.closing(_studio(settings)) as studio:
        book = _book(settings)
        recorded = read_recorded(settings.prompts / "recorded")
        rows: list[dict[str, Any]] = []
        for name in names or book.names():
            file, line = book.where(name)
            rows.append({
                "name": name, "file": file, "line": line, "values": dict(book.values_of(name)),
                "seconds": round(longest_seconds(book, name, studio.library, recorded), 1),
                "recorded": name in recorded.prompts, "note": book.note(name),
            })  # fmt: skip
    if as_json:
        print_json(rows)
        return
    print_table(
        ("prompt", "seconds", "values", "voice", "where"),
        (
            (
                row["name"],
                row["seconds"],
                ", ".join(f"{value}:{how}" for value, how in row["values"].items()),
                "studio" if row["recorded"] else studio.library.identity.voice,
                f"{Path(row['file']).name}:{row['line']}",
            )
            for row in rows
        ),
    )


@command.command("play")
@click.argument("name")
@click.argument("values", nargs=-1, metavar="[VALUE=TEXT]...")
@click.option("--out", "target", type=click.Path(dir_okay=False, path_type=Path), help="Write the WAV there instead.")
@json_option
@with_settings
def play_command(settings: Settings, name: str, values: tuple[str, ...], target: Path | None, as_json: bool) -> None:
    """Say a prompt: ivr prompts play outage_planned place='г Грязи, д 5' until=18:30 set_at=15:00."""
    with _failing():
        book = _book(settings)
        now = clock_of(settings)()
        spoken = book.speak(_prompt(book, name, values, now), now)

        async def sound() -> Path:
            speech = make_speech(settings)
            try:
                await speech.start()
                return await speech.file_for(spoken)
            finally:
                await speech.close()

        path = asyncio.run(sound())
        if target is not None:
            shutil.copyfile(path, target)
            path = target
    if as_json:
        print_json({"prompt": name, "text": spoken.text, "file": path})
        return
    out.print(spoken.text, markup=False, soft_wrap=True)
    player = next((words for words in PLAYERS if shutil.which(words[0])), None)
    if target is not None or player is None:
        out.print(str(path), markup=False, style="dim", soft_wrap=True)
    elif subprocess.run([*player, str(path)], check=False, timeout=120).returncode != 0:
        fail(f"{player[0]} could not play {path}", "give --out FILE and listen to it elsewhere")


@command.command("check")
@json_option
@with_settings
def check_command(settings: Settings, as_json: bool) -> None:
    """Look for clips that are missing or outdated, prompts too long or never used, recordings nobody hears."""
    with _failing(), contextlib.closing(_studio(settings)) as studio:
        book = _book(settings)
        found = check_sound(book, studio.library, read_recorded(settings.prompts / "recorded"))
        never_used = sorted(set(book.names()) - _used(settings, book))
        identity = studio.library.identity
    if as_json:
        print_json({"voice": identity, "good": found.good, "never_used": never_used, "found": found})
    else:
        _print_check(found, never_used, book)
    if not found.good:
        raise SystemExit(1)


def _print_check(found: SoundCheck, never_used: list[str], book: PromptBook) -> None:
    for problem in found.problems:
        err.print(str(problem), markup=False, soft_wrap=True)
    for name, seconds in found.too_long.items():
        file, line = book.where(name)
        err.print(
            f"{file}:{line}:1: error: prompt “{name}” takes {seconds:.0f} s (20 at most)", markup=False, soft_wrap=True
        )
    for path in found.unused_recordings:
        err.print(f"{path}: warning: no prompt has these words or this name", markup=False, soft_wrap=True)
    for name in never_used:
        file, line = book.where(name)
        err.print(f"{file}:{line}:1: warning: prompt “{name}” is never used", markup=False, soft_wrap=True)
    made = found.clips - len(found.missing) - len(found.outdated)
    out.print(f"{made} of {found.clips} clips are there; {len(found.missing)} missing, {len(found.outdated)} outdated, "
              f"{len(found.orphans)} no longer needed")  # fmt: skip
    if found.missing or found.outdated:
        err.print("  → ivr prompts build", style="dim")
    elif found.orphans:
        err.print("  → ivr prompts build --prune", style="dim")


@contextlib.contextmanager
def _failing() -> Iterator[None]:
    """Errors of ours become a clear message and exit code 1."""
    try:
        yield
    except ConfigError as error:
        fail_config(error)
    except BringupFailed as error:
        fail(str(error), error.hint)
    except VoiceFailed as error:
        fail(str(error), "ivr setup brings the voices")
    except (IvrError, OSError) as error:
        fail(str(error))


def _studio(settings: Settings) -> Studio:
    environments = speech_environments(settings.var, bring=False, engine=settings.voice.engine)
    process = choose(environments, settings.voice.engine, settings.voice.name)
    return Studio(process, settings.var / "prompts")


def _book(settings: Settings) -> PromptBook:
    paths = sorted((settings.prompts / "ru").glob("*.yaml"))
    return PromptBook.parse({str(path): path.read_text(encoding="utf-8") for path in paths}, settings.tz)


def _build_with_progress(studio: Studio, clips: tuple[Wanted, ...]) -> Built:
    bar = Progress(
        TextColumn("Prompts"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=err, transient=True
    )
    with bar:
        task = bar.add_task("clips", total=None)
        return build_clips(
            studio,
            clips,
            progress=lambda done, of: bar.update(task, completed=done, total=of),
        )


def _prompt(book: PromptBook, name: str, texts: tuple[str, ...], now: datetime) -> Prompt:
    """The prompt with values written on a command line: a time may be just 18:30, which is today's."""
    takes = dict(book.takes(name))
    values = {}
    for text in texts:
        value, equals, said = text.partition("=")
        if not equals or value not in takes:
            fail(f"{text!r}: {name} takes {', '.join(takes) or 'no values'}", "write VALUE=TEXT", code=2)
        values[value] = _with_zone(said, now) if datetime in takes[value] and str not in takes[value] else said
    try:
        return PromptUse(name=name, values=values).prompt(takes)
    except ValueError as error:
        fail(str(error), code=2)


def _with_zone(text: str, now: datetime) -> str:
    if re.fullmatch(r"\d{1,2}:\d\d", text):
        hours, minutes = text.split(":")
        if int(hours) > 23 or int(minutes) > 59:
            fail(f"{text!r} is not a time of day such as 18:30", code=2)
        return datetime.combine(now.date(), time_of_day(int(hours), int(minutes)), now.tzinfo).isoformat()
    with contextlib.suppress(ValueError):
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)).isoformat()
    return text


def _used(settings: Settings, book: PromptBook) -> set[str]:
    """Prompts that a dialplan or the program mentions, with the variants that code makes of them (``…_possible``)."""
    mentioned: set[str] = set()
    for path in settings.dialplans.glob("**/*.yaml"):
        mentioned |= set(re.findall(r"[a-z][a-z0-9_]*", path.read_text(encoding="utf-8")))
    for package in ("ivr", "robot"):
        for path in Path(str(files(package))).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            mentioned |= {
                node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
    known = set(book.names())
    direct = known & mentioned
    return direct | {name for name in known if any(name.startswith(f"{stem}_") for stem in direct)}
