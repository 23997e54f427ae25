"""``ivr talk``: the same call as on the telephone, here in the terminal."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

import click
from rich.text import Text

from ivr.asterisk.request import caller_number
from ivr.call.model import TRIAL, Call, Outcome, Prompt, classify
from ivr.channels.console import HELP, Console, Operators, TalkKit, Terminal
from ivr.channels.handset import Saying
from ivr.cli.common import EXIT_USAGE, fail, fail_config, out, with_settings
from ivr.errors import ConfigError, ServiceError, VoiceFailed
from ivr.live import LiveCall
from ivr.logs import configure_logs
from ivr.masking import mask_phone
from ivr.moments import parse_moment
from ivr.ports import Channel
from ivr.settings import Settings
from ivr.store.transcript import brief, steps

PLAYERS = (("aplay", "-q"), ("paplay",), ("play", "-q"), ("ffplay", "-nodisp", "-autoexit", "-loglevel", "quiet"))
PLAY_SECONDS = 60.0
_STYLES = {"robot": "bold cyan", "caller": "bold green", "heard": "green", "operator": "magenta", "note": "dim"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    caller: str | None
    dialled: str
    diversion: str | None
    draft: bool
    operators: Operators
    why: bool
    player: tuple[str, ...]
    sayings: tuple[Saying, ...] = ()
    """What the caller says, from sound files; empty: it is typed."""
    fast: bool = False
    keys: bool = False


@click.command("talk")
@with_settings
@click.option("--caller", metavar="NUMBER", help="The caller's number. Default: the first test caller.")
@click.option("--hidden", is_flag=True, help="The caller hides the number.")
@click.option("--list-callers", is_flag=True, help="Show the test callers and what each of them hears, and leave.")
@click.option("--dialled", metavar="NUMBER", help="The number dialled. Default: the line's own.")
@click.option("--diversion", metavar="NUMBER", help="The number that the call was redirected from.")
@click.option("--at", "at", metavar="TIME", help="Pretend that the call begins then («2026-11-25 09:00», «21:30»).")
@click.option("--draft", is_flag=True, help="Use the dialplan and prompts as they are on the disk now.")
@click.option(
    "--operators",
    type=click.Choice(["ask", "answer", "busy"]),
    help="Who takes a transferred call. Default: ask; with --voice answer.",
)
@click.option("--why", is_flag=True, help="Show nodes, notes and errands as they happen.")
@click.option("--play", is_flag=True, help="Play the robot's words (with aplay, paplay, play or ffplay).")
@click.option("--voice", is_flag=True, help="The caller speaks: each FILE answers the robot's next question.")
@click.option("--keys", is_flag=True, help="Word it for those who can only press keys.")
@click.option("--fast", is_flag=True, help="With --voice: do not wait for the robot's words to be over, nor make them.")
@click.argument("files", nargs=-1, metavar="[FILE]…")
def command(
    settings: Settings,
    caller: str | None,
    hidden: bool,
    list_callers: bool,
    dialled: str | None,
    diversion: str | None,
    at: str | None,
    draft: bool,
    operators: Operators | None,
    why: bool,
    play: bool,
    voice: bool,
    keys: bool,
    fast: bool,
    files: tuple[str, ...],
) -> None:
    """Hold a call here in the terminal: type keys or words, be silent, hang up.

    It runs the real dialplan, prompts and outages of this instance, and its record is kept. The robot words things as
    on the telephone: for those who may speak, unless [hearing] is off or --keys is given.

    Tickets that it opens are tickets, and an SMS that is agreed to is sent: call as one of --list-callers, or --hidden.

    \b
      ivr talk                                 as the first test caller
      ivr talk --hidden --why                  with a hidden number, showing why it goes as it does
      printf '1\\n' | ivr talk --operators busy  from a script

    With --voice the caller speaks from sound files (WAV, 8 or 16 kHz, A-law or 16-bit PCM, mono), and is heard as on
    the telephone: by the recogniser in use, with the same ends of answers, grammars and barge-in. Each time the robot
    has asked, the next file is played; when there is none left, the caller hangs up. FILE@SECONDS speaks into the
    robot's next words instead, so many seconds after they have begun. Shown is what was heard, how sure the recogniser
    was, how long after the end of the words that was known, and what the robot made of it.

    \b
      ivr talk --hidden --voice no_light.wav address.wav no.wav
      ivr talk --voice --fast danger.wav@2      danger words two seconds into the greeting; nobody waits
    """
    from ivr import app

    if list_callers:
        for known in app.test_callers():
            out.print(f"{known.phone}  {known.shows:<16} {known.address}", markup=False)
        return
    if voice != bool(files):
        fail("--voice wants sound files, and sound files want --voice", "ivr talk --voice FILE…", EXIT_USAGE)
    if (fast and not voice) or (voice and play):
        fail("--fast goes with --voice, --play does not", code=EXIT_USAGE)
    if keys and voice:
        fail("--keys and --voice exclude each other", code=EXIT_USAGE)
    sayings = _sayings(files) if voice else ()
    clock = _clock(settings, at)
    if hidden:
        number = None
    elif caller is not None:
        number = caller_number(caller, "")
        if number is None:
            fail(f"not a telephone number: {caller!r}", "ten digits, with or without +7 or 8 before them", EXIT_USAGE)
    else:
        number = app.test_callers()[0].phone
    wish = Wish(
        number,
        dialled or settings.line.number,
        diversion,
        draft,
        operators or ("answer" if voice else "ask"),
        why or voice,
        _player() if play else (),
        sayings,
        fast,
        keys,
    )
    configure_logs(json=False, level="warning")
    try:
        asyncio.run(_talk(settings, wish, clock))
    except ConfigError as error:
        fail_config(error)
    except VoiceFailed as error:
        fail(str(error), "ivr setup brings voices" + ("; --fast needs none" if voice else ""))
    except ServiceError as error:
        fail(str(error), "ivr doctor looks for the usual causes")


async def _talk(settings: Settings, wish: Wish, clock: Callable[[], datetime]) -> None:
    from ivr import app

    voiced = bool(wish.player) or (bool(wish.sayings) and not wish.fast)
    async with app.for_talk(settings, clock, draft=wish.draft, voiced=voiced, keys=wish.keys) as kit:
        began = clock()
        call = Call(
            id=f"{TRIAL}{began:%y%m%d-%H%M%S}-{secrets.token_hex(2)}",
            caller=wish.caller,
            dialled=wish.dialled,
            started_at=began,
            diversion=wish.diversion,
        )
        terminal = _terminal(wish, kit)
        line = _spoken(kit, wish, terminal) if wish.sayings else None
        outcome = await hold(kit, call, terminal, operators=wish.operators, why=wish.why, line=line)
    kind = classify(outcome, (clock() - began).total_seconds())
    _show("note", f"{brief(outcome, full=False)}, counted as {kind.value} · ivr calls why {call.id}")


Line = Callable[[Console, Callable[[], None]], AbstractAsyncContextManager[Channel]]
"""Another line than the console itself: made of it, and of what shows the call's steps so far."""


