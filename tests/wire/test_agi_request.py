"""Asterisk's request: header lines → facts."""

import pytest
from peer import request_bytes

from ivr.asterisk.request import caller_number, parse_request
from ivr.errors import AgiError


def block(data: bytes) -> bytes:
    assert data.endswith(b"\n\n")
    return data[:-2]


def test_a_recorded_request() -> None:
    request = parse_request(block(request_bytes("hotline", ("", "88002200220", "", "prohib", "TIMEOUT"))))
    assert request.path == "hotline"
    assert request.args == ("", "88002200220", "", "prohib", "TIMEOUT")
    assert request.arg(2) == "88002200220"
    assert request.arg(9) == ""
    assert request.channel == "PJSIP/caller-0000002a"
    assert request.uniqueid == "1795571772.1"
    assert request.extension == "robot"


def test_a_query_and_slashes_are_not_part_of_the_path() -> None:
    assert parse_request(block(request_bytes("hotline/?x=1"))).path == "hotline"


def test_bytes_of_another_encoding_are_borne() -> None:
    raw = block(request_bytes()).replace(b"agi_calleridname: unknown", b"agi_calleridname: \xc8\xe2\xe0\xed: x")
    assert "x" in parse_request(raw).headers["agi_calleridname"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"GET / HTTP/1.1\nHost: x", "not an AGI header"),
        (b"agi_network: yes", "no agi_network_script"),
        (b"", "not an AGI header"),
        (b"agi_network_script: x\nagi_arg_99999999: x", "arguments"),
        (b"\xff\xfe\x00\x01", "not an AGI header"),
    ],
)
def test_what_is_no_request_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(AgiError, match=why):
        parse_request(data)


@pytest.mark.parametrize(
    ("text", "presentation", "number"),
    [
        ("+74951234567", "allowed_not_screened", "+74951234567"),
        ("84951234567", "allowed", "+74951234567"),
        ("74951234567", "", "+74951234567"),
        ("4951234567", "0", "+74951234567"),
        ("8 (495) 123-45-67", "3", "+74951234567"),
        ("+375291234567", "allowed", "+375291234567"),
        ("810375291234567", "allowed", "+375291234567"),
        ("00375291234567", "allowed", "+375291234567"),
        ("+74951234567", "prohib_passed_screen", None),
        ("+74951234567", "prohib", None),
        ("+74951234567", "35", None),
        ("unknown", "unavailable", None),
        ("anonymous", "allowed", None),
        ("", "67", None),
        ("101", "allowed", None),
        ("1" * 30, "allowed", None),
        ("sip:74951234567", "allowed", None),
    ],
)
def test_callers_numbers(text: str, presentation: str, number: str | None) -> None:
    assert caller_number(text, presentation) == number
