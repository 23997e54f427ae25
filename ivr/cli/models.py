"""``ivr models``: what the robot hears with."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ivr.bringup.failure import BringupFailed
from ivr.bringup.packages import ensure
from ivr.bringup.progress import Progression
from ivr.cli import models_bench, models_calibrate, models_install, models_make
from ivr.cli.common import EXIT_PROBLEMS, err, fail, json_option, out, print_json, print_table, with_settings
from ivr.cli.hearing_gaps import FIRST, model_in_use, names_in, register_names
from ivr.dialplan.nodes.menu import Menu
from ivr.errors import ConfigError, IvrError
from ivr.settings import Settings
from outage_feed.errors import RegisterError


@click.group("models")
def command() -> None:
    """The recogniser's models: which there are, what they cannot hear, and fitting ours to your streets.

    \b
    Examples:
      ivr models list
      ivr models check                  names and menu choices that cannot be heard
      ivr models adapt --register       build them in; calls go on meanwhile
      ivr models bench --set tests/speech
      ivr models install FILE-OR-URL --sha256 …
    """


command.add_command(models_bench.command)
command.add_command(models_calibrate.command)
command.add_command(models_install.command)
command.add_command(models_make.command)


@command.command("list")
@json_option
@with_settings
def list_(settings: Settings, as_json: bool) -> None:
    """List the models that ship and those in var/models; an asterisk marks the one in use."""
    from robot.hearing.folders import NoSuchModel, listed

    try:
        used = model_in_use(settings).path
    except NoSuchModel as error:
        err.print(str(error), style="yellow")
        used = Path()
    rows = [
        {
            "name": model.name, "in_use": model.path == used, "ours": model.ours, "kind": model.kind,
            "words": len(words) if (words := model.words()) is not None else None,
            "megabytes": round(model.size() / 1e6, 1), "folder": str(model.path),
        }
        for model in listed(settings.models)
    ]  # fmt: skip
    if as_json:
        print_json(rows)
        return
    print_table(
        ("", "model", "kind", "words", "MB", "can be adapted", "folder"),
        [
            (
                "*" * bool(row["in_use"]), row["name"], row["kind"],
                row["words"] if row["words"] is not None or row["kind"] == "vosk" else "any",
                row["megabytes"], _yes(row["ours"]), row["folder"],
            )
            for row in rows
        ],
    )  # fmt: skip


@command.command("check")
@click.argument("model", required=False)
@click.option(
    "--register",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A register's file (CSV or JSON, as ivr register import takes it): its names instead of those taken in.",
)
@json_option
@with_settings
def check(settings: Settings, model: str | None, file: Path | None, as_json: bool) -> None:
    """List every name of the register and every wording of a menu choice that MODEL (default: the one in use) cannot
    hear, with the words it lacks.

    Leaves with 1 when there are any, and when it cannot be loaded. A choice or name that cannot be heard can still
    be keyed, and people can still be reached; "ivr models adapt --register" builds the words in. A model with an open
    vocabulary (T-one, Zipformer) has no list of words: it lacks only what its letters cannot write.
    """
    from robot.hearing.folders import find
    from robot.hearing.spoken_names import missing
    from robot.hearing.trying import TrialFailed, try_apart

    try:
        chosen = find(model, settings.home, settings.models) if model else model_in_use(settings)
        known, words = chosen.vocabulary(), chosen.words()
        names = names_in(file) if file else register_names(settings)
    except IvrError as error:
        fail(str(error), "ivr models list")
    except RegisterError as error:
        fail(str(error), "ivr register import --help names the columns")
    try:
        try_apart(chosen.path)
    except TrialFailed as error:
        fail(f"{chosen.name} cannot be heard with: {error}", "a file of it is damaged or missing; bring it anew")
    if known is None:
        fail(f"{chosen.name} does not tell its vocabulary: neither its graph nor graph/words.txt has one")
    lacking = {
        source: missing(phrases, known) for source, phrases in (("dialplans", _choices(settings)), ("register", names))
    }
    if as_json:
        print_json({"model": chosen.name, "words": len(words) if words is not None else None, "cannot_hear": lacking})
    else:
        rows = [
            (source, phrase, ", ".join(lost)) for source, found in lacking.items() for phrase, lost in found.items()
        ]
        if rows:
            print_table(("from", "phrase", "unknown words"), rows)
        size = f"{len(words)} words" if words is not None else "any word"
        out.print(f"{chosen.name}: {size}; {len(rows)} phrases cannot be heard")
        if rows and not chosen.ours:
            out.print("This model was not made by us: its vocabulary cannot be extended here.")
    sys.exit(EXIT_PROBLEMS if any(lacking.values()) else 0)


@command.command("adapt")
@click.option(
    "--register",
    "with_register",
    is_flag=True,
    help="Build in the names of the register's settlements, streets and districts.",
)
@click.option(
    "--words",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Build in more phrases, one a line (may be repeated).",
)
@click.option("--strict", is_flag=True, help="Leave with 1 when a word cannot be pronounced.")
@json_option
@with_settings
def adapt_(settings: Settings, with_register: bool, files: tuple[Path, ...], strict: bool, as_json: bool) -> None:
    """Build your names into the model: menu choices of the dialplans always, the register's names with --register.

    The new model is built beside the old one, tried in a process of its own, and then put to use in one step. Calls
    that are going on finish with the model they began with. Whatever goes wrong leaves the old one in use.

    Each time it begins with the model as it shipped: give everything that it is to hear in one go.
    """
    from robot.hearing.adapting import adapt
    from robot.hearing.folders import find
    from robot.hearing.spoken_names import unusable

    show = Progression(err)
    phrases = [*_choices(settings), *(line for file in files for line in _lines(file))]
    if with_register:
        names = register_names(settings)
        if not names:
            fail("the register is empty or cannot be read", "ivr register import FILE")
        phrases += names
    try:
        base, before = find(settings.hearing.model, settings.home, settings.models), model_in_use(settings)
        heard_before = before.words() or frozenset()
        tree = ensure("espeak", settings.var, show=show)
        with show.step(f"{base.name}: {len(phrases)} phrases") as advance:
            adapted = adapt(
                base, phrases, settings.models, tree.command("espeak-ng"), environment=tree.env(), advance=advance
            )
    except BringupFailed as error:
        fail(str(error), error.hint)
    except IvrError as error:
        fail(str(error), "the model that was in use still is")
    except KeyboardInterrupt:
        fail("interrupted", "the model that was in use still is; run it again at will")
    odd = [(phrase, ", ".join(parts)) for phrase in phrases if (parts := unusable(phrase))]
    lost = sorted(heard_before - (adapted.model.words() or frozenset()))
    if as_json:
        print_json(
            {
                "model": adapted.model.name,
                "folder": str(adapted.model.path),
                "new_words": adapted.new,
                "unpronounceable": adapted.unpronounceable,
                "unusable": dict(odd),
                "no_longer_heard": lost,
                "graph": adapted.graph,
            }
        )
    else:
        graph = adapted.graph
        print_table(("", ""), [
            ("model now in use", adapted.model.name), ("words", graph.words), ("of these new", adapted.new),
            ("states, arcs", f"{graph.states}, {graph.arcs}"), ("graph built in", f"{graph.seconds:.1f} s"),
            ("size", f"{adapted.model.size() / 1e6:.1f} MB"),
        ])  # fmt: skip
        for phrase, strange in odd:
            err.print(f"warning: «{phrase}»: left out what is no Russian word: {strange}", markup=False, soft_wrap=True)
        for word in adapted.unpronounceable:
            err.print(f"warning: «{word}» cannot be pronounced and was left out", markup=False, soft_wrap=True)
        if lost:
            named = ", ".join(f"«{word}»" for word in lost[:FIRST]) + (", …" if len(lost) > FIRST else "")
            message = f"warning: {len(lost)} words that {before.name} heard are not in it: {named}"
            err.print(f"{message} (give --register and all --words in one go)", markup=False, soft_wrap=True)
    if strict and (odd or adapted.unpronounceable):
        sys.exit(EXIT_PROBLEMS)


def _yes(value: object) -> str:
    return "yes" if value else "no"


def _choices(settings: Settings) -> tuple[str, ...]:
    """The wordings of all menu choices: what callers say instead of pressing the key."""
    from ivr.app import topics
    from ivr.plans import load_plan

    try:
        plan = load_plan(settings, topics())
    except ConfigError as error:
        err.print(
            f"the dialplans are broken ({len(error.problems)} problems): their choices are left out; see ivr check",
            style="yellow",
        )
        return ()
    menus = (node for node in plan.dialplan.nodes.values() if isinstance(node, Menu))
    return tuple(dict.fromkeys(said for menu in menus for choice in menu.choices.values() for said in choice.wordings))


def _lines(file: Path) -> list[str]:
    try:
        read = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file} cannot be read: {error}", "it must be text in UTF-8")
    return [line.strip() for line in read if line.strip() and not line.startswith("#")]
