"""Asterisk itself: version, whether it runs, modules, contexts, queues, codecs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ivr.bringup.checks import Finding, Patient, error, ok, skipped, warning
from ivr.bringup.system import OLDEST_ASTERISK, asterisk_version

CONTEXTS = ("ivr-call", "ivr-draft", "ivr-outbound", "ivr-robot", "ivr-queue", "ivr-answered", "ivr-rescue")
NEEDED_MODULES = (
    "res_agi", "app_audiosocket", "app_queue", "app_playback", "app_stack", "app_userevent", "chan_pjsip",
    "func_callerid", "func_channel", "func_logic", "func_strings", "func_timeout", "res_musiconhold", "pbx_config",
)  # fmt: skip
CODECS = ("codec_alaw", "codec_ulaw", "format_pcm", "format_wav")


def look(patient: Patient) -> Iterator[Finding]:
    """Everything about Asterisk that the hotline relies on."""
    ours = patient.settings.asterisk.manage
    if patient.tree is None:
        yield error("Asterisk", "not on this machine", "ivr setup")
        return
    version = asterisk_version(patient.tree)
    seen = ".".join(str(part) for part in version)
    if not version:
        yield error("Asterisk", "does not start", "ivr setup" if ours else f"install Asterisk {OLDEST_ASTERISK}")
        return
    if version[0] < OLDEST_ASTERISK:
        mend = "set [asterisk] manage = true, or upgrade: older branches fail calls with speech"
        yield error("version", seen, mend)
    else:
        yield ok("version", seen)
    if not patient.runs:
        yield error(
            "running", "no answer", "ivr run" if ours else "systemctl start asterisk; are you allowed to ask it?"
        )
        return
    yield ok("running", _uptime(patient))
    yield from _modules(patient)
    yield from _contexts(patient)
    yield from _queues(patient)


def _uptime(patient: Patient) -> str:
    found = re.search(r"System uptime: (.+)", patient.ask("core show uptime"))
    return f"for {found[1].strip()}" if found else ""


def _modules(patient: Patient) -> Iterator[Finding]:
    listed = patient.ask("module show")
    running = {line.split(".so")[0] for line in listed.splitlines() if ".so" in line and " Not Running" not in line}
    for what, wanted, harm in (
        ("modules", NEEDED_MODULES, "calls fail"),
        ("codecs", CODECS, "callers hear nothing"),
    ):
        missing = sorted(set(wanted) - running)
        if missing:
            yield error(what, f"not loaded: {', '.join(missing)} ({harm})", "load them in modules.conf, then restart")
        else:
            yield ok(what, f"{len(wanted)} loaded")
    timing = [name for name in running if name.startswith("res_timing_")]
    if timing:
        yield ok("timing", ", ".join(sorted(timing)))
    else:
        yield error("timing", "no res_timing module: sound stutters", "load res_timing_timerfd in modules.conf")


def _contexts(patient: Patient) -> Iterator[Finding]:
    missing = [name for name in CONTEXTS if "created by" not in patient.ask(f"dialplan show {name}")]
    if missing:
        mend = "ivr asterisk reload" if patient.settings.asterisk.manage else "ivr asterisk install --to /etc/asterisk"
        yield error("contexts", f"missing: {', '.join(missing)}", mend)
        return
    yield ok("contexts", f"{len(CONTEXTS)} there")
    found = re.search(r"agi://(\S+?):(\d+)", patient.ask("dialplan show globals") or "")
    port = found[2] if found else str(patient.site.ports.agi)
    if patient.settings.asterisk.manage or int(port) == patient.settings.agi.port:
        yield ok("engine's address", f"port {port}")
    else:
        yield error(
            "engine's address", f"the dialplan says {port}, ivr.toml {patient.settings.agi.port}", "install again"
        )


def _queues(patient: Patient) -> Iterator[Finding]:
    told = patient.ask("queue show")
    wanted = {*patient.queues, patient.settings.line.fallback_queue}
    missing = sorted(name for name in wanted if not re.search(rf"^{re.escape(name)} has ", told, re.MULTILINE))
    if missing:
        where = "asterisk-conf/ivr/queues.conf" if patient.settings.asterisk.manage else "Asterisk (FreePBX: Queues)"
        mend = f"add them to {where}, or name others in dialplans/ and [line] fallback_queue"
        yield error("queues", f"unknown to Asterisk: {', '.join(missing)}", mend)
        return
    yield ok("queues", ", ".join(sorted(wanted)))
    members = re.findall(r"\((Not in use|In use|Busy|Ringing|On Hold|Unavailable|Invalid|Unknown)\)", told)
    reachable = [state for state in members if state not in {"Unavailable", "Invalid"}]
    if not members:
        yield skipped("operators", "the queues have no members")
    elif reachable:
        yield ok("operators", f"{len(reachable)} of {len(members)} places reachable")
    else:
        yield warning("operators", "no telephone is registered", "callers who want a person come back unanswered")
