"""``ivr demo``: a scripted caller calls the hotline by a real telephone and talks to it; shown as it happens."""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.table import Table
from rich.text import Text

from ivr.app import another_voice, clock_of, load_example, open_house
from ivr.bringup.failure import BringupFailed
from ivr.bringup.ours import new_server, running_server, wanted_ports
from ivr.bringup.packages import ensure
from ivr.bringup.progress import Progression
from ivr.bringup.site import Site
from ivr.cli.common import (
    EXIT_PROBLEMS,
    EXIT_UNREACHABLE,
    EXIT_USAGE,
    err,
    fail,
    json_option,
    line_cells,
    out,
    print_json,
    with_settings,
)
from ivr.cli.setup import set_up
from ivr.cli.talk import PLAYERS
from ivr.control_client import ControlClient, EngineNotRunning
from ivr.demo.scenes import OPERATOR_SAYS, SCENES, Scene
from ivr.demo.stage import Hotline, Played, play
from ivr.errors import IvrError
from ivr.masking import mask_phone
from ivr.settings import Settings
from ivr.store.transcript import OWED_LIMIT, Line
from ivr.supervisor import Supervisor

WIDEST = 110
"""Words are read in lines no longer than that."""
SIDE_BY_SIDE = 120
"""From this width of the terminal on, what lies behind the words is shown beside them."""
WIDEST_OF_BOTH = 170
BEHIND = frozenset(("node", "because", "understood", "errand", "step", "transfer", "call", "queue"))
"""What nobody hears: shown dim, or beside the rest."""
ALL = "all"


@click.command("demo")
@with_settings
@click.option("--scene", "name", metavar="NAME", default=SCENES[0].name, show_default=True, help="Which one, or all.")
@click.option("--list", "listed", is_flag=True, help="Show the scenes, and leave.")
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="Also save what is shown as a picture.")
@json_option
def command(settings: Settings, name: str, listed: bool, svg: Path | None, as_json: bool) -> None:
    """Let a scripted caller call the hotline and talk to it, and show the call as it happens.

    The call is a real one, by SIP, and the robot hears the caller by its recogniser: the words shown as the caller's
    are those that it has heard, with its confidence, below what was really said («says»). Beside them (in a terminal
    of 120 columns; else between them, dim) stands why it goes on as it does: nodes of the dialplan, decisions, look-ups
    with their answers. In brackets: the silence that the caller was owed a sound in.

    Both voices are left as a WAV file to listen to, and the call's record in the database. A hotline that is not
    running is started for it, and stopped afterwards. Leaves with 1 when a call does not go as its scene says. The
    addresses are those of the example ([line] example = true).

    \b
    Examples:
      ivr demo                    no light: an address in words, the time, an SMS
      ivr demo --scene danger     a broken wire, said into the greeting
      ivr demo --scene operator   an operator's telephone rings, too
      ivr demo --scene account    keys instead of words
      ivr demo --scene all --json > demo.json
    """
    if listed:
        _list(as_json=as_json)
        return
    scenes = _chosen(name)
    if not settings.line.example:
        fail(
            "the demo's callers are those of the example, and this hotline has none",
            "in a folder made for trying things (ivr init DIR), set [line] example = true",
        )
    if not settings.hearing.on and any(scene.clips for scene in scenes):
        fail(
            "the caller of this scene speaks, and the hotline hears nobody",
            "set [hearing] on = true, or --scene account",
        )
    if svg is not None:
        out.record, out.width = True, WIDEST_OF_BOTH
    signal.signal(signal.SIGTERM, _ended)
    try:
        with _running(settings, scenes) as hotline:
            played = [_play(settings, hotline, scene, as_json=as_json) for scene in scenes]
    except KeyboardInterrupt:
        fail("stopped", code=130)
    except BringupFailed as failure:
        fail(str(failure), failure.hint)
    except IvrError as failure:
        fail(str(failure), "ivr doctor looks for the usual causes")
    if svg is not None:
        _save_picture(svg, f"ivr demo --scene {name}")
    if as_json:
        print_json([_json(each) for each in played])
    if any(each.why for each in played):
        sys.exit(EXIT_PROBLEMS)


