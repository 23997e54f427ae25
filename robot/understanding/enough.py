"""◆ Has enough been said to be answered? What the ear asks while the caller is still on the line. Pure.

Where it has, nothing needs to be waited for: the answer comes sooner. Where more could follow that would change it
(«нет …», «дом двадцать …», a house 5 of a street that has a 5а as well), the usual pause is waited for.
"""

from __future__ import annotations

from ivr.call.model import Speech
from outage_feed.model import Address, House
from outage_feed.places import Places, read_house
from robot.understanding.address import understand_address
from robot.understanding.anywhere import means
from robot.understanding.reasons import choose
from robot.understanding.understood import SURE, Matched
from robot.understanding.yes_no import yes_no


def enough(text: str, speech: Speech | None, places: Places | None = None) -> bool:
    """Whether ``text`` is a whole answer to what is asked (``None``: nothing is). ``places``: the register's, if they
    are in memory."""
    if means(text) is not None:
        return True
    match speech:
        case Speech(expects="yes_no"):
            return _yes_or_no(text)
        case Speech(expects="choice", phrases=phrases, or_yes_no=or_yes_no):
            return (or_yes_no and _yes_or_no(text)) or choose(text, {"one of them": phrases}) is not None
        case Speech(expects="address") if places is not None:
            return _whole_address(text, places)
    return False


def _yes_or_no(text: str) -> bool:
    """A «нет» alone may go on: «нет, не Ленина …»."""
    said = yes_no(text)
    return said is True or (said is False and len(text.split()) > 1)


def _whole_address(text: str, places: Places) -> bool:
    match understand_address((text,), places):
        case Matched(address=address, confidence=confidence) if confidence >= SURE:
            return not _may_go_on(address, places)
    return False


def _may_go_on(address: Address, places: Places) -> bool:
    """Whether the street has a house whose number begins like this one, as it is spoken."""
    house = read_house(address.house)
    if house is None:
        return True
    beginning = House(house.number)
    step = 100 if house.number % 100 == 0 else 10 if house.number % 10 == 0 and house.number % 100 != 10 else 1
    for way in places.ways_in(address.settlement):
        if way.street == address.street:
            if house == beginning and len(way.with_number(house.number)) > 1:
                return True
            if any(way.with_number(number) for number in range(house.number + 1, house.number + step)):
                return True
    return False
