"""◆ The words around names in a spoken address: types, words that say nothing of the place, corrections.

All words are folded (small letters, е for ё).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ivr.prompts.russian.letters import LETTERS
from robot.hearing.inflecting import street_forms, town_forms
from robot.hearing.vocabulary import phrases
from robot.understanding.houses import FLATS, MARKERS, PARTS
from robot.understanding.numbered import Token, tokens
from robot.understanding.words import FILLERS


def _bent(table: str) -> dict[str, str]:
    """«ул улиц:а е у ы» → улица, улице … each with its canonical type."""
    found: dict[str, str] = {}
    for line in table.strip().splitlines():
        kind, *nouns = line.split("|")
        for noun in nouns:
            stem, _, endings = noun.partition(":")
            found |= {stem + ending.strip("-"): kind.strip() for ending in (endings.split() or ["-"])}
    return found


STREET_WORDS = _bent("""
ул|улиц:а е у ы ей|ул
пер|переул:ок ке ка ку ком ки|пер
пр-кт|проспект:- е а у ом
проезд|проезд:- е а у ом
б-р|бульвар:- е а у ом
ш|шоссе
наб|набережн:ая ой ую
пл|площад:ь и ью
туп|тупик:- е а у ом
линия|лини:я и ю ей
аллея|алле:я е ю и ей
тракт|тракт:- е а у ом
кв-л|квартал:- е а у ом
мкр|микрорайон:- е а у ом|мкр
тер|территори:я и ю
снт|снт|садоводств:о е а|товариществ:о е а
днт|днт
днп|днп
дпк|дпк
""")
"""A type word of a street in any case → the canonical short one."""
TOWN_WORDS = _bent("""
г|город:- е а у ом
пгт|пгт
рп|рп
дп|дп
п|посел:ок ке ка ку ком
с|сел:о е а у ом
д|деревн:я е и ю ей
х|хутор:- е а у ом
сл|слобод:а е ы у ой
ст-ца|станиц:а е ы у ей
ст|станци:я и ю ей
рзд|разъезд:- е а у ом
мкр|микрорайон:- е а у ом|мкр
тер|территори:я и ю
снт|снт|садоводств:о е а|товариществ:о е а
днт|днт
днп|днп
дпк|дпк
""")
"""A type word of a settlement in any case → the canonical short one."""
TYPE_WORDS = STREET_WORDS.keys() | TOWN_WORDS.keys()
PREPOSITIONS = frozenset("в во на по из с со у к ко от до за под возле около при а и не но или".split())
"""No name begins or ends with them, as far as hearing goes."""
_WHOLE_TYPES = (
    (re.compile(r"\bпоселк?\w* городского типа\b|\bпэ ?гэ ?тэ\b"), "пгт"),
    (re.compile(r"\bрабоч\w+ посел\w+"), "рп"),
    (re.compile(r"\bдачн\w+ посел\w+"), "дп"),
    (re.compile(r"\b(?:садов\w+|садоводческ\w+)(?: некоммерческ\w+)? товариществ\w+|\bэс ?эн ?тэ\b"), "снт"),
    (re.compile(r"\bдачн\w+ (?:некоммерческ\w+ )?товариществ\w+|\bдэ ?эн ?тэ\b"), "днт"),
    (re.compile(r"\bдачн\w+ (?:некоммерческ\w+ )?партнерств\w+|\bдэ ?эн ?пэ\b"), "днп"),
)
_PHRASES = re.compile(
    r"\b(?:добр\w{2,3} (?:утр\w|день|дня|вечер\w?|ночи|времени суток)|всего доброго|больш\w+ спасибо|главное меню"
    r"|горяч\w+ лини\w+|высок\w+ напряжени\w+|одна|одно|одну|две)\b"
)
"""What has a name's word in it, or a number that is no house's («одна фаза»), and says nothing of the place."""
_COMMON = FILLERS | frozenset(
    "адрес адресу адреса живу живем проживаю проживаем нахожусь находимся звоню звоним из нас нам наш наша наше нашей"
    " нашем весь вся все всю всей всем мой моя моем моей это эта этот эти уже сейчас сегодня вчера ночи ночью утром"
    " днем вечером опять снова давно только что где когда почему можно нужно надо хочу узнать сказать скажите"
    " подскажите слышите говорю записывайте пишите запишите называется есть нету нет да ага угу ой ох господи блин дома"
    " дом домах свет света свете светом электричество электричества электричеством электроэнергия электроэнергии"
    " напряжение напряжения ток тока энергия энергии лампочки мигает моргает горит погас погасло пропал пропало"
    " пропадает пропала"
    " отключили отключен отключено отключение отключения выключили вырубили вырубило обесточен обесточены исчез сидим"
    " без который которая назову частный частном многоэтажный область области районе района район районный округ округа"
    " еще тоже очень правильно верно так точно центр центре местный значит такой такая какой наверное по-моему кажется"
    " номер номером угол угле рядом напротив напротив около возле жилой двухэтажный здание здании улицей россия"
    " российская федерация счет счета абонент зовут фамилия час часа часов минут давайте будет был была было мы они"
    " поселение поселения сельсовет сельское городской муниципальный точнее вернее извините простите ошибся ошиблась"
    " оговорился оговорилась имею виду думаю хотел хотела сами самом самый".split()
)
_COMMON |= {
    word.replace("ё", "е")
    for family in ("fillers", "topics", "danger")
    for each in phrases(family)
    for word in each.split()
} - {
    word.replace("ё", "е")
    for family, forms in (("streets", street_forms), ("towns", town_forms), ("villages", town_forms))
    for name in phrases(family)
    for form in forms(name)
    for word in form.split()
}
_IN_BETWEEN = re.compile(r"\b(?:это самое|как его|как ее|как там|так сказать)\b")
_HESITATIONS = frozenset("э ээ эээ м мм ммм эм ну".split())
"""Sounds that stand between the words of a name as well; behind a number they may be the letter of a house."""
_LETTERS = frozenset(LETTERS.values())
"""«эс эс эс эр» is no stammering."""
_STAMMER = 3
"""Letters at most of a word that was begun and begun anew."""
_CORRECTIONS = frozenset("нет ой точнее вернее ошибся ошиблась извините простите оговорился оговорилась".split())
_ABSENT = frozenset("света свет электричества электроэнергии напряжения тока энергии ничего никого его у уже с".split())
"""What is missing where «нет» corrects nothing: «нет света»."""
_ADJECTIVE_END = re.compile(r"(?:[ыио]й|[ыио]м|ого|его|ому|ему|ая|яя|ую|юю|ое|ее)$")


def common(word: str) -> bool:
    """Whether the word says nothing of the place."""
    return word in _COMMON or word in PREPOSITIONS


def address_tokens(text: str) -> tuple[Token, ...]:
    """The words and numbers of the text, with type words of several words («посёлок городского типа») as one."""
    plain = text.casefold().replace("ё", "е")
    for pattern, short in _WHOLE_TYPES:
        plain = pattern.sub(short, plain)
    plain = _PHRASES.sub(" так ", _IN_BETWEEN.sub(" ", plain))
    return _fluent(tokens(plain))


def _fluent(said: Sequence[Token]) -> tuple[Token, ...]:
    """Without hesitations, words said twice and words begun twice («со советская»). Numbers stay as they were said."""
    found: list[Token] = []
    for at, token in enumerate(said):
        behind_number = bool(found) and found[-1].value is not None
        after = said[at + 1].text if at + 1 < len(said) and said[at + 1].value is None else ""
        begun = 1 < len(token.text) <= _STAMMER and len(after) > len(token.text) and after.startswith(token.text)
        again = token.text == after or begun
        hesitates = token.text in _HESITATIONS or (again and token.text not in _LETTERS)
        if token.value is not None or behind_number or not hesitates:
            found.append(token)
    return tuple(found)


def turns(said: Sequence[Token]) -> list[tuple[bool, tuple[Token, ...]]]:
    """The text cut where the caller corrects what was said before, and whether each part is a correction.

    «нет света» is none.
    """
    found: list[tuple[bool, list[Token]]] = [(False, [])]
    for at, token in enumerate(said):
        before = said[at - 1].text if at else ""
        after = said[at + 1].text if at + 1 < len(said) else ""
        if token.text in _CORRECTIONS and not (token.text == "нет" and (before in _ABSENT or after in _ABSENT)):
            found.append((True, []))
        else:
            found[-1][1].append(token)
    return [(corrects, tuple(part)) for corrects, part in found if part]


def adjective_stem(word: str) -> str:
    """«новоусманском», «новоусманский» → «новоусманск»."""
    return _ADJECTIVE_END.sub("", word)


def next_to(said: Sequence[Token], spans: Iterable[tuple[int, int]]) -> set[int]:
    """The tokens next to the spans, prepositions and type words skipped: «новая улица [садовая]»."""
    found = set()
    for start, end in spans:
        for place, step in ((start - 1, -1), (end, 1)):
            while 0 <= place < len(said) and (said[place].text in PREPOSITIONS or said[place].text in TYPE_WORDS):
                place += step
            found.add(place)
    return found


def numbers_a_house(token: Token) -> bool:
    """Whether it is a word of house numbers and flats: no name begins or ends with it."""
    return token.text in MARKERS or token.text in PARTS or token.text in FLATS


def is_addresslike(text: str) -> bool:
    """Whether somebody has probably said an address: it has a number in it, or a word such as «улица» or «село»."""
    return any(token.value is not None or token.text in TYPE_WORDS for token in tokens(text))
