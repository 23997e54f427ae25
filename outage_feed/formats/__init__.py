"""Feed formats, one file each: the file's name is the format's name in the settings; no registry is to be edited.

A format is a module with ``def parse(data: bytes, context: Context) -> Parsed``. It is pure. One bad record never loses
the others: it comes back in ``rejected`` with its reason. Only an answer that as a whole is not what the format
promises raises :class:`~outage_feed.errors.Nonsense`; then the old data stay in use.
"""

from __future__ import annotations

import codecs
import contextlib
import importlib
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, cast

from outage_feed.errors import UnknownFormat
from outage_feed.model import Kind, Outage


@dataclass(frozen=True, slots=True)
class Layout:
    """How the records of a source are laid out, for the formats that cannot know it (``csv``, ``xlsx``, ``html`` …).

    ``columns`` names the column of the source for a field of ours («where»: «Адреса»); without it usual headings are
    recognised. ``sheet`` is the sheet of a workbook ("": the first one). ``regions`` are the codes that the source
    covers: the only one stands for a region that a record does not name. ``kind`` is what records are that do not say.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    regions: tuple[str, ...] = ()
    kind: Kind = Kind.UNKNOWN

    @property
    def region(self) -> str:
        """The region of records that name none; "" where it cannot be known."""
        return self.regions[0] if len(self.regions) == 1 else ""


@dataclass(frozen=True, slots=True)
class Context:
    """What a parser knows besides the bytes: the source, when they came, the server's charset, the records' layout."""

    source: str
    received_at: datetime
    charset: str = ""
    layout: Layout = Layout()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record set aside: its text (shortened), the reason, and the id of its outage where that much was readable."""

    record: str
    reason: str
    outage_id: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """Everything that an answer held."""

    outages: tuple[Outage, ...] = ()
    rejected: tuple[Rejected, ...] = ()


class Format(Protocol):
    """What a module in this folder provides."""

    def parse(self, data: bytes, context: Context) -> Parsed:
        """Read an answer; raises Nonsense where it is none of this format."""
        ...


def format_names() -> tuple[str, ...]:
    """The names of all formats there are: the modules of this folder."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")))


def load_format(name: str) -> Format:
    """The format of that name; raises UnknownFormat, which lists those that exist."""
    if name not in format_names():
        raise UnknownFormat(f"no feed format «{name}»; there are: {', '.join(format_names())}")
    return cast(Format, importlib.import_module(f"{__name__}.{name}"))


_WIDE = ("utf-16", "utf-32", "utf16", "utf32")
_CYRILLIC = re.compile("[А-яЁё]")
_WESTERN = frozenset({"ascii", "iso8859-1", "iso8859-15", "cp1252"})


def decode(data: bytes, charset: str = "") -> str:
    """Bytes to text: UTF-8 where it fits, the stated charset, or else windows-1251, which old servers send unannounced.

    Text of which nearly every letter fits is UTF-8 all the same: a broken or cut letter costs its own record only.
    Servers name charsets that are not theirs: Russian text that is valid UTF-8 is UTF-8 whatever they say, and a
    western charset, their usual default, has no Cyrillic letters, so it is not believed.
    """
    if charset.lower().startswith(_WIDE):
        with contextlib.suppress(ValueError, LookupError):
            return data.decode(charset).removeprefix("\ufeff")
    text = data.decode("utf-8-sig", errors="replace")
    broken = text.count("\ufffd")
    if broken == 0 or broken * 10 < len(_CYRILLIC.findall(text)):
        return text
    with contextlib.suppress(ValueError, LookupError):
        if charset and codecs.lookup(charset).name not in _WESTERN:
            return data.decode(charset)
    return data.decode("cp1251", errors="replace")


def shorten(text: str, limit: int = 300) -> str:
    """A record's text on one line, cut to a length fit for a message."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
