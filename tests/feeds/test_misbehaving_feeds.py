"""Every format behind a server that misbehaves, and the words that a caller hears in each case."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from ivr.prompts import PromptBook
from outage_feed.fetch import poll_once
from outage_feed.formats import Layout
from outage_feed.store import GridStore
from outage_feed.telling import telling
from robot.wording import tell
from tests.feeds.places import HOUR, NOW, VILLAGE, point
from tests.feeds.test_fetch import Feed, Handler, Server, cut_off, endless, hang_up, slow
from tests.feeds.test_fuzz_formats import FIELDS, WRITERS, Fields

HERE = point(VILLAGE, "ул. Ленина", "5")
BOOK = PromptBook.parse(
    {str(path): path.read_text("utf-8") for path in (Path(__file__).parents[2] / "prompts" / "ru").glob("*.yaml")}
)
ON: Fields = {**FIELDS, "id": "1", "place": "с. Бабяково", "start": "25.11.2026 09:00", "end": "25.11.2026 20:30"}
ELSEWHERE: Fields = {**ON, "id": "2", "place": "с. Отрадное"}
UNTIL = "к двадцати часам тридцати минутам"
STALE = "Они могли устареть"
FORMATS = sorted(WRITERS)


def document(name: str) -> bytes:
    """Two outages in the form of that format, one of them at our house, until 20:30 today."""
    data = WRITERS[name]([ON, ELSEWHERE])
    return data if name != "json" else data.replace(b"25.11.2026 ", b"2026-11-25T")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GridStore]:
    with GridStore.open(tmp_path / "ivr.db") as store:
        yield store


@pytest.fixture
async def feed(store: GridStore) -> AsyncIterator[Feed]:
    async with Server().running() as server, aiohttp.ClientSession() as session:
        yield Feed(server, session, store)


def heard(feed: Feed) -> str:
    """What a caller from our house is told now, in words."""
    told = telling(feed.store.find(HERE, feed.now))
    return BOOK.speak(tell(told, HERE.address), feed.now).text


def without_dates(name: str) -> bytes:
    """A document in which no start can be read."""
    return WRITERS[name]([{**ON, "start": "soon"}, {**ELSEWHERE, "start": "soon"}])


def whole(body: bytes, status: int = 200, **headers: str) -> Handler:
    return Server.text(body, status, **headers)


async def slowly(request: web.Request) -> web.StreamResponse:
    """Headers at once and then nothing."""
    response = web.StreamResponse()
    await response.prepare(request)
    await asyncio.sleep(30)
    return response


MISDEEDS: dict[str, Callable[[str], Handler]] = {
    "slow": lambda _: slow,
    "headers only": lambda _: slowly,
    "endless": lambda _: endless,
    "hangs up": lambda _: hang_up,
    "truncated": lambda _: cut_off,
    "500": lambda _: whole(b"oops", 500),
    "403": lambda _: whole(b"log in first", 403),
    "304 unasked": lambda _: whole(b"", 304),
    "an error page": lambda _: whole(b"<html><body><h1>502 Bad Gateway</h1></body></html>"),
    "a login page": lambda _: whole("<html><form>Войдите: <input name=login></form></html>".encode()),
    "zeros": lambda _: whole(b"\0" * 5000),
    "no dates": lambda name: whole(without_dates(name)),
    "another format": lambda _: whole(b'{"status": "ok"}'),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("misdeed", MISDEEDS)
async def test_the_old_time_is_told_until_it_is_stale(feed: Feed, name: str, misdeed: str) -> None:
    feed.source = replace(feed.source, format=name, regions=("36",))
    data = document(name)
    await feed(data)
    assert UNTIL in heard(feed)
    quick = misdeed in ("slow", "headers only")
    feed.source = replace(feed.source, timeout=0.1 if quick else 5.0, max_bytes=1_000_000)
    polled = await feed(MISDEEDS[misdeed](name))
    assert (polled.changes, polled.state.failures) == (None, 1)
    assert polled.state.last_error
    assert UNTIL in heard(feed)
    await feed(MISDEEDS[misdeed](name), after=HOUR)
    words = heard(feed)
    assert STALE in words
    assert UNTIL not in words
    feed.source = replace(feed.source, timeout=5.0)
    await feed(data)
    assert UNTIL in heard(feed)


@pytest.mark.parametrize("name", ["csv", "html", "json", "lenenergo", "mrsk", "ural"])
@pytest.mark.parametrize(
    ("encoding", "charset"),
    [("cp1251", "utf-8"), ("cp1251", "iso-8859-1"), ("cp1251", ""), ("utf-8", "windows-1251"), ("utf-8", "x-none")],
)
async def test_a_wrong_charset_changes_no_word(feed: Feed, name: str, encoding: str, charset: str) -> None:
    feed.source = replace(feed.source, format=name, regions=("36",))
    data = document(name).decode().encode(encoding)
    await feed(whole(data, **{"Content-Type": f"text/html; charset={charset}" if charset else "text/html"}))
    words = heard(feed)
    assert UNTIL in words
    assert "Ленина" in words


@pytest.mark.parametrize("name", FORMATS)
async def test_an_answer_that_did_not_change_is_fresh(feed: Feed, name: str) -> None:
    feed.source = replace(feed.source, format=name, regions=("36",))
    await feed(whole(document(name), ETag='"v1"'))
    await feed(whole(b"", 304), after=HOUR)
    assert UNTIL in heard(feed)
    await feed(whole(document(name)), after=HOUR)
    assert UNTIL in heard(feed)


RENAMED = {
    "csv": (b"\xd0\x9d\xd0\xb0\xd1\x87\xd0\xb0\xd0\xbb\xd0\xbe", "Срок".encode()),
    "html": ("Начало".encode(), "Срок".encode()),
    "json": (b'"outages"', b'"rows"'),
    "lenenergo": (b"<td>", b"<td>x</td><td>"),
    "mrsk": (b"location", b"settlement"),
    "odin": (b"PubOutages", b"Outages"),
    "gis_gkh": (b"utageReport", b"reports"),
}


@pytest.mark.parametrize("name", sorted(RENAMED))
async def test_changed_columns_are_told_to_the_administrator_and_not_to_callers(feed: Feed, name: str) -> None:
    feed.source = replace(feed.source, format=name, regions=("36",))
    data = document(name)
    if name == "json":
        data = b'{"outages": ' + data + b"}"
    await feed(data)
    old, new = RENAMED[name]
    assert old in data
    polled = await feed(data.replace(old, new))
    assert polled.state.failures == 1
    assert UNTIL in heard(feed)
    assert STALE not in heard(feed)


async def test_columns_that_the_administrator_named_and_that_are_gone(feed: Feed) -> None:
    layout = Layout({"place": "Где", "start": "Когда", "end": "До"})
    feed.source = replace(feed.source, format="csv", regions=("36",), layout=layout)
    line = "с. Бабяково, Новоусманский р-н;25.11.2026 9:00;25.11.2026 20:30\n"
    await feed("Где;Когда;До\n" + line)
    assert feed.store.outages()
    polled = await feed("Где;Начало;До\n" + line)
    assert polled.state.last_error == "the columns have changed: no heading «Когда»; there are: «Где», «Начало», «До»"


@pytest.mark.parametrize("name", FORMATS)
async def test_one_bad_record_costs_itself_only(feed: Feed, name: str) -> None:
    """It is named for the administrator; the caller of the other one hears the time."""
    feed.source = replace(feed.source, format=name, regions=("36",))
    records = WRITERS[name]([ON, {**ELSEWHERE, "start": "soon"}])
    await feed(records if name != "json" else records.replace(b"25.11.2026 ", b"2026-11-25T"))
    assert UNTIL in heard(feed)
    (bad,) = feed.store.rejected("feed")
    assert re.search(r"soon|start", bad.reason)


async def test_a_list_cut_off_between_its_rows_withdraws_nothing_at_once(feed: Feed) -> None:
    """A CSV has no end mark: half a row in it says that more is missing, and the pause keeps what is not there."""
    feed.source = replace(feed.source, format="csv", regions=("36",))
    data = WRITERS["csv"]([ELSEWHERE, ON])
    await feed(data)
    assert UNTIL in heard(feed)
    polled = await feed(data[: data.rindex("с. Бабяково".encode()) + 9])
    assert polled.changes
    assert polled.changes.withdrawn == 0
    assert UNTIL in heard(feed)


async def test_a_folder_with_one_bad_file(store: GridStore, tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "a.csv").write_bytes(document("csv"))
    (folder / "b.csv").write_bytes(document("xlsx"))
    (folder / "~$a.csv").write_bytes(b"\x04Office")
    (folder / "c.csv").write_text("Населённый пункт;Начало\n;25.11.2026 9:00\n", encoding="utf-8")
    async with aiohttp.ClientSession() as session, Server().running() as server:
        feed = Feed(server, session, store)
        feed.source = replace(feed.source, url="file:drop", base=tmp_path, format="csv", regions=("36",))
        await poll_once(session, feed.source, store, NOW)
        feed.now = NOW
        assert UNTIL in heard(feed)
    reasons = [bad.reason for bad in store.rejected("feed")]
    assert len(reasons) == 2
    assert any("xlsx" in reason for reason in reasons)
    assert "c.csv: line 2: the place is empty" in reasons
