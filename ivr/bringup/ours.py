"""The Asterisk of an instance, as its settings describe it."""

from __future__ import annotations

from pathlib import Path

from ivr.bringup.addresses import Ports, choose_ports
from ivr.bringup.packages import ensure
from ivr.bringup.server import AsteriskServer
from ivr.bringup.site import Site
from ivr.bringup.system import SYSTEM
from ivr.bringup.tree import Tree
from ivr.settings import Settings

SYSTEM_CONFIG = Path("/etc/asterisk/asterisk.conf")
"""Where an Asterisk that is not ours has its configuration."""


def wanted_ports(settings: Settings) -> Ports:
    """The ports as ivr.toml has them."""
    return Ports(sip=settings.asterisk.sip_port, ami=settings.ami.port, agi=settings.agi.port)


def site_of(settings: Settings, ports: Ports) -> Site:
    """What the instance's Asterisk is made from, on ``ports``."""
    return Site(
        var=settings.var,
        conf=settings.asterisk_conf,
        sounds=settings.static_sounds,
        ports=ports,
        sip_host=settings.asterisk.sip_host,
        agi_host=settings.agi.host,
        ami_user=settings.ami.user,
        hotline=settings.line.number,
    )


def tree_of(settings: Settings) -> Tree:
    """The programs of the instance's Asterisk; brought if need be when it is ours to manage."""
    return ensure("asterisk", settings.var) if settings.asterisk.manage else SYSTEM


def running_server(settings: Settings) -> AsteriskServer | None:
    """The instance's Asterisk if one that we started runs; on the ports it was started with."""
    server = AsteriskServer(site_of(settings, wanted_ports(settings)), tree_of(settings))
    if not server.find():
        return None
    ports = server.recorded_ports()
    if ports is not None:
        server.site = site_of(settings, ports)
    return server


def new_server(settings: Settings) -> AsteriskServer:
    """The instance's Asterisk, not started yet; one that an earlier start left over is ended.

    Raises BringupFailed if another process looks after it still.
    """
    if (left_over := running_server(settings)) is not None:
        left_over.stop_recorded()
    ports = choose_ports(wanted_ports(settings), settings.asterisk.sip_host)
    return AsteriskServer(site_of(settings, ports), tree_of(settings))


def config_file(settings: Settings) -> Path:
    """The asterisk.conf of the instance's Asterisk, for its command line."""
    return settings.var / "asterisk" / "etc" / "asterisk.conf" if settings.asterisk.manage else SYSTEM_CONFIG
