"""The systemd unit of an instance."""

from __future__ import annotations

import grp
import pwd
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
User={user}
Group={group}
WorkingDirectory={home}
Environment=IVR_HOME={home}
ExecStart={python} -m ivr run
ExecReload={python} -m ivr reload
# Live calls get time to end (ivr.toml: [line] drain_seconds); then Asterisk takes them over.
KillSignal=SIGTERM
TimeoutStopSec=60
Restart=always
RestartSec=2
# What is made is readable for the group (an Asterisk that is not ours plays the sounds), never for others.
UMask=0027
NoNewPrivileges=yes
ProtectSystem=full
ReadWritePaths={home}
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
"""


ASTERISK_GROUP = "asterisk"
"""The group of Debian's and FreePBX's Asterisk."""


def unit_text(home: Path, user: str, group: str, python: str | None = None) -> str:
    """The unit for the instance in ``home``, run as ``user`` by ``python`` (this interpreter by default)."""
    return TEMPLATE.format(home=home, user=user, group=group, python=python or sys.executable)


def owner_of(folder: Path) -> str:
    """The name of the user that ``folder`` belongs to (the number, where it has no name). Raises ``OSError``."""
    uid = folder.stat().st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def group_for(user: str, *, manage: bool) -> str:
    """The group to run as: Asterisk's own where it is not ours and must read our sounds, else the user's.

    Raises ``LookupError`` when there is no such user.
    """
    if not manage:
        try:
            return grp.getgrnam(ASTERISK_GROUP).gr_name
        except KeyError:
            pass  # Asterisk is not on this machine yet, or runs as somebody we cannot know
    try:
        found = pwd.getpwuid(int(user)) if user.isdecimal() else pwd.getpwnam(user)
    except KeyError:
        if user.isdecimal():
            return user
        raise LookupError(f"no such user: {user!r}") from None
    try:
        return grp.getgrgid(found.pw_gid).gr_name
    except KeyError:
        return str(found.pw_gid)
