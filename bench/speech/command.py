"""``python -m bench speech``: see ../README.md."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass

import click
from rich.console import Console

from bench.cpu import memory_of
from bench.report import WIDTH, machine
from bench.speech.instance import TalkingInstance, make_talking_instance
from bench.speech.load import CORES, NOBODY_SPEAKS, Talked, converse, hearing_engine
from bench.speech.mistakes import measure_mistakes
from bench.speech.report import SpeechReport, held
from bench.workshop import workshop

PARTS = ("talk", "mistakes")
POINTS = 20_000
"""Service points in the register: addresses are told apart among so many."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How long all of it is measured. Seconds."""

    alone: float
    together: float
    """For each number of conversations at once."""
    silent: float
    noise: float
    clips: int
    steps: tuple[int, ...]
    """So many conversations at once, one after the other, until an answer takes too long."""


SHORT = Sizes(alone=35, together=22, silent=10, noise=30, clips=10, steps=(16, 32, 48, 64))
FULL = Sizes(alone=300, together=120, silent=60, noise=1200, clips=60, steps=(8, 16, 24, 32, 40, 48, 56, 64, 80, 96))
AT_LEAST = 16
"""So many at once are measured whatever comes of it."""
RAMP_S = 8.0
SILENT_CALLS = 16


@click.command("speech")
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object on standard output; the tables go to standard error."
)
@click.option("--full", is_flag=True, help="The long sizes: more than an hour.")
@click.option("--only", multiple=True, type=click.Choice(PARTS), help="Only this part; may be given several times.")
@click.option("--at-once", multiple=True, type=int, help="So many conversations at once instead of the usual steps.")
@click.option("--seconds", type=float, help="How long each number of conversations is measured.")
@click.option("--points", default=POINTS, show_default=True, help="Made-up service points in the register.")
@click.option("--keep", is_flag=True, help="Leave the instance (logs, database) where it is and say where.")
def speech(
    as_json: bool,
    full: bool,
    only: tuple[str, ...],
    at_once: tuple[int, ...],
    seconds: float | None,
    points: int,
    keep: bool,
) -> None:
    """How fast the robot answers when it is spoken to, how many can talk to it at once, and what it hears wrongly.

    Callers with committed voices hold whole conversations over AGI and AudioSocket (no Asterisk: its share is measured
    by `menu`); then noise and dictated numbers are played to the engine's ear faster than real time. Three minutes.
    """
    sizes = FULL if full else SHORT
    if at_once or seconds:
        sizes = Sizes(
            seconds or sizes.alone, seconds or sizes.together, sizes.silent, sizes.noise, sizes.clips,
            tuple(sorted(at_once)) or sizes.steps,
        )  # fmt: skip
    with workshop(keep=keep) as (folder, say):
        say(f"making an instance with {points} made-up service points")
        instance = make_talking_instance(folder / "home", points=points)
        report = _run(instance, sizes, only or PARTS, say)
    report.print(Console(width=WIDTH, stderr=as_json))
    if as_json:
        click.echo(json.dumps(report.to_json(), indent=1, default=str))


def _run(instance: TalkingInstance, sizes: Sizes, parts: tuple[str, ...], say: Callable[[str], None]) -> SpeechReport:
    talked: list[Talked] = []
    silent, before = None, 0
    if "talk" in parts:
        with hearing_engine(instance) as engine:
            before = memory_of(engine)
            say("one conversation alone")
            talked.append(converse(instance, engine, at_once=1, ramp=1.0, seconds=sizes.alone))
            say(f"{SILENT_CALLS} calls in silence")
            silent = converse(
                instance, engine, at_once=SILENT_CALLS, ramp=2.0, seconds=sizes.silent, conversations=NOBODY_SPEAKS
            )
            for number in sizes.steps:
                say(f"{number} conversations at once")
                each = converse(instance, engine, at_once=number, ramp=RAMP_S, seconds=sizes.together)
                talked.append(each)
                if not held(each) and number >= AT_LEAST:
                    break
    barge_ins, cut_offs = (), ()
    if "mistakes" in parts:
        say("noise and dictated numbers")
        barge_ins, cut_offs = measure_mistakes(
            instance.settings, noise_seconds=sizes.noise, most_clips=sizes.clips, say=say
        )
    cores = min(CORES, len(os.sched_getaffinity(0)))
    model = instance.settings.hearing.model
    return SpeechReport(machine(), cores, model, tuple(talked), silent, before, barge_ins, cut_offs)
