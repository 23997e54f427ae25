"""A small made-up register with the oddities of real ones, for the tests of addresses by voice."""

from __future__ import annotations

from outage_feed.model import Address, Settlement
from outage_feed.names import parse_settlement, parse_street
from outage_feed.places import Places
from robot.understanding.spoken_places import places_of

DISTRICTS = {
    "г. Орёл": ("57", ""),
    "г. Курск": ("46", ""),
    "г. Грязи": ("48", "Грязинский р-н"),
    "г. Данков": ("48", "Данковский р-н"),
    "г. Клинцы": ("32", ""),
    "с. Хреновое": ("36", "Бобровский р-н"),
    "с. Бабяково": ("36", "Новоусманский р-н"),
    "п. Пески": ("36", "Новоусманский р-н"),
    "СНТ Пески": ("36", "Новоусманский р-н"),
    "рп. Анна": ("36", "Аннинский р-н"),
    "д. Нижняя Велица": ("44", "Нерехтский р-н"),
}
REGISTER = """
г. Орёл | ул. Ленина | 1 3 5 5а 7 9 25 25/1 25а 125
г. Орёл | ул. Ленинградская | 1 2 3 5 12
г. Орёл | ул. Садовая | 5 6 7 12
г. Орёл | пер. Садовый | 5 6
г. Орёл | ул. 8 Марта | 5 8 12а
г. Орёл | ул. 50 лет Октября | 2 50 52
г. Орёл | ул. 1-я Молодежная | 1 2 3
г. Орёл | ул. 2-я Молодежная | 1 2 4
г. Орёл | пер. Газа 1-й | 1 2
г. Орёл | ул. К.Маркса | 5 7
г. Орёл | ул. Наугорское шоссе | 10 12
г. Орёл | ул. Набережная | 3 4
г. Орёл | ул. 40 лет Победы | 5
г. Орёл | ул. Победы | 40
г. Орёл | ул. Маршала Жукова | 15 к1, 15 к2, 17
г. Орёл | ул. Новая | 1 вл. 3
г. Орёл | ул. Герцена (Дворянская) | 8
г. Орёл | б-р Победы | 9
г. Курск | ул. Ленина | 5 6 7
г. Курск | ул. Садовая | 5 31
г. Курск | ул. Кукурузная | 1
г. Курск | ул. Карла Маркса | 66
г. Грязи | ул. Мира | 1 2 3
г. Грязи | ул. Песковатская | 14
г. Данков | ул. Мира | 1 2 3
г. Клинцы | ул. Мира | 7
с. Хреновое | ул. Лесная | 1 2
с. Бабяково | ул. Лесная | 2 3
с. Бабяково | ул. Ленина | 11
рп. Анна | ул. Ленина | 21
п. Пески | | 1 2 3
СНТ Пески | | 2 уч. 15
д. Нижняя Велица | | 4 5
д. Бор @ 44 Нерехтский р-н | | 1 2 3
д. Бор @ 44 Красносельский р-н | | 2 3 4
д. Бор @ 69 Торжокский р-н | ул. Лесная | 1
"""


def addresses() -> list[Address]:
    found = []
    for line in REGISTER.strip().splitlines():
        place, street, houses = (part.strip() for part in line.split("|"))
        name, _, where = place.partition(" @ ")
        region, _, district = where.partition(" ") if where else (*DISTRICTS[name][:1], "", DISTRICTS[name][1])
        settlement = parse_settlement(name, district=district, region=region)
        for house in (
            houses.split(", ") if "," in houses else houses.replace("вл. ", "вл.").replace("уч. ", "уч.").split()
        ):
            found.append(Address(settlement, parse_street(street) if street else None, house))
    return found


PLACES: Places = places_of(addresses())


def settlement(name: str, district: str = "") -> Settlement:
    """The settlement of that name (and district) as the register has it."""
    found = {each.settlement for each in addresses()}
    (one,) = (each for each in found if str(each) == name and district in each.district)
    return one
