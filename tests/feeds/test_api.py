"""The API over a real loopback server: who may ask, what is pushed, read, closed, confirmed, and every refusal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from outage_feed.api.openapi import document
from outage_feed.api.server import STRANGERS_PER_MINUTE, Api, ApiSettings
from outage_feed.api.tokens import Scope, Tokens
from outage_feed.clusters import Report
from outage_feed.errors import StoreLocked
from outage_feed.store import GridStore
from outage_feed.telling import Emergency, NoneKnown, Reported, telling
from outage_feed.troubles import Troubles
from tests.feeds.places import HOUR, NOW, VILLAGE, outage, point

HERE = point(VILLAGE, "ул. Ленина", "5", id="p1")
RECORD = {
    "id": "17",
    "kind": "emergency",
    "region": "36",
    "start": (NOW - HOUR).isoformat(),
    "planned_end": (NOW + HOUR).isoformat(),
    "places": [
        {
            "settlement": {"type": "с", "name": "Бабяково", "district": "Новоусманский р-н"},
            "streets": [{"type": "ул", "name": "Ленина", "houses": ["с 1 по 9"]}],
        }
    ],
}


@dataclass
class Site:
    """A server with its grid, and what it has written down."""

    grid: GridStore
    session: aiohttp.ClientSession
    port: int = 0
    audit: list[tuple[str, str, str]] = field(default_factory=list)
    now: datetime = NOW
    may_write_down: bool = True

    def token(self, scope: Scope = "write", name: str = "scada") -> str:
        return Tokens(self.grid).make(name, scope, NOW, who="test")

    def write_down(self, who: str, what: str, subject: str, fields: str) -> None:
        if not self.may_write_down:
            raise StoreLocked("the audit is locked")
        self.audit.append((who, what, subject))

    async def ask(
        self, method: str, path: str, token: str | None = None, body: Any = None, **more: Any
    ) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        url = f"http://127.0.0.1:{self.port}{path}"
        async with self.session.request(method, url, data=data, headers=headers, **more) as response:
            assert response.content_type == "application/json"
            return response.status, await response.json()

    def told(self) -> object:
        return telling(self.grid.find(HERE, self.now))


async def started(site: Site, **settings: Any) -> Api:
    api = await Api.start(ApiSettings(**settings), site.grid, Troubles(site.grid), site.write_down, lambda: site.now)
    site.port = api.port
    return api


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    with GridStore.open(tmp_path / "ivr.db") as grid:
        grid.save_points([HERE])
        async with aiohttp.ClientSession() as session:
            site = Site(grid, session)
            api = await started(site)
            try:
                yield site
            finally:
                await api.close()
                await api.close()


def fits(name: str, value: Any) -> None:
    """Whether an answer is what the document promises."""
    whole = Resource.from_contents({"$defs": {}, **document()}, default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("doc", whole)
    Draft202012Validator({"$ref": f"doc#/components/schemas/{name}"}, registry=registry).validate(value)


# Who may ask


async def test_without_a_good_token_nothing_is_told(site: Site) -> None:
    for token in (None, "", "ivr_wrong", "мимо"):
        status, said = await site.ask("GET", "/v1/outages", token)
        assert (status, said["error"]["code"]) == (401, "no_token")
    status, said = await site.ask("POST", "/v1/outages", None, [RECORD])
    assert status == 401
    assert site.grid.outages() == ()
    assert site.audit == []


async def test_the_document_and_the_sign_of_life_need_none(site: Site) -> None:
    status, said = await site.ask("GET", "/openapi.json")
    assert (status, said["openapi"]) == (200, "3.1.0")
    assert await site.ask("GET", "/health") == (200, {"ok": True})


async def test_a_reading_token_may_only_read(site: Site) -> None:
    token = site.token("read")
    assert (await site.ask("GET", "/v1/outages", token))[0] == 200
    status, said = await site.ask("POST", "/v1/outages", token, [RECORD])
    assert (status, said["error"]["code"]) == (403, "read_only")
    assert site.told() == NoneKnown()


async def test_a_revoked_token_is_refused_at_once(site: Site) -> None:
    token = site.token()
    assert (await site.ask("GET", "/v1/outages", token))[0] == 200
    assert Tokens(site.grid).all()[0].used_at == NOW
    Tokens(site.grid).revoke("scada", NOW)
    assert (await site.ask("GET", "/v1/outages", token))[0] == 401


async def test_too_many_requests(tmp_path: Path, site: Site) -> None:
    api = await started(site, requests_per_minute=3)
    try:
        token, other = site.token(), site.token(name="other")
        answers = [await site.ask("GET", "/v1/outages", token) for _ in range(4)]
        assert [status for status, _ in answers] == [200, 200, 200, 429]
        assert answers[3][1]["error"]["code"] == "too_many"
        assert (await site.ask("GET", "/v1/outages", other))[0] == 200
        headers = {"Authorization": f"Bearer {token}"}
        async with site.session.get(f"http://127.0.0.1:{site.port}/v1/probable", headers=headers) as response:
            assert int(response.headers["Retry-After"]) >= 1
    finally:
        await api.close()


async def test_tokens_cannot_be_guessed_at_leisure(site: Site) -> None:
    answers = [await site.ask("GET", "/v1/outages", f"ivr_{n}") for n in range(STRANGERS_PER_MINUTE + 1)]
    assert {status for status, _ in answers[:-1]} == {401}
    assert answers[-1][0] == 429
    assert (await site.ask("GET", "/v1/outages", site.token()))[0] == 200, "whoever has one is not kept out by that"


async def test_addresses_that_may_not_connect(site: Site) -> None:
    api = await started(site, allow=("10.0.0.0/8",))
    try:
        status, said = await site.ask("GET", "/openapi.json")
        assert (status, said["error"]["code"]) == (403, "not_allowed")
    finally:
        await api.close()


# Pushing


async def test_what_is_pushed_is_told_to_callers_and_read_again(site: Site) -> None:
    token = site.token()
    status, said = await site.ask("POST", "/v1/outages", token, {"outages": [RECORD]})
    assert (status, said["outages"], said["rejected"]) == (200, ["api-scada:17"], [])
    assert said["changes"]["new"] == 1
    fits("Pushed", said)
    assert isinstance(site.told(), Emergency)
    assert site.audit == [("token scada", "api push", "api-scada")]
    status, said = await site.ask("GET", "/v1/outages/api-scada:17", token)
    assert (status, said["outage"]["planned_end"]) == (200, RECORD["planned_end"])
    fits("Outage", said["outage"])
    feed = site.grid.feed("api-scada")
    assert feed is not None
    assert not feed.stale(NOW + 999 * HOUR), "a system that pushes when there is news is not stale by silence"


async def test_the_same_again_is_nothing_new_and_a_change_is_a_version(site: Site) -> None:
    token = site.token()
    for _ in range(2):
        status, said = await site.ask("POST", "/v1/outages", token, [RECORD])
    assert (status, said["changes"]["unchanged"]) == (200, 1)
    moved = {**RECORD, "planned_end": (NOW + 3 * HOUR).isoformat()}
    site.now = NOW + timedelta(minutes=5)
    assert (await site.ask("POST", "/v1/outages", token, [moved]))[1]["changes"]["changed"] == 1
    _, said = await site.ask("GET", "/v1/outages/api-scada:17?history=true", token)
    assert [one["version"] for one in said["history"]] == [1, 2]
    assert said["outage"]["version"] == 2


async def test_a_bad_record_is_named_and_the_others_are_taken(site: Site) -> None:
    bad = {**RECORD, "id": "18", "planned_end": "soon"}
    worse = {**RECORD, "id": "19", "places": [{"settlement": {"nom": "Бабяково"}}]}
    status, said = await site.ask("POST", "/v1/outages", site.token(), [bad, RECORD, worse])
    assert (status, said["outages"]) == (200, ["api-scada:17"])
    assert [(one["record"], one["id"], one["field"]) for one in said["rejected"]] == [
        (0, "api-scada:18", "planned_end"),
        (2, "api-scada:19", "places.0.settlement.name"),
    ]
    fits("Pushed", said)
    assert isinstance(site.told(), Emergency)


async def test_only_bad_records_are_an_error(site: Site) -> None:
    status, said = await site.ask("POST", "/v1/outages", site.token(), [{"id": "1"}])
    assert (status, said["error"]["code"], said["rejected"][0]["record"]) == (422, "bad_records", 0)
    fits("Error", said)


async def test_a_snapshot_withdraws_what_it_lacks_of_its_own_source_only(site: Site) -> None:
    token = site.token()
    site.grid.save(outage("ул. Ленина 5", id="list:1", source="list"), NOW)
    await site.ask("POST", "/v1/outages", token, [RECORD, {**RECORD, "id": "18"}])
    status, said = await site.ask("POST", "/v1/outages?snapshot=true", token, [RECORD])
    assert (status, said["changes"]["withdrawn"]) == (200, 1)
    assert {one.id for one in site.grid.outages()} == {"api-scada:17", "list:1"}
    status, said = await site.ask("POST", "/v1/outages?snapshot=true", token, [])
    assert (status, said["changes"]["withdrawn"]) == (200, 1)


async def test_two_systems_do_not_overwrite_each_other(site: Site) -> None:
    await site.ask("POST", "/v1/outages", site.token(name="one"), [RECORD])
    await site.ask("POST", "/v1/outages", site.token(name="two"), [RECORD])
    assert {each.id for each in site.grid.outages()} == {"api-one:17", "api-two:17"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "not_outages"),
        (b"{", 400, "not_outages"),
        (b"<html>", 400, "not_outages"),
        (b'{"outage": []}', 400, "not_outages"),
        (b"[" * 100_000, 400, "not_outages"),
        (b"\xff\xfe\x00", 400, "not_outages"),
        (b"[1, null, [], {}]", 422, "bad_records"),
    ],
)
async def test_nonsense_is_refused(site: Site, body: bytes, status: int, code: str) -> None:
    said = await site.ask("POST", "/v1/outages", site.token(), body)
    assert (said[0], said[1]["error"]["code"]) == (status, code)


async def test_a_body_that_is_too_long(site: Site) -> None:
    api = await started(site, max_bytes=2000)
    try:
        status, said = await site.ask("POST", "/v1/outages", site.token(), b"[" + b" " * 5000 + b"]")
        assert (status, said["error"]["code"]) == (413, "too_long")
    finally:
        await api.close()


async def test_what_cannot_be_written_down_is_not_done(site: Site) -> None:
    site.may_write_down = False
    status, said = await site.ask("POST", "/v1/outages", site.token(), [RECORD])
    assert (status, said["error"]["code"]) == (503, "store_unavailable")
    assert site.grid.outages() == ()


# Reading


async def test_outages_by_region_place_and_street(site: Site) -> None:
    token = site.token("read")
    site.grid.save(outage("ул. Ленина 5", id="a:1"), NOW)
    site.grid.save(outage("ул. Мира 1", id="a:2"), NOW)
    site.grid.save(outage("ул. Мира 3", id="a:3", restored_at=NOW - HOUR / 2), NOW)

    async def ids(**query: str) -> list[str]:
        status, said = await site.ask("GET", "/v1/outages", token, params=query)
        assert status == 200, said
        assert said["total"] >= len(said["outages"])
        return [one["id"] for one in said["outages"]]

    assert await ids() == ["a:1", "a:2"]
    assert await ids(status="all") == ["a:1", "a:2", "a:3"]
    assert await ids(region="Воронежская область") == ["a:1", "a:2"]
    assert await ids(region="48") == []
    assert await ids(region="36", settlement="с. Бабяково", street="улица Мира") == ["a:2"]
    assert await ids(settlement="Бабяково") == ["a:1", "a:2"]
    assert await ids(settlement="п. Другой") == []
    assert await ids(limit="1", offset="1") == ["a:2"]
    assert await ids(source="list") == []


async def test_what_affects_an_address(site: Site) -> None:
    token = site.token("read")
    query = {"region": "36", "settlement": "с. Бабяково", "street": "ул. Ленина", "house": "5"}
    _, said = await site.ask("GET", "/v1/affecting", token, params=query)
    assert (said["told"], said["explanations"], said["registered"]) == ("NoneKnown", [], True)
    site.grid.save(outage("ул. Ленина 5"), NOW)
    status, said = await site.ask("GET", "/v1/affecting", token, params=query)
    assert (status, said["told"]) == (200, "Emergency")
    assert [(one["sureness"], one["phase"]) for one in said["explanations"]] == [("sure", "now")]
    fits("Affecting", said)
    _, elsewhere = await site.ask("GET", "/v1/affecting", token, params={**query, "house": "7"})
    assert (elsewhere["told"], elsewhere["registered"]) == ("NoneKnown", False)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/outages?regoin=36", "regoin"),
        ("/v1/outages?region=99", "region"),
        ("/v1/outages?limit=0", "limit"),
        ("/v1/outages?limit=1e3", "limit"),
        ("/v1/outages?offset=-1", "offset"),
        ("/v1/outages?status=closed", "status"),
        ("/v1/outages?street=x", "settlement"),
        ("/v1/outages?settlement=" + "x" * 301, "settlement"),
        ("/v1/affecting?settlement=x", "region"),
        ("/v1/affecting?region=36", "settlement"),
        ("/v1/probable?state=closed", "state"),
    ],
)
async def test_bad_parameters_are_named(site: Site, path: str, field: str) -> None:
    status, said = await site.ask("GET", path, site.token("read"))
    assert (status, said["error"]["field"]) == (400, field)
    fits("Error", said)


async def test_what_is_not_there(site: Site) -> None:
    token = site.token()
    for method, path in (
        ("GET", "/v1/outages/none:1"), ("GET", "/nothing"), ("GET", "/v1/probable/7"),
        ("GET", "/v1/probable/x"), ("POST", "/v1/probable/7/confirm"), ("POST", "/v1/probable/7/reject"),
    ):  # fmt: skip
        assert (await site.ask(method, path, token))[0] == 404, path
    status, said = await site.ask("DELETE", "/v1/outages", token)
    assert (status, said["error"]["code"]) == (405, "method_not_allowed")


async def test_ids_may_hold_anything(site: Site) -> None:
    token = site.token()
    odd = {**RECORD, "id": "2026/17 №5?x=%2F"}
    _, said = await site.ask("POST", "/v1/outages", token, [odd])
    (outage_id,) = said["outages"]
    status, said = await site.ask("GET", "/v1/outages/" + quote(outage_id, safe=""), token)
    assert (status, said["outage"]["id"]) == (200, outage_id)
    path = f"/v1/outages/{quote(outage_id, safe='')}/close"
    assert (await site.ask("POST", path, token, {"how": "withdrawn"}))[0] == 200


# Closing


async def test_restored_and_withdrawn(site: Site) -> None:
    token = site.token()
    await site.ask("POST", "/v1/outages", token, [RECORD, {**RECORD, "id": "18"}])
    path = "/v1/outages/api-scada:17/close"
    at = (NOW - timedelta(minutes=5)).isoformat()
    status, said = await site.ask("POST", path, token, {"how": "restored", "at": at})
    assert (status, said["outage"]["status"], said["outage"]["restored_at"]) == (200, "restored", at)
    status, said = await site.ask("POST", path, token, {"how": "withdrawn"})
    assert (status, said["error"]["code"]) == (409, "closed_already")
    status, said = await site.ask("POST", "/v1/outages/api-scada:18/close", token, {"how": "withdrawn"})
    assert (status, said["outage"]["status"]) == (200, "withdrawn")
    assert [what for _, what, _ in site.audit] == ["api push", "api close", "api close", "api close"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "how"),
        ({"how": "over"}, "how"),
        ({"how": 5}, "how"),
        ({"how": "restored", "at": "yesterday"}, "at"),
        ({"how": "restored", "at": 5}, "at"),
        ({"how": "restored", "at": (NOW + HOUR).isoformat()}, "at"),
        ({"how": "restored", "at": (NOW - 9 * HOUR).isoformat()}, "at"),
        ({"how": "withdrawn", "at": NOW.isoformat()}, "at"),
        ({"how": "restored", "when": "now"}, "when"),
    ],
)
async def test_closing_wrong(site: Site, body: Any, field: str) -> None:
    site.grid.save(outage("ул. Ленина 5", id="a:1"), NOW)
    status, said = await site.ask("POST", "/v1/outages/a:1/close", site.token(), body)
    assert (status, said["error"]["field"]) == (400, field)
    assert len(site.grid.outages()) == 1


# Probable outages


def make_probable(site: Site) -> None:
    troubles = Troubles(site.grid)
    for house in ("1", "3", "7"):
        at = point(VILLAGE, "ул. Ленина", house, id=f"q{house}")
        site.grid.save_points([at])
        troubles.report(Report(NOW, at, f"c{house}", f"+7900000000{house}"))


async def test_probable_outages_are_read_and_confirmed(site: Site) -> None:
    make_probable(site)
    assert isinstance(site.told(), Reported)
    token = site.token()
    status, said = await site.ask("GET", "/v1/probable", token)
    (one,) = said["probable"]
    assert (status, one["id"], one["calls"], len(one["houses"])) == (200, "probable:1", 3, 3)
    assert "+7900" not in json.dumps(said)
    fits("Probable", one)
    until = (NOW + HOUR).isoformat()
    status, said = await site.ask("POST", "/v1/probable/1/confirm", token, {"until": until, "whole": True})
    assert (status, said["probable"]["state"], said["outage"]["id"]) == (200, "confirmed", "dispatcher:1")
    assert isinstance(site.told(), Emergency)
    status, said = await site.ask("POST", "/v1/probable/probable:1/reject", token)
    assert (status, said["error"]["code"]) == (409, "decided_already")
    assert site.audit[0] == ("token scada", "api confirm", "1")
    assert (await site.ask("GET", "/v1/probable?state=all", token))[1]["probable"][0]["outage"] == "dispatcher:1"


async def test_probable_outages_are_rejected(site: Site) -> None:
    make_probable(site)
    status, said = await site.ask("POST", "/v1/probable/1/reject", site.token(), {"reason": "проверено"})
    assert (status, said["probable"]["state"]) == (200, "rejected")
    assert site.told() == NoneKnown()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"until": "+2h"}, "until"),
        ({"until": (NOW - HOUR).isoformat()}, "until"),
        ({"whole": "yes"}, "whole"),
        ({"reason": 5}, "reason"),
        ({"who": "me"}, "who"),
    ],
)
async def test_confirming_wrong(site: Site, body: Any, field: str) -> None:
    make_probable(site)
    status, said = await site.ask("POST", "/v1/probable/1/confirm", site.token(), body)
    assert (status, said["error"]["field"]) == (400, field)
    assert isinstance(site.told(), Reported)


async def test_a_slow_reader_of_the_database_does_not_hold_the_loop(site: Site) -> None:
    """Writers of other processes may hold the file for seconds; calls are held on this loop meanwhile."""
    token = site.token()
    with site.grid.writing():
        push = asyncio.create_task(site.ask("POST", "/v1/outages", token, [RECORD]))
        for _ in range(5):
            assert await site.ask("GET", "/health") == (200, {"ok": True})
        assert not push.done()
    assert (await push)[0] == 200


@pytest.mark.parametrize(
    "start",
    [
        "9999-12-31T20:00:00+03:00",
        "0001-01-01T00:00:00+03:00",
        "9999-12-31T23:59:59-12:00",
        "1969-12-31T00:00:00+03:00",
    ],
)
async def test_days_at_the_end_of_time_cost_no_other_record(site: Site, start: str) -> None:
    odd = {**RECORD, "id": "18", "start": start}
    del odd["planned_end"]
    token = site.token()
    status, said = await site.ask(
        "POST", "/v1/outages", token, [odd, {**odd, "id": "19", "planned_end": start}, RECORD]
    )
    assert status == 200, said
    assert "api-scada:17" in said["outages"]
    assert (await site.ask("GET", "/v1/outages?status=all", token))[0] == 200
    assert isinstance(site.told(), Emergency)
