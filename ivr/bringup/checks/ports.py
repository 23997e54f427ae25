"""Ports: is ours there, does somebody else have it?"""

from __future__ import annotations

import socket
from collections.abc import Iterator

from ivr.bringup.checks import Finding, Patient, error, ok, skipped, warning


def look(patient: Patient) -> Iterator[Finding]:
    """SIP, the engine's AGI and the range for sound."""
    ports, settings = patient.site.ports, patient.settings
    host = settings.asterisk.sip_host
    if not settings.asterisk.manage:
        yield skipped("SIP", "the system's Asterisk has its own")
    elif patient.runs:
        if ports.sip == settings.asterisk.sip_port or settings.asterisk.sip_port == 0:
            yield ok("SIP", f"{host}:{ports.sip}")
        else:
            seen = f"{host}:{ports.sip}, for {settings.asterisk.sip_port} is taken"
            yield warning("SIP", seen, "stop what has it (ss -lunp), or set [asterisk] sip_port")
    elif _free(host, ports.sip, socket.SOCK_DGRAM):
        yield ok("SIP", f"{host}:{ports.sip} is free")
    else:
        yield warning("SIP", f"{host}:{ports.sip} is taken", "another port is used; or stop what has it (ss -lunp)")
    try:
        socket.create_connection((settings.agi.host, ports.agi), timeout=2).close()
        yield ok("engine (AGI)", f"{settings.agi.host}:{ports.agi} answers")
    except OSError:
        seen = f"nobody answers on {settings.agi.host}:{ports.agi}: callers hear the apology"
        yield error("engine (AGI)", seen, "ivr run" if settings.asterisk.manage else "ivr serve")
    if host not in {"127.0.0.1", "::1", "localhost"}:
        yield warning(
            "reachable from outside",
            f"SIP on {host}",
            f"let only your carrier and telephones through: UDP {ports.sip} and {ports.rtp_first}-{ports.rtp_last}",
        )


def _free(host: str, port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
