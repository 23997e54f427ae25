"""◆ Putting our part of the configuration into an Asterisk that is there already: what would change, file by file.

Only files of our own (``ivr/*.conf``) and one ``#include`` line in each main file are added; nothing is taken away.
FreePBX writes its main files anew at every change, so there the line goes into the ``*_custom.conf`` that it leaves
to the administrator.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

OUR_FOLDER = "ivr"
PARTS = ("extensions.conf", "queues.conf", "manager.conf", "musiconhold.conf")
"""What every installation needs of us; the engine's account, the way of a call, its queues and their music."""
SIP_PART = "pjsip.conf"
"""The test caller and the operators' telephones: only where these are not the installation's own affair."""
_FREEPBX_SIGNS = ("extensions_additional.conf", "freepbx_chown.conf", "queues_additional.conf")


@dataclass(frozen=True, slots=True)
class Change:
    """One file as it is (None: not there) and as it would be; ``name`` is relative to Asterisk's folder."""

    name: str
    before: str | None
    after: str

    def diff(self) -> str:
        """The change in the form of ``diff -u``; passwords are not shown."""
        lines = difflib.unified_diff(
            _shown(self.before or ""),
            _shown(self.after),
            "/dev/null" if self.before is None else self.name,
            self.name,
        )
        return "".join(lines)


def _shown(text: str) -> list[str]:
    return [
        f"{line.partition('=')[0]}= ********\n" if line.strip().startswith(("secret", "password")) else line
        for line in text.splitlines(keepends=True)
    ]


def is_freepbx(existing: Mapping[str, str]) -> bool:
    """Whether FreePBX keeps these files."""
    return any(name in existing for name in _FREEPBX_SIGNS)


def plan_install(existing: Mapping[str, str], ours: Mapping[str, str], *, with_sip: bool = False) -> list[Change]:
    """What has to change so that Asterisk reads our files; an empty list when all is in place.

    ``existing`` are the texts of the folder's ``*.conf`` (and ``ivr/*.conf``), ``ours`` the rendered ``ivr/*.conf``.
    """
    changes = list(_our_files(existing, ours, with_sip))
    custom = is_freepbx(existing)
    for part in (*PARTS, *((SIP_PART,) if with_sip else ())):
        main = part.replace(".conf", "_custom.conf") if custom else part
        include = f'#include "{OUR_FOLDER}/{part}"'
        before = existing.get(main)
        if before is not None and include in (line.strip() for line in before.splitlines()):
            continue
        start = before or ""
        if start and not start.endswith("\n"):
            start += "\n"
        changes.append(Change(main, before, f"{start}\n; The hotline (ivr asterisk install)\n{include}\n"))
    return changes


def _our_files(existing: Mapping[str, str], ours: Mapping[str, str], with_sip: bool) -> Iterator[Change]:
    for part in (*PARTS, *((SIP_PART,) if with_sip else ())):
        name = f"{OUR_FOLDER}/{part}"
        if existing.get(name) != ours[name]:
            yield Change(name, existing.get(name), ours[name])
