"""SIPp: many calls at once, each with its own caller's number, headers and keys (sent as SIP INFO)."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.bringup.softphone import free_port
from ivr.bringup.tree import Tree

_HEAD = """\
<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="caller">
  <send retrans="500"><![CDATA[
INVITE sip:[field1]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]SIPpTag00[call_number]
To: <sip:[field1]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:[field0]@[local_ip]:[local_port]>
{headers}Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=caller 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [field2] RTP/AVP 8
a=rtpmap:8 PCMA/8000
a=ptime:20
]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" rtd="true"/>
  <send><![CDATA[
ACK sip:[field1]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]SIPpTag00[call_number]
To: <sip:[field1]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
"""

_IN_DIALOG = """\
{method} sip:[field1]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]SIPpTag00[call_number]
To: <sip:[field1]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: [cseq] {method}
Max-Forwards: 70
{rest}
"""

_WAIT_FOR_BYE = """\
  <recv request="BYE" timeout="{milliseconds}"/>
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
</scenario>
"""


@dataclass(frozen=True, slots=True)
class Key:
    """Press ``key`` after ``pause`` seconds."""

    key: str
    pause: float = 1.0


def scenario(
    keys: Sequence[Key] = (),
    *,
    hang_up_after: float | None = None,
    diversion: str = "",
    hides: str = "",
    limit: float = 60,
) -> str:
    """A call as SIPp's XML: dial, press ``keys``, then hang up after a while or wait (``limit`` s) to be hung up on.

    ``diversion`` is the number that the call was redirected from; ``hides`` the caller's own, for the carrier only.
    """
    headers = f"Diversion: <sip:{diversion}@127.0.0.1>;reason=unconditional\n" if diversion else ""
    headers += f"P-Asserted-Identity: <sip:{hides}@127.0.0.1>\nPrivacy: id\n" if hides else ""
    parts = [_HEAD.format(headers=headers)]
    for key in keys:
        body = f"Content-Type: application/dtmf-relay\nContent-Length: [len]\n\nSignal={key.key}\nDuration=160"
        parts.append(f'  <pause milliseconds="{round(key.pause * 1000)}"/>\n')
        parts.append(f'  <send retrans="500"><![CDATA[\n{_IN_DIALOG.format(method="INFO", rest=body)}]]></send>\n')
        parts.append('  <recv response="200"/>\n')
    if hang_up_after is None:
        parts.append(_WAIT_FOR_BYE.format(milliseconds=round(limit * 1000)))
    else:
        parts.append(f'  <pause milliseconds="{round(hang_up_after * 1000)}"/>\n')
        bye = _IN_DIALOG.format(method="BYE", rest="Content-Length: 0\n")
        parts.append(f'  <send retrans="500"><![CDATA[\n{bye}]]></send>\n  <recv response="200"/>\n</scenario>\n')
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What became of the calls."""

    successful: int
    failed: int
    errors: str
    statistics: dict[str, str]
    """SIPp's last line of statistics, by column."""


@dataclass
class Load:
    """One SIPp run: a call for each of ``callers`` = (caller's number, dialled number, RTP port to send sound to)."""

    tree: Tree
    folder: Path
    sip_port: int
    script: str
    callers: Sequence[tuple[str, str, int]]
    rate: float = 10.0
    """New calls a second."""
    at_once: int = 400

    def start(self) -> subprocess.Popen[bytes]:
        """Begin; see ``finish``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "scenario.xml").write_text(self.script, encoding="utf-8")
        rows = "".join(f"{caller};{dialled};{port}\n" for caller, dialled, port in self.callers)
        (self.folder / "callers.csv").write_text("SEQUENTIAL\n" + rows, encoding="utf-8")
        self._process = subprocess.Popen(
            self.tree.command(
                "sipp", f"127.0.0.1:{self.sip_port}", "-sf", self.folder / "scenario.xml",
                "-inf", self.folder / "callers.csv", "-m", str(len(self.callers)), "-r", f"{self.rate:g}",
                "-l", str(self.at_once), "-i", "127.0.0.1", "-p", str(free_port()), "-nostdin",
                "-trace_stat", "-stf", self.folder / "stat.csv", "-fd", "1",
                "-trace_err", "-error_file", self.folder / "errors.log",
            ),
            env=self.tree.env() | {"TERM": "dumb"}, cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        return self._process

    def finish(self, limit: float) -> LoadResult:
        """Wait until all calls are over and count them."""
        try:
            self._process.wait(limit)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError(f"SIPp was not done within {limit:g} s") from None
        with (self.folder / "stat.csv").open(encoding="utf-8", errors="replace") as file:
            last = list(csv.DictReader(file, delimiter=";"))[-1]
        errors = self.folder / "errors.log"
        return LoadResult(
            int(last["SuccessfulCall(C)"]),
            int(last["FailedCall(C)"]),
            errors.read_text(encoding="utf-8", errors="replace") if errors.exists() else "",
            last,
        )

    def run(self, limit: float = 60) -> LoadResult:
        """Start and finish."""
        self.start()
        return self.finish(limit)
