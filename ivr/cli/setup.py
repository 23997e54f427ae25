"""``ivr setup``: everything that calls need, made ready; safe to repeat, a second time takes seconds."""

from __future__ import annotations

import asyncio

import click

from ivr.app import (
    House,
    build_sounds,
    check_settings,
    lay_or_remove_example,
    open_house,
    prerender_places,
    static_sounds,
)
from ivr.bringup.failure import BringupFailed
from ivr.bringup.packages import ensure
from ivr.bringup.progress import Progression
from ivr.bringup.speech import speech_environments
from ivr.cli.common import err, fail, fail_config, with_settings
from ivr.errors import ConfigError, IvrError
from ivr.plans import Plans
from ivr.settings import Settings
from outage_feed.errors import StoreError


@click.command("setup")
@click.option("--tests", is_flag=True, help="Also bring the SIP callers that the tests and the demo use.")
@with_settings
def command(settings: Settings, tests: bool) -> None:
    """Make everything ready to answer calls, without answering any.

    Brings Asterisk (if the system has none that suffices) and the voices under var/, makes the database, renders the
    prompts. Nothing outside the instance's folder is changed.
    """
    set_up(settings, tests=tests)


def set_up(settings: Settings, *, tests: bool = False) -> None:
    """Do all steps with progress shown; on failure say what to do and leave the process."""
    show = Progression(err)
    try:
        _steps(settings, show, tests=tests)
    except ConfigError as error:
        fail_config(error)
    except BringupFailed as error:
        fail(str(error), error.hint)
    except (IvrError, StoreError) as error:
        fail(str(error), "ivr doctor looks for the usual causes")


def _steps(settings: Settings, show: Progression, *, tests: bool) -> None:
    check_settings(settings)
    settings.var.mkdir(parents=True, exist_ok=True)
    if settings.asterisk.manage:
        ensure("asterisk", settings.var, show=show)
    speech_environments(settings.var, bring=True, show=show, engine=settings.voice.engine)
    if tests:
        ensure("testcallers", settings.var, show=show)
    with open_house(settings) as house:
        if lay_or_remove_example(house):
            err.print("The example addresses and outages are taken out: example = false in ivr.toml", style="dim")
        asyncio.run(_sounds(settings, house, show))


async def _sounds(settings: Settings, house: House, show: Progression) -> None:
    plan = Plans.open(settings, house.topics).current
    with show.step("Prompts rendered") as advance:
        await asyncio.to_thread(build_sounds, settings, plan, lambda done, of: advance(done / max(1, of)))
    with show.step("Names of places rendered") as advance:
        await prerender_places(settings, house, plan, advance)
    await static_sounds(settings, plan)
