"""◆ Filling in the configuration of Asterisk: every ``@NAME@`` in a file of asterisk-conf/ becomes its value."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rapidfuzz import process

from ivr.errors import ConfigError, Problem

_MARK = re.compile(r"@([A-Z][A-Z0-9_]*)@")
_UNSAFE = re.compile(r"[\r\n]")


def fill_in(file: str, text: str, values: Mapping[str, str]) -> str:
    """``text`` with its marks filled in. Raises ConfigError naming each mark that nothing is known for.

    ``file`` is only for messages. A value with a line break is refused: it could smuggle in settings.
    """
    problems = []
    for number, line in enumerate(text.splitlines(), start=1):
        for found in _MARK.finditer(line):
            name = found[1]
            if name not in values:
                near = process.extractOne(name, values.keys(), score_cutoff=60)
                hint = f"did you mean @{near[0]}@?" if near else "known: " + ", ".join(sorted(values))
                problems.append(Problem(file, number, found.start() + 1, f"unknown value @{name}@", hint))
            elif _UNSAFE.search(values[name]):
                problems.append(Problem(file, number, found.start() + 1, f"the value of @{name}@ has a line break"))
    if problems:
        raise ConfigError(problems)
    return _MARK.sub(lambda found: values[found[1]], text)
