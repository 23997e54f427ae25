"""The manager interface (AMI): can the engine log in, may it do what it must and nothing more?"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from io import BufferedRWPair
from typing import Any

from ivr.bringup.checks import Finding, Patient, error, ok, skipped, warning

NEEDED = ("Originate", "QueueStatus", "Hangup")
TOO_MUCH = ("Command", "UpdateConfig", "ModuleLoad", "DBPut")
"""Each would let a stolen password change Asterisk or the machine."""
_LIMIT = 5.0


def look(patient: Patient) -> Iterator[Finding]:
    """Log in as the engine does, ask what is allowed, leave."""
    site = patient.site
    try:
        mode = site.ami_secret_file.stat().st_mode & 0o777
        secret = site.ami_secret_file.read_text(encoding="ascii").strip()
    except OSError as failure:
        yield error("password", f"{site.ami_secret_file}: {failure.strerror}", "ivr run makes it")
        return
    if mode & 0o077:
        yield error("password", f"readable by others (mode {mode:o})", f"chmod 600 {site.ami_secret_file}")
    else:
        yield ok("password", "only its owner can read it")
    if not patient.runs:
        yield skipped("login", "Asterisk does not run")
        return
    host = patient.settings.ami.host
    try:
        with socket.create_connection((host, site.ports.ami), timeout=_LIMIT) as stream:
            yield from _rights(stream, site.ami_user, secret)
    except OSError as failure:
        yield error(
            "login", f"{host}:{site.ports.ami}: {failure}", "is manager.conf enabled, and [ami] port in ivr.toml right?"
        )


def _rights(stream: socket.socket, user: str, secret: str) -> Iterator[Finding]:
    with stream.makefile("rwb") as line, contextlib.suppress(BrokenPipeError):
        line.readline(200)  # Asterisk Call Manager/…
        answer = _ask(line, "Login", Username=user, Secret=secret, Events="off")
        if answer.get("Response") != "Success":
            mend = "is the account in manager.conf ours? ivr asterisk install"
            yield error("login", f"refused as {user}: {answer.get('Message', 'no reason')}", mend)
            return
        yield ok("login", f"as {user}")
        allowed = _ask(line, "ListCommands")
        missing = [name for name in NEEDED if name not in allowed]
        if missing:
            yield error(
                "rights", f"not allowed: {', '.join(missing)}", "write = call,originate,reporting in manager.conf"
            )
        else:
            yield ok("rights", "what the engine needs")
        excess = [name for name in TOO_MUCH if name in allowed]
        if excess:
            yield warning(
                "least rights", f"allowed too: {', '.join(excess)}", "write = call,originate,reporting suffices"
            )
        else:
            yield ok("least rights", "no commands, no configuration")
        _ask(line, "Logoff")


def _ask(line: BufferedRWPair[Any, Any], action: str, **headers: str) -> dict[str, str]:
    words = [f"Action: {action}", *(f"{name}: {value}" for name, value in headers.items())]
    line.write(("\r\n".join(words) + "\r\n\r\n").encode())
    line.flush()
    answer: dict[str, str] = {}
    while text := line.readline(4096).decode(errors="replace").strip():
        name, _, value = text.partition(": ")
        answer[name] = value
    return answer
