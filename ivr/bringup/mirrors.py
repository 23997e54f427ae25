"""◆ The Debian mirrors that a machine's own apt already knows, read from its source files.

Both shapes are read: deb822 (``*.sources``) and one line each (``*.list``), see sources.list(5). No address
is ever named by us: where the machine gets its packages from is the administrator's choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

ROLLING_NAMES = frozenset({"stable", "testing", "unstable", "oldstable"})
"""Suite names that every Debian archive has, whatever its release is called."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """One archive: its address, the key that signs it and the release the machine itself takes from it.

    ``signed_by`` is a path, a fingerprint or a whole PGP block as apt writes it; empty means apt's own keys.
    """

    uri: str
    suite: str
    components: tuple[str, ...]
    signed_by: str = ""


def parse_deb822(text: str) -> Iterator[Mirror]:
    """Every enabled binary archive of one ``*.sources`` file."""
    for stanza in re.split(r"\n[ \t]*\n", text):
        fields = _fields(stanza)
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in {
            "no",
            "false",
        }:
            continue
        components = tuple(fields.get("components", "").split())
        for uri in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                yield Mirror(uri, suite, components, fields.get("signed-by", "").strip("\n"))


def _fields(stanza: str) -> dict[str, str]:
    """The fields of one stanza, names in lower case; a continued value keeps its line breaks."""
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if line[0] in " \t" and name:
            fields[name] += "\n" + line
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


_ONE_LINE = re.compile(r"^\s*deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)(?P<components>[^#]*)")


def parse_one_line(text: str) -> Iterator[Mirror]:
    """Every binary archive of one ``*.list`` file."""
    for line in text.splitlines():
        if not (found := _ONE_LINE.match(line)):
            continue
        options = dict(option.split("=", 1) for option in (found["options"] or "").split() if "=" in option)
        yield Mirror(found["uri"], found["suite"], tuple(found["components"].split()), options.get("signed-by", ""))


def debian_archives(known: Iterable[Mirror], codename: str) -> list[Mirror]:
    """Those of ``known`` that hold the whole of Debian, not its security updates nor somebody's own packages.

    ``codename`` is the machine's own release (``VERSION_CODENAME`` of os-release). An archive counts when the
    machine takes its release, or one of the rolling suites, with the component ``main`` from it.
    """
    wanted = ROLLING_NAMES | ({codename} if codename else set())
    archives: dict[str, Mirror] = {}
    for mirror in known:
        if mirror.suite in wanted and "main" in mirror.components:
            archives.setdefault(mirror.uri.rstrip("/"), mirror)
    return list(archives.values())
