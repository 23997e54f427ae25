"""Which queues Asterisk knows, read from its configuration files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_SECTION = re.compile(r"^\s*\[([^\]]+)\]\s*(\([^)]*\))?")
_INCLUDE = re.compile(r'^\s*#(?:try)?include\s+["<]?([^">\s]+)[">]?')
_NOT_QUEUES = frozenset({"general"})
_DEEPEST_INCLUDE = 5


def read_queues(file: Path) -> frozenset[str] | None:
    """The queues of a queues.conf (``#include`` followed, templates left out), or ``None`` when it cannot be read."""
    try:
        return frozenset(_sections(file, 0)) - _NOT_QUEUES
    except OSError:
        return None


def _sections(file: Path, depth: int) -> Iterator[str]:
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        section, include = _SECTION.match(line), _INCLUDE.match(line)
        if section and "!" not in (section[2] or ""):
            yield section[1].strip()
        elif include and depth < _DEEPEST_INCLUDE and (file.parent / include[1]).is_file():
            yield from _sections(file.parent / include[1], depth + 1)
