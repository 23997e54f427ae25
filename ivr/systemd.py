"""The systemd unit of an instance."""

from __future__ import annotations

import sys
from pathlib import Path

TEMPLATE = """\
# The hotline as a service. Made by `ivr init`; copy it to /etc/systemd/system/ivr.service
[Unit]
Description=Hotline IVR engine in {home}
Documentation=file:{home}/dialplans/README.md
After=network-online.target asterisk.service
Wants=network-online.target

[Service]
Type=exec
WorkingDirectory={home}
Environment=IVR_HOME={home}
ExecStart={python} -m ivr run
ExecReload={python} -m ivr reload
# Live calls get time to end (ivr.toml: [line] drain_seconds); then Asterisk takes them over.
KillSignal=SIGTERM
TimeoutStopSec=60
Restart=always
RestartSec=2
UMask=0027
NoNewPrivileges=yes
ProtectSystem=full
ReadWritePaths={home}
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
"""


def unit_text(home: Path, python: str | None = None) -> str:
    """The unit for the instance in ``home``, run by ``python`` (this interpreter by default)."""
    return TEMPLATE.format(home=home, python=python or sys.executable)
