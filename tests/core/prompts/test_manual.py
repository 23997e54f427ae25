"""The manual of wordings names every formatter there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from ivr.prompts import FORMATTERS

MANUAL = Path(__file__).parents[3] / "prompts" / "README.md"


def test_every_formatter_is_in_the_manual() -> None:
    listed = re.findall(r"^\| `([a-z_]+)` \|", MANUAL.read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(FORMATTERS)
