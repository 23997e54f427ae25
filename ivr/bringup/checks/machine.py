"""The machine: Python, disk, memory of open files, clock and time zone."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ivr.bringup.checks import Finding, Patient, error, ok, skipped, warning

NEEDED_MB, COMFORTABLE_MB = 200, 1000
COMFORTABLE_FILES = 4096
"""Six descriptors a call: enough for six hundred calls at once."""
BUILT_AFTER = datetime(2025, 1, 1, tzinfo=UTC)
"""A clock before this has never been set."""


def look(patient: Patient) -> Iterator[Finding]:
    """What the software stands on."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield ok("Python", version)
    yield _disk(patient.settings.var)
    yield _writable(patient.settings.var)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard >= COMFORTABLE_FILES:
        yield ok("open files", "unlimited" if hard == resource.RLIM_INFINITY else str(hard))
    else:
        yield warning(
            "open files", f"{hard}: enough for {hard // 8} calls", f"ulimit -Hn {COMFORTABLE_FILES}, or LimitNOFILE="
        )
    yield from _clock(patient)


def _disk(var: Path) -> Finding:
    place = next(folder for folder in (var, *var.parents) if folder.exists())
    free = shutil.disk_usage(place).free // 1_000_000
    if free < NEEDED_MB:
        return error("disk", f"{free} MB free in {place}", "make room: calls and tickets can soon not be stored")
    if free < COMFORTABLE_MB:
        return warning("disk", f"{free} MB free in {place}", f"setting up needs about {COMFORTABLE_MB} MB")
    return ok("disk", f"{free // 1000} GB free")


def _writable(var: Path) -> Finding:
    place = next(folder for folder in (var, *var.parents) if folder.exists())
    if os.access(place, os.W_OK | os.X_OK):
        return ok("state folder", str(var))
    return error(
        "state folder", f"{place} cannot be written to", f"chown it to the user that runs ivr (uid {os.getuid()})"
    )


def _clock(patient: Patient) -> Iterator[Finding]:
    now = datetime.now(UTC)
    local = now.astimezone(patient.settings.tz)
    seen = f"{local:%d.%m.%Y %H:%M} in {patient.settings.line.timezone}"
    if now < BUILT_AFTER:
        yield error("clock", seen, "set it: restoration times would be wrong (timedatectl set-time)")
        return
    yield ok("clock", seen)
    try:
        done = subprocess.run(
            ["timedatectl", "show", "-p", "NTPSynchronized", "--value"],
            capture_output=True, text=True, check=False, timeout=5,
        )  # fmt: skip
        answer = done.stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        answer = ""
    if answer == "yes":
        yield ok("clock is kept right", "synchronised")
    elif answer == "no":
        yield warning("clock is kept right", "not synchronised with a time server", "timedatectl set-ntp true")
    else:
        yield skipped("clock is kept right", "this machine does not tell")
