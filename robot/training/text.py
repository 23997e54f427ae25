"""What callers say, made up: sentences for the synthesisers, for the graph's word pairs and for tests.

Nothing here is a recording of anybody; the phrases are those of ``robot/hearing/words``, put together with numbers,
addresses and account numbers as people dictate them. A seed gives the same sentences again.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from robot.hearing.inflecting import street_forms, town_forms
from robot.hearing.spoken_numbers import DIGITS, LETTERS, ORDINAL_FORMS, cardinal, ordinal
from robot.hearing.vocabulary import phrases

LONGEST = 14
"""Words in a sentence."""
_STREET_TYPES = (
    ("улица",) * 5
    + ("",) * 4
    + (
        "на улице",
        "по улице",
        "проспект",
        "переулок",
        "проезд",
        "бульвар",
        "шоссе",
        "площадь",
        "набережная",
        "тупик",
        "микрорайон",
    )
)
_PLACE_TYPES = ("город", "посёлок", "село", "деревня", "хутор", "станица", "слобода", "", "", "")
_MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября",
    "декабря",
)  # fmt: skip


class Generator:
    """Sentences of all kinds; ``seed`` decides which."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def sentence(self, kind: str | None = None) -> str:
        """Lower-case words parted by spaces; of a random kind (by ``KINDS``) unless one is asked for."""
        chosen = kind or self._chance.choices(list(KINDS), [weight for weight, _ in KINDS.values()])[0]
        said = KINDS[chosen][1](self).split()
        return " ".join(said[:LONGEST])

    def _one(self, family: str) -> str:
        return self._chance.choice(phrases(family))

    def _sometimes(self, share: float) -> bool:
        return self._chance.random() < share

    def yes(self) -> str:
        """Agreement."""
        return self._one("yes")

    def no(self) -> str:
        """Refusal."""
        return self._one("no")

    def control(self) -> str:
        """Steering the call."""
        return self._one("control")

    def danger(self) -> str:
        """Danger, alone or after a beginning."""
        said = self._one("danger")
        if self._sometimes(0.3):
            said = f"{self._one('fillers')} {said}"
        return (
            f"{said} {(self._sometimes(0.5) and 'на улице ') or ''}{self._one('streets')}"
            if self._sometimes(0.15)
            else said
        )

    def topic(self) -> str:
        """A reason for calling."""
        said = self._one("topics")
        if self._sometimes(0.35):
            said = f"{self._one('fillers')} {said}"
        if self._sometimes(0.12):
            said += " " + self._chance.choice(
                (
                    "пожалуйста",
                    "уже два часа",
                    "с утра",
                    "сегодня",
                    f"на улице {self._one('streets')}",
                    f"в городе {self._one('towns')}",
                )
            )
        return said

    def filler(self) -> str:
        """A beginning with no end."""
        return self._one("fillers")

    def house(self) -> str:
        """A house number in one of its spoken forms."""
        number = cardinal(
            self._chance.choice(
                (self._chance.randint(1, 30), self._chance.randint(1, 150), self._chance.randint(1, 320))
            )
        )
        letter = self._chance.choice((*LETTERS[:8], "к", "б", "в", "г", "д"))
        form = self._chance.choice(
            ("", "", "", "", " дробь", " буква", " letter", " корпус", " строение", " литер", " и", " корпус строение")
        )
        small = cardinal(self._chance.randint(1, 30))
        extra = {
            "": "", " дробь": f" дробь {small}", " буква": f" буква {letter}", " letter": f" {letter}",
            " корпус": f" корпус {small}", " строение": f" строение {small}", " литер": f" литер {letter}",
            " и": f" {small}", " корпус строение": f" корпус {small} строение {cardinal(self._chance.randint(1, 9))}",
        }[form]  # fmt: skip
        before = self._chance.choice(("дом ", "дом ", "", "", "номер ", "дом номер ", "владение ", "участок "))
        after = f" квартира {cardinal(self._chance.randint(1, 400))}" if self._sometimes(0.2) else ""
        return before + number + extra + after

    def street(self) -> str:
        """A street with or without its type, before or behind, in the case that the type asks for."""
        kind = self._chance.choice(_STREET_TYPES)
        name = self._one("streets")
        forms = street_forms(name)
        if len(forms) > 1:
            if kind in ("на улице", "по улице") or (not kind and self._sometimes(0.3)):
                name = next((form for form in forms if form.endswith(("ой", "ей"))), name)
            elif kind in ("переулок", "проезд", "бульвар", "тупик", "проспект"):
                name = next((form for form in forms if form.endswith(("ый", "ий"))), name)
            elif kind == "шоссе":
                name = next((form for form in forms if form.endswith(("ое", "ее"))), name)
        return (
            f"{name} {kind}" if kind in ("улица", "переулок", "проезд") and self._sometimes(0.15) else f"{kind} {name}"
        )

    def settlement(self) -> str:
        """A town, village or district, named or where somebody is."""
        which = self._chance.random()
        if which < 0.15:
            return f"{self._one('districts')} {self._chance.choice(('район', 'район', 'округ', ''))}"
        name = self._one("towns" if which < 0.6 else "villages")
        if self._sometimes(0.25):
            forms = town_forms(name)
            return f"в {forms[min(1, len(forms) - 1)]}" if self._sometimes(0.7) else f"из {forms[-1]}"
        return f"{self._chance.choice(_PLACE_TYPES)} {name}"

    def address(self) -> str:
        """Settlement, street and house, or some of them, in some order."""
        parts = [self.street(), self.house()]
        if self._sometimes(0.35):
            parts.insert(0, self.settlement())
        if self._sometimes(0.1):
            self._chance.shuffle(parts)
        return " ".join(parts)

    def digits(self) -> str:
        """Digits one by one, repeated ones too: an account or a phone number, or a part of it."""
        length = self._chance.choice((1, 2, 3, 3, 4, 4, 5, 6, 7, 8, 8, 9, 10, 10, 11, 12))
        said: list[str] = []
        while len(said) < length:
            said += [self._chance.choice(DIGITS)] * self._chance.choices((1, 2, 3, 4), (12, 4, 2, 1))[0]
        return " ".join(said[:length])

    def dictated(self) -> str:
        """A long number in groups: «ноль ноль двенадцать триста сорок пять»."""
        groups = [self._group() for _ in range(self._chance.randint(2, 5))]
        return " ".join(groups)

    def _group(self) -> str:
        zeros = "ноль " * self._chance.choices((0, 1, 2), (8, 2, 1))[0]
        size = self._chance.choice((9, 99, 99, 999))
        return zeros + cardinal(self._chance.randint(1, size))

    def number(self) -> str:
        """A number, a count of something, or an ordinal."""
        which = self._chance.random()
        if which < 0.3:
            return ordinal(self._chance.randint(1, 100), self._chance.choice(ORDINAL_FORMS))
        size = self._chance.choice((20, 99, 999, 999, 99_999, 999_999))
        said = cardinal(self._chance.randint(0, size))
        return (
            f"{said} {self._chance.choice(('', '', 'рублей', 'киловатт', 'вольт', 'лет', 'минут', 'часов', 'человек'))}"
        )

    def date(self) -> str:
        """A day of the year, of the week, or a month."""
        which = self._chance.random()
        if which < 0.35:
            return self._one("times")
        day = ordinal(self._chance.randint(1, 31), self._chance.choice(("ое", "ого")))
        return f"{day} {self._chance.choice(_MONTHS)}"

    def time(self) -> str:
        """A time of day or a span."""
        hours, minutes = self._chance.randint(0, 23), self._chance.randint(0, 59)
        hour, minute = (
            self._chance.choice(("часов", "час", "часа", "", "")),
            self._chance.choice(("минут", "минуты", "")),
        )
        if self._sometimes(0.4):
            before = self._chance.choice(("в", "с", "до", "к", "около"))
            return f"{before} {cardinal(hours or 1)} {self._chance.choice(('часов', 'утра', 'вечера', 'дня', 'ночи'))}"
        return f"{cardinal(hours)} {hour} {cardinal(minutes)} {minute}"

    def letter(self) -> str:
        """One letter or several."""
        return " ".join(self._chance.choice(LETTERS) for _ in range(self._chance.choice((1, 1, 2, 3))))

    def name(self) -> str:
        """A person."""
        return " ".join(self._one("names") for _ in range(self._chance.choice((1, 2, 3))))

    def rating(self) -> str:
        """An answer on a five-point scale."""
        mark = self._chance.choice(
            ("один", "два", "три", "четыре", "пять", "единица", "двойка", "тройка", "четвёрка", "пятёрка")
        )
        before = self._chance.choice(("", "", "оценка", "ставлю", "на"))
        return f"{before} {mark} {self._chance.choice(('', '', 'баллов', 'с плюсом', 'из пяти'))}"

    def general(self) -> str:
        """Ordinary words in no order: sounds that the hotline's own words put together too seldom."""
        return " ".join(self._one("general") for _ in range(self._chance.randint(1, 6)))


KINDS: dict[str, tuple[float, Callable[[Generator], str]]] = {
    "yes": (7, Generator.yes), "no": (7, Generator.no), "control": (8, Generator.control),
    "danger": (6, Generator.danger), "topic": (12, Generator.topic), "filler": (1, Generator.filler),
    "house": (6, Generator.house), "street": (7, Generator.street), "settlement": (6, Generator.settlement),
    "address": (8, Generator.address), "digits": (16, Generator.digits), "dictated": (5, Generator.dictated),
    "number": (4, Generator.number), "date": (3, Generator.date), "time": (3, Generator.time),
    "letter": (3, Generator.letter), "name": (3, Generator.name), "rating": (1, Generator.rating),
    "general": (12, Generator.general),
}  # fmt: skip
"""Kind → how often, and how it is made."""