def _save_picture(file: Path, title: str) -> None:
    picture = out.export_svg(title=title)
    # A picture that fetches its fonts from nowhere.
    file.write_text(re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL), encoding="utf-8")


def _ended(_number: int, _frame: Any) -> NoReturn:
    """SIGTERM: leave as after an error, so that what was started is stopped."""
    sys.exit(128 + signal.SIGTERM)


def _chosen(name: str) -> tuple[Scene, ...]:
    if name == ALL:
        return SCENES
    found = tuple(scene for scene in SCENES if scene.name == name)
    if not found:
        known = ", ".join(scene.name for scene in SCENES)
        fail(f"no such scene: {name!r}", f"there are: {known}; or {ALL}", EXIT_USAGE)
    return found


def _list(*, as_json: bool) -> None:
    if as_json:
        print_json([{"name": scene.name, "title": scene.title} for scene in SCENES])
        return
    table = Table.grid(padding=(0, 2))
    for scene in SCENES:
        table.add_row(Text(scene.name, "bold"), scene.title)
    out.print(table)


@contextlib.contextmanager
def _running(settings: Settings, scenes: tuple[Scene, ...]) -> Iterator[Hotline]:
    """The hotline: the one that runs already, or one that runs until the block ends."""
    if not _runs(settings):
        with _started(settings) as site:
            yield _hotline(settings, site, scenes)
        return
    site = None
    if settings.asterisk.manage:
        server = running_server(settings)
        if server is None:
            fail("the engine runs, but its Asterisk does not", "ivr asterisk start", EXIT_UNREACHABLE)
        site = server.site
    yield _hotline(settings, site, scenes)


def _runs(settings: Settings) -> bool:
    try:
        ControlClient(settings.control_socket).status()
    except EngineNotRunning:
        return False
    return True


@contextlib.contextmanager
def _started(settings: Settings) -> Iterator[Site | None]:
    set_up(settings, tests=True)
    asterisk = new_server(settings) if settings.asterisk.manage else None
    ports = asterisk.site.ports if asterisk else wanted_ports(settings)
    supervisor = Supervisor(settings, ports, asterisk, lambda text: err.print(text, markup=False))
    err.print("The hotline is started for the demo …", style="dim")
    try:
        supervisor.start()
        yield asterisk.site if asterisk else None
    finally:
        supervisor.stop()


def _hotline(settings: Settings, site: Site | None, scenes: tuple[Scene, ...]) -> Hotline:
    telephones = ensure("testcallers", settings.var, show=Progression(err))
    with open_house(settings) as house:  # the example's outages lie around now
        load_example(house.grid, clock_of(settings)())
    hotline = Hotline(
        ControlClient(settings.control_socket),
        settings.line.number,
        site.ports.sip if site else settings.asterisk.sip_port,
        telephones,
    )
    if not any(scene.needs_operator for scene in scenes):
        return hotline
    secret = settings.var / "secrets" / "operators"
    hotline.operator_password = secret.read_text(encoding="ascii").strip() if secret.is_file() else ""
    greeting = another_voice(settings, OPERATOR_SAYS)
    if greeting is not None:
        hotline.operator_says = greeting
    return hotline


def _play(settings: Settings, hotline: Hotline, scene: Scene, *, as_json: bool) -> Played:
    wav = settings.var / "demo" / f"{scene.name}.wav"
    if as_json:
        return play(hotline, scene, wav, lambda line: None, lambda who, at, what: None)
    out.print(Text.assemble((f"\n{scene.name}", "bold"), f"  {scene.title}"))
    caller = mask_phone(scene.caller) if scene.caller else "who has never called before"
    out.print(Text(f"caller {caller}; silence that the caller was owed stands in brackets\n", "dim"))
    played = play(hotline, scene, wav, _tell, lambda who, at, what: _show(Line(at or 0.0, who, what)))
    _print_result(played)
    return played


