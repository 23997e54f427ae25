"""Which spellings in numbers.yaml can be telephone numbers."""

import pytest

from ivr.dialplan.numbers import Numbers


@pytest.mark.parametrize(
    "number", ["8 (471) 200-01", "8 (471) 200-010", "8 (471) 200-01-010", "12345678", "+7 471 20001"]
)
def test_a_number_with_digits_lost_or_doubled_is_said_to_be_none(number: str) -> None:
    (finding,) = Numbers.model_validate({"numbers": {number: "РЭС"}}).findings()
    assert "digits" in finding.message


@pytest.mark.parametrize(
    "number", ["8 (4712) 00-01-01", "4712000101", "8002200220", "220", "2-20-01", "+375 17 2000101"]
)
def test_whole_numbers_and_extensions_are_good(number: str) -> None:
    assert list(Numbers.model_validate({"numbers": {number: "РЭС"}}).findings()) == []
