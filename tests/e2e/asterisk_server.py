"""A real Asterisk with the shipped configuration, on free ports, for the tests."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from ivr.bringup.addresses import Ports, choose_ports
from ivr.bringup.packages import ensure
from ivr.bringup.progress import Silent
from ivr.bringup.server import AsteriskServer
from ivr.bringup.site import Site
from ivr.bringup.tree import Tree

CHECKOUT = Path(__file__).resolve().parents[2]
CONF = CHECKOUT / "asterisk-conf"


def program_tree(name: str) -> Tree:
    """A set of programs from the checkout's own var/ (`ivr setup --tests` brings them; else they are brought now)."""
    return ensure(name, CHECKOUT / "var", show=Silent())


def site_for_tests(
    folder: Path, sounds: Path, *, agi_port: int = 0, overlay: Mapping[str, str] | None = None, wait: int = 60
) -> Site:
    """A site on free ports. ``agi_port``: where the engine will be found (0: nobody is there yet, a free port).

    ``overlay`` adds configuration files; ``wait`` is how long a caller waits in a queue when the engine says nothing.
    """
    ports = choose_ports(Ports(sip=0, ami=0, agi=agi_port, rtp_first=10_000, rtp_count=8_000))
    if agi_port:
        ports = dataclasses.replace(ports, agi=agi_port)
    texts = dict(overlay or {})
    if wait != 60:
        shipped = (CONF / "ivr/extensions.conf").read_text(encoding="utf-8")
        texts.setdefault("ivr/extensions.conf", shipped.replace("IVR_DEFAULT_WAIT = 60", f"IVR_DEFAULT_WAIT = {wait}"))
    return Site(folder / "var", CONF, sounds, ports, overlay=texts)


def start_asterisk(site: Site) -> AsteriskServer:
    """Started and ready; it dies with the test process, whatever happens to that."""
    server = AsteriskServer(site, program_tree("asterisk"), dies_with_us=True)
    server.start()
    return server
