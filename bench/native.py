"""The measured calls in Asterisk's own dialplan: the same sound files, heard and interrupted in the same way."""

from __future__ import annotations

import re
from pathlib import Path

from bench.instance import Instance

MENU, HOTLINE, BARE = "7001", "7002", "7003"
"""What is dialled for the menu and for the hotline in native dialplan, and for the menu over the bare AGI server."""

_CONTEXTS = """
[{context}](+)
exten => {menu},1,Goto(bench-menu,s,1)
exten => {hotline},1,Goto(bench-hotline,s,1)
exten => {bare},1,Answer()
 same => n,AGI(agi://127.0.0.1:{bare_port}/menu)
 same => n,Hangup()

[globals](+)
{sentences}

; ivr/extensions.conf answers, sets its guard and asks the engine; here it is all done in place.
[bench-menu]
exten => s,1,Answer()
 same => n,Background({greeting})
 same => n(menu),Background({menu_main})
 same => n,WaitExten(5)
exten => 1,1,Background(${{SENTENCE_${{CALLERID(num)}}}})
 same => n,Background({outage_offer_sms})
 same => n,WaitExten(5)
exten => *,1,Goto(s,menu)
exten => t,1,Playback({goodbye})
 same => n,Hangup()
exten => i,1,Goto(t,1)

[bench-hotline]
exten => s,1,Answer()
 same => n,Background({greeting})
 same => n,Playback({recording_notice})
 same => n,Background(${{SENTENCE_${{CALLERID(num)}}}})
 same => n(menu),Background({menu_main_again})
 same => n,WaitExten(5)
exten => 1,1,Background(${{AGAIN_${{CALLERID(num)}}}})
 same => n,Background({outage_offer_sms})
 same => n,WaitExten(5)
exten => *,1,Goto(s,menu)
exten => t,1,Playback({goodbye})
 same => n,Hangup()
exten => i,1,Goto(t,1)
"""


def overlay(instance: Instance, bare_port: int) -> dict[str, str]:
    """Files to put beside, or in place of, the shipped Asterisk configuration."""
    conf = instance.settings.asterisk_conf
    sentences = [
        f"{name}_{caller.digits}={instance.sound(prompt)}"
        for caller in instance.callers
        for name, prompt in (("SENTENCE", caller.sentence), ("AGAIN", caller.again))
    ]
    names = ("greeting", "recording_notice", "menu_main", "menu_main_again", "outage_offer_sms", "goodbye")
    contexts = _CONTEXTS.format(
        context=_callers_context(_text(conf / "ivr/pjsip.conf")),
        menu=MENU,
        hotline=HOTLINE,
        bare=BARE,
        bare_port=bare_port,
        sentences="\n".join(sentences),
        **{name: instance.sound(name) for name in names},
    )
    return {
        "extensions.conf": _text(conf / "extensions.conf") + '\n#include "bench.conf"\n',
        "bench.conf": contexts,
    }


def _callers_context(pjsip: str) -> str:
    """Where the calls of the test caller arrive: the ``context`` of the first ``[caller]``."""
    found = re.search(r"^\[caller\]$.*?^context *= *(\S+)", pjsip, re.MULTILINE | re.DOTALL)
    if found is None:
        raise RuntimeError("ivr/pjsip.conf has no [caller] with a context")
    return found[1]


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")
