"""``ivr serve``: the engine alone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading

import click
import uvloop

from ivr.app import check_settings
from ivr.cli.common import EXIT_PROBLEMS, fail, fail_config, with_settings
from ivr.engine import serve
from ivr.engine_process import ALIVE, PULSE_S, READY
from ivr.errors import ConfigError, IvrError
from ivr.logs import configure_logs
from ivr.settings import Settings


@click.command("serve")
@click.option("--supervised", is_flag=True, hidden=True, help="Say when ready; stop when standard input closes.")
@click.option("--log-level", default="info", type=click.Choice(["debug", "info", "warning", "error"]))
@with_settings
def command(settings: Settings, supervised: bool, log_level: str) -> None:
    """Answer the calls that Asterisk brings us, and nothing else.

    For an Asterisk that is looked after elsewhere (`[asterisk] manage = false`). `ivr run` sets up, starts Asterisk
    and this. Ctrl-C or SIGTERM lets live calls end first; SIGHUP reloads dialplans and prompts.
    """
    try:
        check_settings(settings)
    except ConfigError as error:
        fail_config(error)
    settings.log_file.parent.mkdir(parents=True, exist_ok=True)
    file = settings.log_file if supervised else None
    configure_logs(json=supervised, level=log_level, file=file, tz=settings.tz, final=True)
    try:
        uvloop.run(_serve(settings, supervised))
    except ConfigError as error:
        fail_config(error)
    except IvrError as error:
        fail(str(error), "ivr doctor looks for the usual causes", EXIT_PROBLEMS)
    except OSError as error:
        fail(f"cannot serve: {error}", "is another engine running? ivr calls live")


async def _serve(settings: Settings, supervised: bool) -> None:
    stop = asyncio.Event()

    if not supervised:
        await serve(settings, stop=stop)
        return
    _stop_with_parent(stop)
    os.set_blocking(sys.stdout.fileno(), False)  # a supervisor that does not read must not hold us
    pulse: list[asyncio.Task[None]] = []

    def ready(port: int) -> None:
        _tell(f"{READY} {port}")
        pulse.append(asyncio.create_task(_pulse(), name="pulse"))

    try:
        await serve(settings, stop=stop, ready=ready)
    finally:
        for task in pulse:
            task.cancel()


async def _pulse() -> None:
    while True:
        await asyncio.sleep(PULSE_S)
        _tell(ALIVE)


def _tell(text: str) -> None:
    """A line for the supervisor (``ivr/engine_process.py``), lost if nobody reads."""
    with contextlib.suppress(BlockingIOError, BrokenPipeError):
        os.write(sys.stdout.fileno(), f"{text}\n".encode())


def _stop_with_parent(stop: asyncio.Event) -> None:
    """When whoever supervises us is gone, so is our standard input."""
    loop = asyncio.get_running_loop()

    def wait_for_end() -> None:
        while sys.stdin.read(4096):
            pass
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=wait_for_end, name="parent", daemon=True).start()
