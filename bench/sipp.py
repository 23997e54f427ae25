"""SIPp as a crowd of callers: everybody does the same, each with a number and an ear of their own."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from ivr.bringup.tree import Tree

RING_S = 10.0
_ANSWERED = re.compile(r"^answered call=(\d+) at=\S+\s+\S+\s+([0-9.]+)", re.MULTILINE)

_HEADERS = """Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]t[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>$to
Call-ID: [call_id]
CSeq: [cseq] $method
Contact: <sip:[field0]@[local_ip]:[local_port]>
Max-Forwards: 70"""

_SCENARIO = Template("""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="caller">
  <send retrans="500"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
$invite_headers
Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio [field1] RTP/AVP 8
a=rtpmap:8 PCMA/8000
]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" timeout="$ring_ms">
    <action><log message="answered call=[call_number] at=[timestamp]"/></action>
  </recv>
  <send><![CDATA[
ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
$ack_headers
Content-Length: 0

]]></send>
$steps
  <send retrans="500"><![CDATA[
BYE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
$bye_headers
Content-Length: 0

]]></send>
  <recv response="200"/>
</scenario>
""")

_KEY = Template("""  <send retrans="500"><![CDATA[
INFO sip:[service]@[remote_ip]:[remote_port] SIP/2.0
$info_headers
Content-Type: application/dtmf-relay
Content-Length: [len]

Signal=$key
Duration=100
]]></send>
  <recv response="200"/>
""")


@dataclass(frozen=True, slots=True)
class Course:
    """What every caller does once answered: waits and keys in turn, then hangs up. Seconds, or a key."""

    steps: tuple[float | str, ...]

    @property
    def seconds(self) -> float:
        """From the answer to the hang-up."""
        return sum(step for step in self.steps if isinstance(step, float))


@dataclass(frozen=True, slots=True)
class Crowd:
    """What came of a crowd of calls."""

    calls: int
    failed: int
    """Calls that did not go as the scenario says: not answered, hung up by the other side, a refused key."""
    answered_at: dict[int, float]
    """Call (from 0) → seconds since 1970."""
    seconds: float
    """How long the whole crowd took."""


def call_up(
    tree: Tree,
    folder: Path,
    *,
    server: tuple[str, int],
    number: str,
    course: Course,
    callers: Sequence[tuple[str, int]],
    rate: float,
) -> Crowd:
    """Let ``callers`` (number, port of their ear) call ``number``, ``rate`` a second, and wait until all are done.

    Raises ``TimeoutError`` when SIPp does not come to an end, ``RuntimeError`` when it cannot run at all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scenario, people = folder / "caller.xml", folder / "callers.csv"
    scenario.write_text(_scenario(course), encoding="utf-8")
    people.write_text("SEQUENTIAL\n" + "".join(f"{who};{port}\n" for who, port in callers), encoding="utf-8")
    command = tree.command(
        "sipp", f"{server[0]}:{server[1]}", "-sf", scenario, "-inf", people, "-s", number, "-i", server[0],
        "-m", str(len(callers)), "-r", f"{rate:g}", "-l", str(len(callers)), "-nostdin", "-trace_logs", "-log_file",
        folder / "answers.log", "-trace_err", "-error_file", folder / "errors.log", "-trace_stat", "-stf",
        folder / "stat.csv", "-fd", "1", "-cid_str", "%u-%p@bench",
    )  # fmt: skip
    limit = len(callers) / rate + course.seconds + RING_S + 30
    began = time.monotonic()
    try:
        done = subprocess.run(
            command, env=tree.env(), cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="replace", timeout=limit, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"SIPp did not end within {limit:.0f} s") from error
    seconds = time.monotonic() - began
    if done.returncode not in (0, 1):
        raise RuntimeError(f"SIPp ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    stat = _last_row(folder / "stat.csv")
    log = (folder / "answers.log").read_text(encoding="utf-8", errors="replace")
    answered = {int(call) - 1: float(at) for call, at in _ANSWERED.findall(log)}
    return Crowd(len(callers), len(callers) - int(stat["SuccessfulCall(C)"]), answered, seconds)


def _last_row(file: Path) -> dict[str, str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(zip(lines[0].split(";"), lines[-1].split(";"), strict=False))


def _scenario(course: Course) -> str:
    steps = [
        f'  <pause milliseconds="{round(step * 1000)}"/>\n'
        if isinstance(step, float)
        else _KEY.substitute(key=step, info_headers=_headers("INFO"))
        for step in course.steps
    ]
    return _SCENARIO.substitute(
        invite_headers=_headers("INVITE", to=""),
        ack_headers=_headers("ACK"),
        bye_headers=_headers("BYE"),
        ring_ms=round(RING_S * 1000),
        steps="".join(steps),
    )


def _headers(method: str, to: str = "[peer_tag_param]") -> str:
    return Template(_HEADERS).substitute(method=method, to=to)
