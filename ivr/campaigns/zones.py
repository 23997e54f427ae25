"""◆ Time zones of the regions of Russia. A telephone's zone is that of its service point, never that of its prefix.

Codes and names are those of the state register of addresses, zones the IANA database's. A region whose parts keep
different times has all of them: a call must be allowed by the clock of each.
"""

from __future__ import annotations

import re
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Zones = tuple[str, ...]
"""Names like ``Europe/Moscow``; empty: not known."""

_TABLE = """
Europe/Moscow: 01 Адыгея, 05 Дагестан, 06 Ингушетия, 07 Кабардино-Балкарская, 08 Калмыкия, 09 Карачаево-Черкесская,
    10 Карелия, 11 Коми, 12 Марий Эл, 13 Мордовия, 15 Северная Осетия, 16 Татарстан, 20 Чеченская, 21 Чувашская,
    23 Краснодарский, 26 Ставропольский, 29 Архангельская, 31 Белгородская, 32 Брянская, 33 Владимирская,
    35 Вологодская, 36 Воронежская, 37 Ивановская, 40 Калужская, 44 Костромская, 46 Курская, 47 Ленинградская,
    48 Липецкая, 50 Московская, 51 Мурманская, 52 Нижегородская, 53 Новгородская, 57 Орловская, 58 Пензенская,
    60 Псковская, 61 Ростовская, 62 Рязанская, 67 Смоленская, 68 Тамбовская, 69 Тверская, 71 Тульская, 76 Ярославская,
    77 Москва, 78 Санкт-Петербург, 83 Ненецкий
Europe/Kaliningrad: 39 Калининградская
Europe/Kirov: 43 Кировская
Europe/Volgograd: 34 Волгоградская
Europe/Simferopol: 91 Крым, 92 Севастополь
Europe/Samara: 18 Удмуртская, 63 Самарская
Europe/Astrakhan: 30 Астраханская
Europe/Saratov: 64 Саратовская
Europe/Ulyanovsk: 73 Ульяновская
Asia/Yekaterinburg: 02 Башкортостан, 45 Курганская, 56 Оренбургская, 59 Пермский, 66 Свердловская, 72 Тюменская,
    74 Челябинская, 86 Ханты-Мансийский, 89 Ямало-Ненецкий
Asia/Omsk: 55 Омская
Asia/Barnaul: 04 Алтай, 22 Алтайский
Asia/Novosibirsk: 54 Новосибирская
Asia/Novokuznetsk: 42 Кемеровская
Asia/Tomsk: 70 Томская
Asia/Krasnoyarsk: 17 Тыва, 19 Хакасия, 24 Красноярский
Asia/Irkutsk: 03 Бурятия, 38 Иркутская
Asia/Yakutsk: 28 Амурская
Asia/Chita: 75 Забайкальский
Asia/Yakutsk Asia/Vladivostok Asia/Srednekolymsk: 14 Саха
Asia/Vladivostok: 25 Приморский, 27 Хабаровский, 79 Еврейская
Asia/Sakhalin: 65 Сахалинская
Asia/Magadan: 49 Магаданская
Asia/Kamchatka: 41 Камчатский
Asia/Anadyr: 87 Чукотский
"""
_KINDS = re.compile(r"\b(?:область|обл|край|республика|респ|автономн\w+|округ|ао|город|г)\b\.?", re.IGNORECASE)


def _key(name: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", _KINDS.sub(" ", name.casefold().replace("ё", "е"))).split())


def _read() -> tuple[dict[str, Zones], dict[str, Zones]]:
    by_code: dict[str, Zones] = {}
    by_name: dict[str, Zones] = {}
    for line in re.sub(r",\n\s+", ", ", _TABLE.strip()).splitlines():
        zones, _, regions = line.partition(": ")
        for region in regions.split(", "):
            code, _, name = region.partition(" ")
            by_code[code] = by_name[_key(name)] = tuple(zones.split())
    return by_code, by_name


_BY_CODE, _BY_NAME = _read()


@lru_cache(maxsize=4096)
def zones_of_region(region: str) -> Zones:
    """The zones of a region by its code («36», «1») or name («Воронежская обл.»); empty where it is not known.

    Second names count for nothing: «Саха (Якутия)», «Татарстан (Татарстан)», «Кемеровская область - Кузбасс».
    """
    text = region.strip()
    if text.isdigit():
        return _BY_CODE.get(text.zfill(2), ())
    words = _key(text).split()
    names = (" ".join(words[:end]) for end in range(len(words), 0, -1))
    return next((_BY_NAME[name] for name in names if name in _BY_NAME), ())


@lru_cache(maxsize=4096)
def is_zone(name: str) -> bool:
    """Whether the IANA database of this machine knows the zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
