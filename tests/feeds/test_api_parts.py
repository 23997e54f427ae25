"""The API's pieces that need no server: buckets, tokens, the document."""

from __future__ import annotations

import contextlib
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from outage_feed.api import asked, outages
from outage_feed.api.answers import ApiError, answer, bad_record
from outage_feed.api.openapi import document
from outage_feed.api.rate import MOST_KEPT, Rates
from outage_feed.api.server import Api
from outage_feed.api.tokens import Tokens, TokenTaken
from outage_feed.api.webhooks import signature, wait_after
from outage_feed.formats import Context, Rejected
from outage_feed.formats.json import parse
from outage_feed.store import GridStore
from tests.feeds.places import HOUR, NOW


@pytest.fixture
def grid(tmp_path: Path) -> Iterator[GridStore]:
    with GridStore.open(tmp_path / "ivr.db") as grid:
        yield grid


def test_a_bucket_empties_and_fills() -> None:
    rates = Rates(60)
    assert [rates.take("a", 0.0) for _ in range(60)] == [0.0] * 60
    assert rates.take("a", 0.0) == pytest.approx(1.0)
    assert rates.take("b", 0.0) == 0.0
    assert rates.take("a", 0.5) == pytest.approx(0.5)
    assert rates.take("a", 1.0) == 0.0
    assert rates.take("a", 1.0) > 0
    assert [rates.take("a", 1000.0) for _ in range(60)] == [0.0] * 60, "no more than a minute's worth is saved up"
    assert rates.take("a", 1000.0) > 0
    assert rates.take("a", 900.0) > 0, "a clock that goes back gives nothing away"


def test_buckets_do_not_pile_up() -> None:
    rates = Rates(60)
    for number in range(MOST_KEPT + 5):
        rates.take(str(number), float(number))
    assert len(rates._buckets) < 100


def test_a_token_is_shown_once_and_kept_as_a_hash(grid: GridStore) -> None:
    tokens = Tokens(grid)
    text = tokens.make("scada", "write", NOW, who="ivanova")
    known = tokens.check(text)
    assert known is not None
    assert (known.name, known.scope, known.source, known.made_by) == ("scada", "write", "api-scada", "ivanova")
    assert text not in json.dumps(grid.rows("SELECT * FROM grid_tokens"))
    assert tokens.check(text + "x") is None
    assert tokens.check("") is None
    with pytest.raises(TokenTaken):
        tokens.make("scada", "read", NOW, who="petrov")


def test_a_revoked_token_is_good_for_nothing_and_its_name_is_free(grid: GridStore) -> None:
    tokens = Tokens(grid)
    text = tokens.make("scada", "read", NOW, who="ivanova")
    assert tokens.revoke("scada", NOW + HOUR)
    assert not tokens.revoke("scada", NOW + HOUR)
    assert tokens.check(text) is None
    (gone,) = tokens.all()
    assert gone.revoked_at == NOW + HOUR
    again = tokens.make("scada", "write", NOW + HOUR, who="ivanova")
    assert again != text
    assert tokens.check(text) is None
    assert tokens.check(again) is not None


@pytest.mark.parametrize("name", ["", "Scada", "a b", "-a", "a" * 41, "скада", "a:b"])
def test_names_of_tokens(grid: GridStore, name: str) -> None:
    with pytest.raises(ValueError, match="no name for a token"):
        Tokens(grid).make(name, "read", NOW, who="ivanova")


def test_a_bad_record_names_its_place_and_field() -> None:
    bad = parse(b'[{"region": "36", "places": [{"settlement": {}}], "start": "x"}, 5]', Context("s", NOW)).rejected
    first, second = map(bad_record, bad)
    assert (first.record, first.field) == (0, "start")
    assert (second.record, second.field) == (1, "")
    region = parse(json.dumps([{"region": "99", "network": ["ТП-1"], "start": "2026-11-25T12:00"}]).encode(),
                   Context("s", NOW)).rejected  # fmt: skip
    assert (bad_record(region[0]).field, "served regions" in bad_record(region[0]).reason) == ("region", True)
    assert bad_record(Rejected("x", "odd")).reason == "odd"


def refs(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs(value)


def test_the_document_is_whole() -> None:
    doc = json.loads(json.dumps(document()))
    assert doc["openapi"] == "3.1.0"
    known = doc["components"]["schemas"]
    for ref in refs(doc):
        assert ref.removeprefix("#/components/schemas/") in known, ref
    for schema in known.values():
        Draft202012Validator.check_schema(schema)
    operations = [op["operationId"] for path in doc["paths"].values() for op in path.values()]
    assert len(operations) == len(set(operations)) >= 9


def test_every_route_is_described() -> None:
    """What the server answers is what the document says, no more and no less."""
    described = {(method.upper(), path) for path, methods in document()["paths"].items() for method in methods}
    source = inspect.getsource(Api)
    served = set()
    for method in ("get", "post"):
        for part in source.split(f"web.{method}(")[1:]:
            path = part.split('"')[1].replace("{id:.+}", "{id}")
            served.add((method.upper(), path))
    assert served - {("GET", "/openapi.json"), ("GET", "/health")} == described


def test_signatures_and_waits() -> None:
    assert signature("key", "1", b"{}") != signature("key", "2", b"{}")
    assert signature("key", "1", b"{}") != signature("yek", "1", b"{}")
    waits = [wait_after(failures, 0.5) for failures in range(1, 30)]
    assert waits == sorted(waits)
    assert waits[0] == 2.0
    assert waits[-1] == 600.0


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
    st.sampled_from(["36", "2026-11-25T12:00", "9999-12-31T23:00", "с. Бабяково", "ул. Ленина с 1 по 9", "5", "ТП-1"]),
)  # fmt: skip
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
FIELDS = ("id", "kind", "region", "start", "planned_end", "set_at", "restored_at", "closed_at", "reason", "text",
          "places", "fias", "network")  # fmt: skip
GOOD = {"id": "good", "region": "36", "start": NOW.isoformat(), "places": [{"settlement": {"name": "с. Бабяково"}}]}
records = st.dictionaries(st.sampled_from(FIELDS), anything, max_size=6).map(lambda odd: {**GOOD, "id": "odd", **odd})


@settings(max_examples=60, deadline=None)
@given(odd=st.one_of(records, anything))
def test_no_record_costs_the_others(tmp_path_factory: pytest.TempPathFactory, odd: Any) -> None:
    with GridStore.open(tmp_path_factory.mktemp("grid") / "ivr.db") as grid:
        data = json.dumps([odd, GOOD]).encode()
        status, said = outages.pushed(grid, "api-x", data, "", {}, NOW)
        json.loads(answer(said, status).text or "")
        assert status == 200
        assert "api-x:good" in said["outages"]
        listed = outages.listed(grid, {"status": "all", "limit": "1000"}, NOW)
        json.loads(answer(listed).text or "")
        assert listed["total"] == len(said["outages"])


@given(data=st.binary(max_size=200))
def test_any_body_is_read_or_refused(data: bytes) -> None:
    for read in ({"how": asked.a_text, "at": asked.a_time}, {"whole": asked.a_flag}):
        with contextlib.suppress(ApiError):  # any other exception is a 500
            assert isinstance(asked.body(data, read), dict)
