"""An instance of its own for the measurement, in a temporary folder: nothing of the checkout's var/ is written to.

Programs and rendered prompts are taken from the checkout's var/ (``ivr setup --tests`` makes them): the programs where
they lie, the sound files by hard links.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.places import Caller, all_different, lay_out_places
from ivr.app import Clock, build_sounds, clock_of, make_speech, open_house, place_names, static_sounds
from ivr.bringup.addresses import Ports, choose_ports
from ivr.bringup.packages import ensure
from ivr.bringup.progress import Silent
from ivr.bringup.site import Site
from ivr.call.model import Prompt
from ivr.instance import lay_out
from ivr.plans import Plan, Plans
from ivr.settings import Settings, load_settings
from ivr.speaking import Speaker

CHECKOUT = Path(__file__).resolve().parent.parent
DIALPLAN = "bench"
MENU_NUMBER = "88002200221"
"""Dialled for the bench's own small dialplan; the hotline's number is for the real one."""
PROMPTS = ("greeting", "recording_notice", "menu_main", "menu_main_again", "outage_offer_sms", "goodbye")
"""Prompts without values that native dialplan plays as well."""
DEAF = {"IVR_HEARING__ON": "false"}
"""Native dialplan hears nobody: what is compared is a call by keys. What hearing costs is measured by `speech`."""


@dataclass(frozen=True, slots=True)
class Instance:
    """Ready to be started: settings, ports, who calls, and where the sounds lie that both sides play."""

    settings: Settings
    ports: Ports
    callers: tuple[Caller, ...]
    sounds: dict[Prompt, Path]

    def sound(self, prompt: Prompt | str) -> str:
        """A prompt's file as Asterisk names it: without its ending."""
        return str(self.sounds[Prompt(prompt) if isinstance(prompt, str) else prompt].with_suffix(""))


def make_instance(folder: Path) -> Instance:
    """Lay an instance out in ``folder``. Raises IvrError when something of it cannot be had."""
    lay_out(folder)
    shutil.copyfile(Path(__file__).with_name("menu.yaml"), folder / "dialplans" / f"{DIALPLAN}.yaml")
    numbers = folder / "dialplans" / "numbers.yaml"
    numbers.write_text(
        numbers.read_text(encoding="utf-8") + f'\n  "{MENU_NUMBER}": {{entry: {DIALPLAN}}}\n', encoding="utf-8"
    )
    var = folder / "var"
    var.mkdir()
    for name in ("asterisk", "testcallers"):
        ensure(name, CHECKOUT / "var", show=Silent())
    (var / "trees").symlink_to(CHECKOUT / "var" / "trees")
    if (CHECKOUT / "var" / "prompts").is_dir():
        shutil.copytree(CHECKOUT / "var" / "prompts", var / "prompts", copy_function=link)
    ports = choose_ports(Ports(sip=0, ami=0, agi=0, rtp_first=24_000, rtp_count=4_000))
    settings = load_settings(folder, environ(ports))
    callers, sounds = asyncio.run(_fill(settings, clock_of(settings)))
    return Instance(settings, ports, callers, sounds)


def environ(ports: Ports) -> dict[str, str]:
    """The settings that differ from ivr.toml, as the environment gives them."""
    return {"IVR_AGI__PORT": str(ports.agi), "IVR_AMI__PORT": str(ports.ami), "IVR_LINE__EXAMPLE": "false"} | DEAF


def site_of(instance: Instance, overlay: dict[str, str]) -> Site:
    """The Asterisk of this instance, with ``overlay`` in its configuration."""
    settings = instance.settings
    return Site(settings.var, settings.asterisk_conf, settings.static_sounds, instance.ports, overlay=overlay)


async def _fill(settings: Settings, clock: Clock) -> tuple[tuple[Caller, ...], dict[Prompt, Path]]:
    with open_house(settings) as house:
        callers = lay_out_places(house.grid, clock())
        if not all_different(callers):
            raise RuntimeError("two callers are owed the same sentence: nothing could be told apart")
        plan = Plans.open(settings, house.topics).current
        build_sounds(settings, plan, lambda done, of: None)
        await static_sounds(settings, plan)
        speech = make_speech(settings)
        await speech.start()
        try:
            await speech.prerender(place_names(house, plan))
            return callers, await _sounds(plan, Speaker(plan.book, speech, clock), callers)
        finally:
            await speech.close()


async def _sounds(plan: Plan, speaker: Speaker, callers: Sequence[Caller]) -> dict[Prompt, Path]:
    wanted: Iterable[Prompt] = [Prompt(name) for name in PROMPTS]
    wanted = [*wanted, *(c.sentence for c in callers), *(c.again for c in callers)]
    return {prompt: (await speaker.clip(prompt)).path for prompt in wanted}


def link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
