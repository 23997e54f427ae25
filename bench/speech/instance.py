"""An instance that hears, in a temporary folder, without an Asterisk: the load client stands in for it."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bench.instance import CHECKOUT, link
from bench.places import SOURCE
from ivr.app import build_sounds, clock_of, make_speech, open_house, place_names
from ivr.bringup.addresses import Ports, choose_ports
from ivr.instance import lay_out
from ivr.plans import Plans
from ivr.settings import Settings, load_settings
from outage_feed.generate import generate
from outage_feed.model import Address, ServicePoint, Settlement, Street
from outage_feed.record import read_record
from outage_feed.register import read_point
from outage_feed.store import GridStore

DIALPLAN = "bench_talk"
TALK_NUMBER = "88002200222"
KURSK = Settlement("Курск", "г", "", "46")
DARK = ServicePoint("bench-dark", Address(KURSK, Street("Ленина", "ул"), "5"), "4600090001", (), "Курскэнерго", "")
LIT = ServicePoint("bench-lit", Address(KURSK, Street("Ленинградская", "ул"), "5"), "4600090002", (), "Курскэнерго", "")


@dataclass(frozen=True, slots=True)
class TalkingInstance:
    """Ready to be started."""

    settings: Settings
    ports: Ports

    @property
    def environ(self) -> dict[str, str]:
        """What differs from ivr.toml: its ports, and that nobody is turned away for being one too many."""
        return {
            "IVR_HOME": str(self.settings.home), "IVR_AGI__PORT": str(self.ports.agi),
            "IVR_AMI__PORT": str(self.ports.ami), "IVR_LINE__EXAMPLE": "false", "IVR_HEARING__ON": "true",
            "IVR_HEARING__CALLS": "1000", "IVR_LINE__DRAIN_SECONDS": "0",
        }  # fmt: skip


def make_talking_instance(folder: Path, *, points: int) -> TalkingInstance:
    """Lay an instance out in ``folder``, its register filled up to about ``points`` made-up ones.

    Raises IvrError when something of it cannot be had.
    """
    lay_out(folder)
    shutil.copyfile(Path(__file__).with_name("talk.yaml"), folder / "dialplans" / f"{DIALPLAN}.yaml")
    numbers = folder / "dialplans" / "numbers.yaml"
    numbers.write_text(
        numbers.read_text(encoding="utf-8") + f'\n  "{TALK_NUMBER}": {{entry: {DIALPLAN}}}\n', encoding="utf-8"
    )
    var = folder / "var"
    var.mkdir()
    for name in ("trees", "models"):
        if (CHECKOUT / "var" / name).is_dir():
            (var / name).symlink_to(CHECKOUT / "var" / name)
    if (CHECKOUT / "var" / "prompts").is_dir():
        shutil.copytree(CHECKOUT / "var" / "prompts", var / "prompts", copy_function=link)
    ports = choose_ports(Ports(sip=0, ami=0, agi=0, rtp_first=24_000, rtp_count=4_000))
    instance = TalkingInstance(load_settings(folder, {}), ports)
    settings = load_settings(folder, instance.environ)
    secret = settings.ami_secret_file
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text("nobody listens there", encoding="ascii")
    secret.chmod(0o600)
    asyncio.run(_fill(settings, points))
    return TalkingInstance(settings, ports)


async def _fill(settings: Settings, points: int) -> None:
    with open_house(settings) as house:
        lay_out_talked_of(house.grid, clock_of(settings)())
        plan = Plans.open(settings, house.topics).current
        build_sounds(settings, plan, lambda done, of: None)
        speech = make_speech(settings)
        await speech.start()
        try:
            await speech.prerender(place_names(house, plan))
        finally:
            await speech.close()
        # Their names are never said: they only make the register as large as real ones begin to be.
        made_up = (read_point(row)[0] for row in generate(points))
        house.grid.save_points(point for point in made_up if point.address.settlement.name != KURSK.name)


def lay_out_talked_of(grid: GridStore, now: datetime) -> None:
    """The two addresses that callers name, and the outage at the first of them. Raises StoreError."""
    grid.save_points((DARK, LIT))
    record = {
        "id": "bench-talk", "kind": "emergency", "region": "46", "start": (now - timedelta(hours=1)).isoformat(),
        "planned_end": (now + timedelta(hours=9)).replace(minute=0, second=0, microsecond=0).isoformat(),
        "places": [{"settlement": {"name": "г. Курск"}, "streets": [{"name": "ул. Ленина", "houses": ["5"]}]}],
    }  # fmt: skip
    grid.save(read_record(record, source=SOURCE, received_at=now), now)