async def hold(
    kit: TalkKit,
    call: Call,
    terminal: Terminal,
    *,
    operators: Operators = "ask",
    why: bool = False,
    line: Line | None = None,
) -> Outcome:
    """Hold one call on ``terminal`` and say at its end who hung up. ``line``: the caller is not the one who types."""
    placed = kit.place(call)
    where = f", branch {placed.branch}" if placed.branch else ""
    how = f" · {HELP}" if line is None else ""
    terminal.show("note", f"call {call.id} from {mask_phone(call.caller)} to {call.dialled}{where}{how}")
    live: LiveCall | None = None
    seen = 0

    def follow() -> None:
        nonlocal live, seen
        live = live or kit.runner.live.get(call.id)
        fresh = live.entries[seen:] if live and why else []
        seen += len(fresh)
        for step in (step for entry in fresh for step in steps(entry, full=False)):
            if step.who not in ("said", "asked", "caller"):  # they are on the screen already
                terminal.show("note", f"{step.who}: {step.text}")

    console = Console(terminal, kit.words, operators=operators, follow=follow)
    async with line(console, follow) if line else contextlib.nullcontext(console) as channel:
        outcome = await kit.runner.run_call(placed, kit.script(placed), channel, plan=kit.plan)
        follow()
    terminal.show("note", "the caller hangs up" if console.hung_up == "caller" else "the robot hangs up")
    return outcome


def _sayings(files: tuple[str, ...]) -> tuple[Saying, ...]:
    from ivr.cli.talk_voice import read_sayings  # it brings the recogniser along, which whoever types need not wait for

    return read_sayings(files)


def _spoken(kit: TalkKit, wish: Wish, terminal: Terminal) -> Line:
    from ivr.app import understanding
    from ivr.cli.talk_voice import spoken_line

    means = understanding().means
    return lambda console, follow: spoken_line(
        kit, wish.sayings, terminal, console, follow, lambda text: means(text) is not None, fast=wish.fast
    )


def _clock(settings: Settings, at: str | None) -> Callable[[], datetime]:
    began = datetime.now(settings.tz)
    if at is None:
        return lambda: datetime.now(settings.tz)
    try:
        pretended = parse_moment(at, began)
    except ValueError as error:
        fail(str(error), code=EXIT_USAGE)
    shift: timedelta = pretended - began
    return lambda: datetime.now(settings.tz) + shift


def _terminal(wish: Wish, kit: TalkKit) -> Terminal:
    play = _play_with(wish.player, kit) if wish.player else None
    return Terminal(read=_read, show=_show, play=play)


def _show(who: str, text: str) -> None:
    name = "" if who == "note" else who
    out.print(Text.assemble((f"{name:>8}  ", _STYLES[who]), (text, "dim" if who == "note" else "")), soft_wrap=True)


def _read(what: str) -> str | None:
    """A line from the person, or from a script (then it is shown, as if typed)."""
    if what:
        _show("note", what)
    prompt = f"{'caller':>8}  "
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        if not line:
            return None
        _show("caller", line.strip() or "(silence)")
        return line
    # asyncio.run() would keep Ctrl-C waiting until the line is typed.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return input(prompt)
    except (EOFError, KeyboardInterrupt):
        out.print()
        return None
    finally:
        signal.signal(signal.SIGINT, before)


def _player() -> tuple[str, ...]:
    found = next((player for player in PLAYERS if shutil.which(player[0])), None)
    if found is None:
        fail("nothing to play sound with", f"install one of: {', '.join(p[0] for p in PLAYERS)}", EXIT_USAGE)
    return found


def _play_with(player: tuple[str, ...], kit: TalkKit) -> Callable[[Prompt], Awaitable[None]] | None:
    voice = kit.voice
    if voice is None:
        return None

    async def play(prompt: Prompt) -> None:
        path = (await voice.clip(prompt, talk=kit.talks)).path
        playing = await asyncio.create_subprocess_exec(*player, str(path), stdin=asyncio.subprocess.DEVNULL)
        try:
            await asyncio.wait_for(playing.wait(), PLAY_SECONDS)
        except TimeoutError as error:
            raise VoiceFailed(f"{player[0]} did not end within {PLAY_SECONDS:g} s") from error
        finally:
            if playing.returncode is None:
                playing.kill()
                await playing.wait()

    return play
