"""A source of outages as the settings describe it, and what in such a description cannot work."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from outage_feed.errors import FeedError
from outage_feed.formats import Layout, format_names
from outage_feed.formats._fields import FIELDS
from outage_feed.model import MOSCOW
from outage_feed.regions import REGIONS

MAPPED = ("csv", "html", "ural", "xlsx")
"""The formats whose columns can be named in the settings."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source of outages as the settings describe it.

    ``url`` is ``http(s)://…`` or ``file:PATH`` (a file, or a folder of which every file of the format is read);
    ``{start}`` and ``{end}`` in it become yesterday (a server may list by the day of the start, and what began last
    night is still on) and ``days_ahead`` days from today, written d.m.yyyy without leading zeros;
    for ``{region}`` see :func:`for_each_region`. A relative path is relative to ``base``. Times are in seconds.
    ``snapshot``: an answer is everything that is known, so an outage missing from it was withdrawn. ``regions``: codes
    that the source covers, empty: all. ``encoding`` is what the text is in, whatever the server says; "": as it fits.
    ``layout`` tells formats without fixed columns where things stand; its regions are the source's.
    """

    name: str
    url: str
    format: str
    every: float = 300.0
    stale_after: float = 1800.0
    regions: tuple[str, ...] = ()
    snapshot: bool = True
    timeout: float = 30.0
    max_bytes: int = 20_000_000
    days_ahead: int = 14
    base: Path = Path()
    headers: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    layout: Layout = field(default_factory=Layout)

    def address(self, now: datetime) -> str:
        """The URL to read at ``now``."""
        today = now.astimezone(MOSCOW).date()
        last = today + timedelta(days=self.days_ahead)
        return self.url.replace("{start}", _plain_date(today - timedelta(days=1))).replace("{end}", _plain_date(last))

    @property
    def path(self) -> Path | None:
        """The file or folder meant by a ``file:`` URL; None for HTTP."""
        if not self.url.startswith("file:"):
            return None
        return self.base / unquote(urlsplit(self.url).path)


def for_each_region(source: Source) -> tuple[Source, ...]:
    """The source itself, or one source per region («planned-36») where its URL has ``{region}`` in it.

    Each of them answers and fails for itself. Raises FeedError where the URL wants regions and none are named.
    """
    if "{region}" not in source.url:
        return (source,)
    if not source.regions:
        raise FeedError(f"feed «{source.name}»: its url has {{region}}, but «regions» is empty", retryable=False)
    return tuple(
        replace(source, name=f"{source.name}-{region}", url=source.url.replace("{region}", region), regions=(region,))
        for region in source.regions
    )


def faults(source: Source) -> Iterator[tuple[str, str]]:
    """What in the description of a source cannot work: the setting's name, and what is wrong with it."""
    if source.format not in format_names():
        yield "format", f"no feed format «{source.format}»; there are: {', '.join(format_names())}"
    yield from _layout_faults(source)
    parts = urlsplit(source.url)
    if not (parts.scheme in ("http", "https") and parts.netloc) and not (parts.scheme == "file" and parts.path):
        yield "url", f"«{source.url}» must be http://…, https://… or file:PATH"
    for name in re.findall(r"\{(.*?)\}", source.url):
        if name not in ("start", "end", "region"):
            yield "url", f"{{{name}}} means nothing; there are: {{start}}, {{end}}, {{region}}"
    if "{region}" in source.url and not source.regions:
        yield "regions", "the url has {region}, so the regions must be named"
    for region in source.regions:
        if region not in REGIONS:
            yield "regions", f"no region «{region}» is served; codes: {', '.join(REGIONS)}"


def _layout_faults(source: Source) -> Iterator[tuple[str, str]]:
    columns = source.layout.columns
    if columns and source.format in format_names() and source.format not in MAPPED:
        yield (
            "columns",
            f"the format {source.format} has columns of its own; they are named for {', '.join(MAPPED)} only",
        )
    for name in columns:
        if name not in FIELDS:
            yield "columns", f"there is no field «{name}»; there are: {', '.join(FIELDS)}"
    try:
        if source.encoding:
            codecs.lookup(source.encoding)
    except (LookupError, ValueError):
        yield "encoding", f"no encoding «{source.encoding}» is known; mostly it is utf-8 or windows-1251"


def _plain_date(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}"
