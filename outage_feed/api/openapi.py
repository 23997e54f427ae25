"""The API described in OpenAPI 3.1, served at ``/openapi.json``; its records are those of the ``json`` format."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from outage_feed.clusters import Reach, State
from outage_feed.model import Status
from outage_feed.record import schema

_TEXT: dict[str, Any] = {"type": "string"}
_TIME: dict[str, Any] = {"type": "string", "format": "date-time"}
_MAYBE_TIME = {"type": ["string", "null"], "format": "date-time"}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(required: tuple[str, ...] = (), /, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _json(of: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": of}}


def _query(name: str, what: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": what, "schema": schema or _TEXT}


def _id(what: str) -> dict[str, Any]:
    return {"name": "id", "in": "path", "required": True, "description": what, "schema": _TEXT}


_ERRORS = {
    "400": "a parameter, a field or the whole body is wrong; «field» names it",
    "401": "no token, or not a good one",
    "403": "the token may only read, or the address may not connect",
    "429": "too many requests; «Retry-After» says when",
    "503": "the database cannot be used just now",
}
_WRITE_ERRORS = {"408": "the body was too slow", "413": "the body is too long"}


def _operation(
    name: str,
    what: str,
    gives: dict[str, Any],
    *,
    parameters: list[dict[str, Any]] | None = None,
    body: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
) -> dict[str, Any]:
    wrong = {**_ERRORS, **(_WRITE_ERRORS if body else {}), **(errors or {})}
    found: dict[str, Any] = {
        "operationId": name,
        "summary": what,
        "parameters": parameters or [],
        "responses": {
            "200": {"description": "done", "content": _json(gives)},
            **{status: {"description": text, "content": _json(_ref("Error"))} for status, text in wrong.items()},
        },
    }
    if body is not None:
        found["requestBody"] = {"content": _json(body)}
    return found


_PLACE = [
    _query("region", "code («36») or name"),
    _query("settlement", "«с. Бабяково»; its type may be missing"),
    _query("district", "where the name repeats in the region"),
    _query("street", "«ул. Ленина»; needs the settlement"),
]
_NO_OUTAGE = {"404": "there is no such outage"}
_NO_PROBABLE = {"404": "there is no such probable outage"}
_DECIDED = {**_NO_PROBABLE, "409": "it was decided already"}


def _paths() -> dict[str, Any]:
    probable = _object(("probable",), probable=_ref("Probable"))
    return {
        "/v1/outages": {
            "get": _operation(
                "listOutages",
                "Outages by their start, those that are open or all",
                _object(("total", "outages"), total={"type": "integer"}, outages=_list(_ref("Outage"))),
                parameters=[
                    *_PLACE,
                    _query("source", "only of this source"),
                    _query("status", "which", type="string", enum=["open", "all"], default="open"),
                    _query("limit", "so many", type="integer", minimum=1, maximum=1000, default=100),
                    _query("offset", "after so many", type="integer", minimum=0, default=0),
                ],
            ),
            "post": _operation(
                "pushOutages",
                "Push new outages and new versions of known ones (by id); bad records are named, the others taken in",
                _ref("Pushed"),
                parameters=[
                    _query(
                        "snapshot", "the list is all that this source has: what it lacks was withdrawn",
                        type="string", enum=["false", "true"], default="false",
                    )
                ],
                body=_ref("Outages"),
                errors={"422": "none of the records can be used; «rejected» says why"},
            ),
        },
        "/v1/outages/{id}": {
            "get": _operation(
                "getOutage",
                "One outage",
                _object(("outage",), outage=_ref("Outage"), history=_list(_ref("Outage"))),
                parameters=[
                    _id("as in a list: «api-scada:17»"),
                    _query("history", "every version, too", type="string", enum=["false", "true"], default="false"),
                ],
                errors=_NO_OUTAGE,
            )
        },
        "/v1/outages/{id}/close": {
            "post": _operation(
                "closeOutage",
                "Supply is back, or there was no such outage",
                _object(("outage",), outage=_ref("Outage")),
                parameters=[_id("as in a list: «api-scada:17»")],
                body=_object(("how",), how={"type": "string", "enum": ["restored", "withdrawn"]}, at=_TIME),
                errors={**_NO_OUTAGE, "409": "it is closed already"},
            )
        },
        "/v1/affecting": {
            "get": _operation(
                "affecting",
                "What explains that it is dark at an address, and which sentence a caller there hears",
                _ref("Affecting"),
                parameters=[*({**each, "required": each["name"] in ("region", "settlement")} for each in _PLACE),
                            _query("house", "«5», «7а», «25/1»")],
            )
        },
        "/v1/probable": {
            "get": _operation(
                "listProbable",
                "Outages that several callers have reported and no list tells of",
                _object(("probable",), probable=_list(_ref("Probable"))),
                parameters=[_query("state", "which", type="string", enum=["open", "all"], default="open")],
            )
        },
        "/v1/probable/{id}": {
            "get": _operation(
                "getProbable", "One probable outage", probable, parameters=[_id("«probable:3» or «3»")],
                errors=_NO_PROBABLE,
            )
        },
        "/v1/probable/{id}/confirm": {
            "post": _operation(
                "confirmProbable",
                "Put it on the dispatchers' list as an emergency",
                _object(("probable", "outage"), probable=_ref("Probable"), outage=_ref("Outage")),
                parameters=[_id("«probable:3» or «3»")],
                body=_object(until=_MAYBE_TIME, whole={"type": "boolean"}, reason=_TEXT),
                errors=_DECIDED,
            )
        },
        "/v1/probable/{id}/reject": {
            "post": _operation(
                "rejectProbable", "There is no such outage", probable, parameters=[_id("«probable:3» or «3»")],
                body=_object(reason=_TEXT), errors=_DECIDED,
            )
        },
    }  # fmt: skip


def _schemas() -> dict[str, Any]:
    records = json.loads(json.dumps(schema()).replace("#/$defs/", "#/components/schemas/"))
    definitions: dict[str, Any] = records.pop("$defs")
    records.pop("$schema")
    stored = _object(
        ("source", "status", "version", "id"),
        source=_TEXT, status={"type": "string", "enum": [one.value for one in Status]},
        version={"type": "integer"}, received_at=_MAYBE_TIME,
    )  # fmt: skip
    # What is stored has no closed set of fields: the record's own, and these.
    given = {**definitions["OutageRecord"], "additionalProperties": True}
    probable = {
        "id": _TEXT, "reach": {"type": "string", "enum": [one.value for one in Reach]}, "region": _TEXT,
        "place": _TEXT, "calls": {"type": "integer", "description": "callers"}, "first_at": _TIME, "last_at": _TIME,
        "expires_at": _TIME, "state": {"type": "string", "enum": [one.value for one in State]},
        "house": {"type": "string", "description": "set where all callers are of one house"},
        "outage": {"type": "string", "description": "the outage that it became or joined"}, "houses": _list(_TEXT),
    }  # fmt: skip
    rejected = _object(
        ("record", "reason"), record={"type": ["integer", "null"], "description": "its place in the list, from 0"},
        id=_TEXT, field=_TEXT, reason=_TEXT,
    )  # fmt: skip
    counts = {name: {"type": "integer"} for name in ("new", "changed", "unchanged", "withdrawn")}
    explanation = _object(
        ("sureness", "phase", "outage"), sureness={"type": "string", "enum": ["sure", "possible"]},
        phase={"type": "string", "enum": ["now", "overdue", "restored", "later"]}, outage=_ref("Outage"),
    )  # fmt: skip
    return {
        **definitions,
        "Outages": records,
        "Outage": {"allOf": [given, stored]},
        "Probable": _object(tuple(probable), **probable),
        "Pushed": _object(
            ("source", "changes", "outages", "rejected"), source=_TEXT, changes=_object(**counts),
            outages=_list(_TEXT), rejected=_list(rejected),
        ),
        "Affecting": _object(
            ("address", "told", "explanations"), address=_TEXT, registered={"type": "boolean"}, told=_TEXT,
            as_of=_MAYBE_TIME, stale_sources=_list(_TEXT), explanations=_list(explanation),
            probable={"anyOf": [_ref("Probable"), {"type": "null"}]},
        ),
        "Error": _object(
            ("error",), error=_object(("code", "message"), code=_TEXT, message=_TEXT, field=_TEXT),
            rejected=_list(rejected),
        ),
    }  # fmt: skip


@cache
def document() -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Outages of an electric grid, for its hotline",
            "version": "1",
            "description": "Read, push and close outages; confirm or reject what callers have reported. Times are "
            "ISO 8601; without an offset they are UTC+3. Ids of what is pushed are «api-TOKEN'S NAME:YOUR ID».",
        },
        "security": [{"token": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "ivr api token add"}},
            "schemas": _schemas(),
        },
    }
