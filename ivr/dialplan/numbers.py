"""``numbers.yaml``: which number leads where, and what a number tells of the caller's branch.

The order (DOMAIN section 4): the number that the call was redirected from or that was dialled, then the area code of
a landline. A mobile or hidden number proves nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cached_property
from typing import Annotated

from pydantic import BeforeValidator, Field

from ivr.call.model import Call
from ivr.dialplan.fields import Part, Target
from ivr.dialplan.findings import Finding, known_names, near


class Origin(Enum):
    """Where a call comes from, as far as its numbers tell."""

    SERVED = "served"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


class Branch(Part):
    """A served region: the branch's name, and the area codes of its landlines."""

    name: str = Field(min_length=1)
    area_codes: tuple[str, ...] = ()


class Number(Part):
    """What is known of a call that was dialled to, or redirected from, this number."""

    entry: Target | None = None
    """A file or ``file:node``; without it the call starts where all do."""
    branch: str | None = None
    res: str | None = Field(None, max_length=80)
    label: str = Field("", max_length=80)
    """For people: whose number it is."""


def _label_only(value: object) -> object:
    return {"label": value} if isinstance(value, str) else value


NumberUse = Annotated[Number, BeforeValidator(_label_only, json_schema_input_type=str | Number)]


class Numbers(Part):
    """The whole file."""

    branches: dict[str, Branch] = Field({})
    """By the region's code: ``"46"``."""
    numbers: dict[str, NumberUse] = Field({})
    """By number, in any usual spelling."""

    @cached_property
    def by_number(self) -> Mapping[str, Number]:
        """The numbers in the one spelling that :func:`canonical` makes."""
        return {canonical(number): about for number, about in self.numbers.items()}

    @cached_property
    def by_area_code(self) -> Mapping[str, str]:
        """Area code → region code."""
        return {area: code for code, branch in self.branches.items() for area in branch.area_codes}

    def locate(self, call: Call) -> tuple[Call, str | None]:
        """The call with its branch and РЭС, and the entry that its numbers ask for (``None``: the usual one).

        The diversion goes first: a dispatcher's redirected number says more than the line's own.
        """
        known = [self.by_number[number] for number in _numbers_of(call) if number in self.by_number]
        branch = call.branch or next((number.branch for number in known if number.branch), None)
        res = call.res or next((number.res for number in known if number.res), None)
        entry = next((number.entry for number in known if number.entry), None)
        if branch is None:
            branch = self._by_landline(call.caller)
        return dataclasses.replace(call, branch=branch, res=res), entry

    def origin(self, call: Call) -> tuple[Origin, str]:
        """Where a located call comes from, and why we think so."""
        if call.branch is not None:
            return Origin.SERVED, f"branch {call.branch}"
        if call.caller is None:
            return Origin.UNKNOWN, "hidden number"
        if not is_landline(call.caller):
            return Origin.UNKNOWN, "not a landline of this country"
        branch = self._by_landline(call.caller)
        return (Origin.SERVED, f"area code of {branch}") if branch else (Origin.OUTSIDE, "area code of another region")

    def _by_landline(self, caller: str | None) -> str | None:
        if caller is None or not is_landline(caller):
            return None
        digits = canonical(caller)[1:]
        # The longest code wins: a town may have one of its own inside its region's.
        return next((self.by_area_code[digits[:n]] for n in (5, 4, 3) if digits[:n] in self.by_area_code), None)

    def findings(self) -> Iterator[Finding]:
        """Numbers that are none, are there twice in two spellings, or name a branch that is not."""
        spelled: dict[str, str] = {}
        for number, about in self.numbers.items():
            digits = canonical(number)
            if not digits or any(letter not in "0123456789+-() " for letter in number):
                yield Finding(("numbers", number), f"{number!r} is not a telephone number", at_key=True)
            elif not _may_be_dialled(digits, international=number.lstrip().startswith("+")):
                yield Finding(
                    ("numbers", number),
                    f"{number!r} has {len(digits)} digits",
                    "a number has 11 (or 10, without the leading 8), an extension at most 7",
                    at_key=True,
                )
            elif digits in spelled:
                message = f"{number!r} is the same number as {spelled[digits]!r}"
                yield Finding(("numbers", number), message, "remove one of the two", at_key=True)
            spelled.setdefault(digits, number)
            if about.branch is not None and about.branch not in self.branches:
                hint = near(about.branch, self.branches) or known_names(self.branches)
                yield Finding(("numbers", number, "branch"), f"unknown branch {about.branch!r}", hint)
        codes: dict[str, str] = {}
        for code, branch in self.branches.items():
            for index, area in enumerate(branch.area_codes):
                path = ("branches", code, "area_codes", index)
                if not (area.isdecimal() and 3 <= len(area) <= 5):
                    yield Finding(path, f"{area!r} is not an area code", "3 to 5 digits, without the leading 8")
                elif area in codes:
                    yield Finding(path, f"area code {area} is also that of branch {codes[area]!r}")
                codes.setdefault(area, code)


def canonical(number: str) -> str:
    """Digits only, an eleven-digit number always beginning with 7: «8 (800) 220-0-220» → ``78002200220``."""
    digits = "".join(letter for letter in number if letter.isdecimal())
    return f"7{digits[1:]}" if len(digits) == 11 and digits[0] == "8" else digits


def _may_be_dialled(digits: str, *, international: bool) -> bool:
    """Whether a number can have as many digits: a whole one, one without the leading 8, an extension or town number."""
    if international and not digits.startswith("7"):
        return 8 <= len(digits) <= 15
    whole = len(digits) == 11 and digits.startswith("7")
    return whole or len(digits) <= 7 or (len(digits) == 10 and (digits[0] in "349" or digits.startswith("80")))


def is_landline(number: str) -> bool:
    """Whether a number belongs to a place: Russian geographic codes begin with 3, 4 or 8 (800 to 809 do not)."""
    digits = canonical(number)
    return len(digits) == 11 and digits[0] == "7" and digits[1] in "348" and digits[1:3] != "80"


def _numbers_of(call: Call) -> Iterator[str]:
    for number in (call.diversion, call.dialled):
        if number:
            yield canonical(number)
