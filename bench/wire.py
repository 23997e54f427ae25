"""The engine without Asterisk: calls over the AGI port that answer every command at once. How many a second?

This is the engine's own ceiling, and its price per call when it is never cold: between two keys of a real call the
processor forgets what the engine needs, and remembering is most of what a call costs then.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from bench.cpu import Cpu, cpu_of
from bench.instance import MENU_NUMBER, Instance

AT_ONCE = 20
OFFER = 4
"""The fourth sound is the offer after the sentence: there the callers hang up."""
MENU = 2
"""At the second they press 1."""


@dataclass(frozen=True, slots=True)
class WireResult:
    """``calls`` calls, ``at_once`` of them at any time."""

    calls: int
    at_once: int
    seconds: float
    engine: Cpu
    """Per call."""

    @property
    def per_second(self) -> float:
        """Calls a second."""
        return self.calls / self.seconds


def run_wire(instance: Instance, engine: int, *, calls: int) -> WireResult:
    """Hold ``calls`` calls as fast as the engine can. Raises ``OSError`` when it is not there."""
    asyncio.run(_hold_all(instance, 200))  # warm
    before, began = cpu_of(engine), time.monotonic()
    asyncio.run(_hold_all(instance, calls))
    seconds = time.monotonic() - began
    return WireResult(calls, AT_ONCE, seconds, (cpu_of(engine) - before) / calls)


async def _hold_all(instance: Instance, calls: int) -> None:
    numbers = iter(range(calls))

    async def one_after_the_other() -> None:
        for number in numbers:
            await _hold(instance, number)

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))


async def _hold(instance: Instance, number: int) -> None:
    reader, writer = await asyncio.open_connection(instance.settings.agi.host, instance.ports.agi)
    try:
        writer.write(_request(instance.callers[number % len(instance.callers)].digits, number))
        sounds = 0
        while line := await reader.readline():
            if line.startswith(b"STREAM"):
                sounds += 1
                if sounds == OFFER:
                    return
                key = ord("1") if sounds == MENU else 0
                writer.write(b"200 result=%d endpos=8000\n" % key)
            else:
                writer.write(b"200 result=1\n" if line.startswith(b"SET") else b"200 result=0\n")
    finally:
        writer.close()


def _request(caller: str, number: int) -> bytes:
    """What Asterisk 22.10 sends, header for header."""
    headers = {
        "network": "yes", "network_script": "hotline", "request": "agi://127.0.0.1/hotline",
        "channel": f"PJSIP/caller-{number:08x}", "language": "ru", "type": "PJSIP", "uniqueid": f"1795572995.{number}",
        "version": "22.10.1", "callerid": caller, "calleridname": "unknown", "callingpres": "0", "callingani2": "0",
        "callington": "0", "callingtns": "0", "dnid": MENU_NUMBER, "rdnis": "unknown", "context": "ivr-robot",
        "extension": "robot", "priority": "3", "enhanced": "0.0", "accountcode": "", "threadid": "139863",
        "arg_1": "", "arg_2": MENU_NUMBER, "arg_3": "", "arg_4": "allowed_not_screened", "arg_5": "",
    }  # fmt: skip
    return "".join(f"agi_{name}: {value}\n" for name, value in headers.items()).encode() + b"\n"