def _tell(line: Mapping[str, Any]) -> None:
    if line["who"] != "end":  # the result says it again
        _show(Line(line["at"], line["who"], in_short(line["who"], line["text"]), line.get("owed")))


def in_short(who: str, text: str) -> str:
    """An errand and its answer by their names only: what they hold is for ``ivr calls why``."""
    if who != "errand":
        return text
    return " → ".join(part.partition("(")[0] for part in text.split(" → "))


def _show(line: Line) -> None:
    """One line of the call, with a hanging indent; what lies behind it is cut to one line, or stands beside it."""
    behind = line.who in BEHIND
    if out.width >= SIDE_BY_SIDE:
        _show_beside(line, behind=behind)
        return
    table = Table.grid(padding=(0, 2, 0, 0))
    table.width = min(out.width, WIDEST)
    table.add_column(justify="right", width=6)
    table.add_column(width=8)
    table.add_column(ratio=1, no_wrap=behind, overflow="ellipsis" if behind else "fold")
    table.add_row(*line_cells(line, dim=behind))
    out.print(table)


def _show_beside(line: Line, *, behind: bool) -> None:
    """One line on its side: the conversation on the left, the decisions on the right."""
    at, who, text = line_cells(line)
    table = Table.grid(padding=(0, 1, 0, 0))
    table.width = min(out.width, WIDEST_OF_BOTH)
    table.add_column(justify="right", width=6)
    table.add_column(width=8)
    table.add_column(ratio=11)
    table.add_column(width=1, style="dim")
    table.add_column(width=10)
    table.add_column(ratio=9)
    left, right = (who, text), (Text(), Text())
    if behind:
        left, right = right, left
    table.add_row(at, *left, "│", *right)
    out.print(table)


def _print_result(played: Played) -> None:
    facts: list[tuple[str, str | Text]] = []
    if played.why:
        facts.append(("failed", Text(played.why, "bold red")))
    if played.ended:
        facts.append(("outcome", played.ended))
    if played.first_sound is not None:
        facts.append(("first sound", f"{played.first_sound:.2f} s after the answer"))
    if played.answers:
        facts.append(("answers", ", ".join(f"{each:.2f}" for each in played.answers) + " s after the caller's words"))
    if played.longest_owed is not None:
        style = "bold red" if played.longest_owed > OWED_LIMIT else ""
        facts.append(("owed silence", Text(f"at most {played.longest_owed:.2f} s", style)))
    if played.call:
        facts.append(("record", f"ivr calls show {played.call}   (why it went so: ivr calls why {played.call})"))
    if played.seconds:
        facts.append(("sound", f"{_near(played.wav)}   ({played.seconds:.0f} s, both voices)"))
        facts.append(("listen", _listen(played.wav)))
    table = Table.grid(padding=(0, 2, 0, 0))
    for name, fact in facts:
        table.add_row(Text(f"  {name}", "bold"), fact)
    out.print()
    out.print(table, soft_wrap=True)


def _near(path: Path) -> Path:
    """A path as one would type it here."""
    with contextlib.suppress(ValueError):
        return path.relative_to(Path.cwd())
    return path


def _listen(wav: Path) -> str:
    player = next((player for player in PLAYERS if shutil.which(player[0])), None)
    return f"{' '.join(player)} {_near(wav)}" if player else "any player: 8 kHz, 16 bit, mono (apt install alsa-utils)"


def _json(played: Played) -> dict[str, Any]:
    return {
        "scene": played.scene.name,
        "ok": not played.why,
        "why": played.why,
        "call": played.call,
        "ended": played.ended,
        "first_sound": played.first_sound,
        "longest_owed_silence": played.longest_owed,
        "answers": played.answers,
        "wav": played.wav if played.seconds else None,
        "seconds": played.seconds,
        "lines": played.lines,
    }
