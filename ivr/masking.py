"""Personal data made unreadable for logs, tables and terminals (DOMAIN section 3: «+7***1234»).

Full values are kept in the case record only, and whoever reads them there is written down (``ivr/store/audit.py``).
"""

from __future__ import annotations

import re

HIDDEN_CALLER = "hidden"
MASK = "***"
_NUMBER_WORDS = (
    r"нол[ьяю]|нул[ьяюе]м?|од(?:ин|на|но|ного|ной|ну|ному|ним|ном|ни|них)|два|две|двух|двум|двумя|двое"
    r"|три|тр[её]х|тр[её]м|тремя|трое|четыр(?:е|[её]х|[её]м|ьмя)|пят(?:ь|и|ью)|шест(?:ь|и|ью)|сем(?:ь|и|ью)"
    r"|восем(?:ь|и|ью)|восьми|восьмью|девят(?:ь|и|ью)|десят(?:ь|и|ью)|[а-яё]+надцат(?:ь|и|ью)|(?:два|три)дцат(?:ь|и|ью)"
    r"|сорок|сорока|(?:пять|шесть|семь|восемь)десят|[а-яё]+идесяти|девяност[оа]|сто|ста|двести|триста|четыреста"
    r"|(?:пять|шесть|семь|восемь|девять)сот|[а-яё]+(?:сот|стам)|тысяч[аиу]?|дробь"
    r"|(?:перв|втор|четв[её]рт|пят|шест|седьм|восьм|девят|десят|[а-яё]+надцат|(?:два|три)дцат|сороков)"
    r"(?:ый|ой|ая|ое|ого|ому|ую|ым|ом)|трет(?:ий|ья|ье|ьего|ьей|ью|ьем)"
)
"""Numbers in words as recognisers write them, in their cases; ordinals, too («квартира пятая»)."""
_SPOKEN_NUMBER = re.compile(
    rf"(?<!\w)(?:\d+\w*|{_NUMBER_WORDS})(?:[\s,]+(?:\d+\w*|{_NUMBER_WORDS}))*(?!\w)", re.IGNORECASE
)
_PHONE = re.compile(r"(?<![\w.])\+?\d{10,15}(?!\w)")
_HOUSE = re.compile(r"(?<=\S)\s+\d+\S*$")


def mask_phone(phone: str | None) -> str:
    """``+79001231234`` → ``+7***1234``; ``None`` (a hidden number) → ``hidden``; short numbers stay as they are."""
    if phone is None:
        return HIDDEN_CALLER
    digits = phone.removeprefix("+")
    if len(digits) <= 5:
        return phone
    head = phone[: len(phone) - len(digits) + 1]
    return f"{head}***{digits[-4:]}"


def mask_phones(text: str) -> str:
    """The same text with every run of 10 to 15 digits in it masked."""
    return _PHONE.sub(lambda found: mask_phone(found[0]), text)


def mask_spoken(text: str, *, alone: bool = False) -> str:
    """What a caller said without the numbers in it, in words or digits: they may be a house, an account or a telephone.

    ``улица ленина дом двадцать пять`` → ``улица ленина дом ***``. A number that is all that was said names a key, and
    stays; ``alone``: it is personal, too (a house or an account was asked for).
    """
    shown = _SPOKEN_NUMBER.sub(MASK, text)
    return text if shown == MASK and not alone and len(text.split()) == 1 else shown


def mask_address(text: str) -> str:
    """The same address without house and flat: ``ул. Ленина, 5`` → ``ул. Ленина, ***``; a bare name stays as it is.

    What begins with a number after the first word is a house also where no comma parts it (``ул. Ленина 5``).
    """
    street, comma, house = text.partition(",")
    if comma:
        return f"{street}, {MASK}" if house.strip() else text
    return _HOUSE.sub(f" {MASK}", text)
