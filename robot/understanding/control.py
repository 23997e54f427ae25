"""Words that steer the talk itself, whatever it is about: a person, again, slower, wait. Pure.

«Оператор» is obeyed in any sentence that asks for one. The others are short: «ещё раз» steers, «у нас ещё раз отключили
свет» is about something else, so hardly any other telling word may stand beside them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from robot.understanding.words import telling, words


class Control(Enum):
    """What the caller wants of the talk."""

    PERSON = "person"
    REPEAT = "repeat"
    SLOWER = "slower"
    NOT_UNDERSTOOD = "not understood"
    WAIT = "wait"


BARE = 7
"""Telling words. «Оператор» among more than these is only obeyed when it is asked for."""
_WHO = (
    r"(?:оператор(?:а|у|ом|ов|ами|шу)|диспетчер(?:а|у|ом|ов)|специалист(?:а|у|ом|ов|ами)|сотрудник(?:а|у|ом|ов|ами)"
    r"|консультант(?:а|у|ом)|менеджер(?:а|у|ом)|дежурн(?:ого|ому|ым|ую|ой)|человека|человеком|человеку|людьми"
    r"|жив(?:ого|ому|ым|ой|ую|ыми|ых)|девушк(?:у|ой)|(?:кого|кем) (?:нибудь|то)|кто нибудь)"
)
"""Whom callers want, in the cases in which they are asked for."""
_HIGHER = r"(?:начальник(?:а|у|ом)|старш(?:его|ему|им|ую)|мастера|инженера|главного)"
_PUT_THROUGH = (
    r"(?:позов\w+|пригласи\w*|дай(?:те)?|соедин\w+|переключ\w+|перевед\w+|перевест\w+|переводи\w*|свяж\w+|подключи\w*"
    r"|верните|поговорить|говорить|разговаривать|пообщаться)"
)
_WANTED = r"(?:хочу|хочется|хотел\w*|надо|нужно|нужен|нужна|нужны|можно|требую|срочно|давай(?:те)?|мне|есть)"
_BETWEEN = (
    r"(?:(?:мне|нам|бы|к|с|со|ваш\w*|любо\w+|како\w+|жив\w+|хоть|нормальн\w+|настоящ\w+|уже|срочно|наконец|просто|именно"
    r"|сюда|там|сначала) )"
)
_ASKED_FOR = re.compile(rf"\b{_PUT_THROUGH} (?:\w+ ){{0,4}}?(?:{_WHO}|{_HIGHER}|оператор|человек)\b")
_ASKED = re.compile(
    rf"\b{_WANTED} {_BETWEEN}{{0,4}}{_WHO}\b|\b{_WHO} (?:\w+ )?(?:{_PUT_THROUGH}|надо|нужно|хочу|можно)\b"
    r"|\bнуж(?:ен|на) (?:\w+ ){0,2}(?:оператор|диспетчер|специалист|сотрудник|человек|консультант)\b"
    r"|\b(?:оператор|диспетчер|специалист|сотрудник|человек|консультант) (?:мне )?нужен\b"
)
_BARE = re.compile(
    r"\b(?:оператор(?:а|у|ом|ша|шу)?|диспетчер(?:а|у|ом)?|жив(?:ой|ого|ому|ым) (?:человек\w*|оператор\w*)|с человеком"
    r"|с живым|живые люди|кто живой|кто нибудь живой)\b"
)
_ALONE = frozenset(("человек", "человека", "специалист", "специалиста", "сотрудник", "живой"))
_NO_ROBOT = re.compile(
    r"\b(?:не (?:хочу|буду|надо|нужен|умею|могу|желаю)|хватит|надоел\w*|уберите) (?:\w+ ){0,3}(?:робот\w*"
    r"|автоответчик\w*)\b"
    r"|\b(?:робот\w*|автоответчик\w*) (?:\w+ ){0,3}не (?:хочу|буду|надо|умею|могу|желаю)\b|\bне с (?:роботом"
    r"|автоответчиком)\b"
    r"|\bс (?:машиной|автоматом) (?:\w+ ){0,2}(?:разговарива|говори)\w+"
    r"|\b(?:разговаривать|говорить|поговорить) (?:\w+ ){0,5}с (?:машиной|автоматом)\b"
)
_ABOUT_THEM = re.compile(
    r"\b(?:жал\w+|пожал(?!уй)\w+|благодар\w+|поблагодар\w+|похвал\w+|спасибо|претенз\w+|отзыв\w*)\b"
)
"""«жалоба на диспетчера»: it is about them, not for them."""
_CONNECT = re.compile(r"\b(?:соедините|соедини|переключите|переключи)\b")
_CONNECT_BESIDE = 1
"""Telling words beside a bare «соедините»: «соедините уже», not «соедините с отделом присоединения»."""
_NOT_ASKED = re.compile(
    r"\bне (?:надо|нужен|нужно|хочу) (?:\w+ ){0,2}(?:оператор|человек|специалист|диспетчер)\w*"
    r"|\b(?:оператор|человек|специалист|диспетчер)\w* (?:\w+ )?не (?:надо|нужен|нужно)\b"
    r"|\b(?:оператор|диспетчер|специалист)\w* (?:\w+ ){0,2}(?:сказал\w*|говорил\w*|обеща\w+|ответил\w*|объяснил\w*"
    r"|уверял\w*)"
    r"|\b(?:сказал\w*|говорил\w*|обеща\w+|ответил\w*) (?:\w+ ){0,2}(?:оператор|диспетчер|специалист)\w*"
    r"|\bоператор\w* (?:котельн\w+|связи|станка|мегафон|билайн|мтс|теле|машинн\w+)\b|\bсотов\w+ оператор\w*"
    r"|\b(?:я|это|звонит|беспокоит|говорит|работаю) (?:оператор|диспетчер)(?:ом)? (?!\w*нуж)\w"
    r"|\b(?:улица|деревня|поселок|проспект|переулок) \w+"
)


@dataclass(frozen=True, slots=True)
class _Steer:
    """Words that steer, how many telling words may stand beside them, and those that do not count."""

    meant: Control
    pattern: re.Pattern[str]
    beside: int
    uncounted: frozenset[str] = frozenset()


_SEEK = frozenset(
    "очки квитанцию квитанция счет мужа жену сына дочь маму ручку бумажку бумагу паспорт договор запишу посмотрю найду"
    " возьму скажу принесу схожу гляну поищу спрошу позову достану надену прочитаю вспомню подойду отойду выйду вернусь"
    " ищу смотрю иду записываю возьмем подумаю подумать сейчас щас не торопите маленько немного чуть чуточку одну"
    " один за"
    " на в секунду минуту минутку минуточку секундочку подождите погодите дайте пойду".split()
)
_STEERS = (
    _Steer(
        Control.WAIT,
        re.compile(
            r"\b(?:(?:подожди|погоди|обожди)(?:те|ка)?|постой(?:те)?|стойте|один момент|момент|моментик|дайте подумать"
            r"|(?:не (?:кладите|бросайте|вешайте|отключайтесь)(?: трубк\w+)?)|(?:минут|секунд)(?:ку|очку)"
            r"|(?:одну |на |пол)?(?:минуту|секунду)(?! назад))\b"
        ),
        2,
        _SEEK,
    ),
    _Steer(
        Control.WAIT,
        re.compile(
            r"\b(?:сейчас|щас)(?: \w+){0,3} (?:посмотрю|найду"
            r"|возьму|скажу|принесу|схожу|гляну|поищу|спрошу|позову|запишу|достану|надену|прочитаю|вспомню|подойду"
            r"|сейчас|щас)\b"
            r"|^(?:ну |да |вот |а |так )*(?:сейчас|щас)$"
        ),
        1,
        _SEEK,
    ),
    _Steer(
        Control.SLOWER,
        re.compile(
            r"\b(?:(?:по ?)?медленн?е\w*|медленно|не так быстро|(?:быстро|слишком быстро|очень быстро) (?:вы"
            r" )?говори\w+"
            r"|говори\w+ (?:слишком |очень )?быстро|не успеваю|(?:очень|слишком) быстро|не (?:спешите|торопитесь"
            r"|тараторь\w*"
            r"|части\w*))\b|^быстро очень$"
        ),
        2,
        frozenset("говорите скажите говори дочка чуть можно немного за вами".split()),
    ),
    _Steer(
        Control.REPEAT,
        re.compile(
            r"\b(?:повтори\w*|не (?:расслыш|услыш|дослыш)\w*|не слыш\w+|не слыхать|плохо (?:вас )?слыш\w+|что вы"
            r" (?:сказали"
            r"|говорите)|как вы сказали|прослуш\w+|глухова\w+|погромче)\b"
        ),
        3,
        frozenset("скажите повтори повторите еще раз можно снова вас ничего я".split()),
    ),
    _Steer(
        Control.REPEAT,
        re.compile(r"\b(?:еще раз(?:ок|ик|очек)?|заново|сначала|с начала|по новой|скажите (?:еще|снова)|громче)\b"),
        1,
        frozenset("скажите можно говорите повторите давайте пожалуйста начать расскажите".split()),
    ),
    _Steer(
        Control.NOT_UNDERSTOOD,
        re.compile(
            r"\b(?:не (?:понял|поняла|поняли|понимаю|пойму|разобрал\w*)|(?:не ?понятно)|чего чего|что что|в смысле"
            r"|как это"
            r"|что это значит|это что)\b|^чего$"
        ),
        1,
        frozenset("ничего вас вопрос что говорите говорит чего ваш".split()),
    ),
)
_ASKING_BACK = frozenset(("что", "а что", "как", "что что", "чего", "а", "ась", "как как"))


def control(text: str) -> Control | None:
    """What the caller wants of the talk, if that is what they speak of."""
    said = " ".join(words(text))
    if _wants_person(said, len(telling(text))):
        return Control.PERSON
    for steer in _STEERS:
        found = steer.pattern.search(said)
        if found and _beside(said, found, steer.uncounted) <= steer.beside:
            return steer.meant
    return Control.NOT_UNDERSTOOD if said in _ASKING_BACK else None


def _wants_person(said: str, count: int) -> bool:
    without = _NOT_ASKED.sub(" ", said)
    if _NO_ROBOT.search(said) or _ASKED_FOR.search(without):
        return True
    if _ABOUT_THEM.search(said):
        return False
    if _ASKED.search(without):
        return True
    if said in _ALONE or (_BARE.search(without) and count <= BARE):
        return True
    connect = _CONNECT.search(said)
    return connect is not None and _beside(said, connect, frozenset()) <= _CONNECT_BESIDE


def _beside(said: str, found: re.Match[str], uncounted: frozenset[str]) -> int:
    """How many telling words stand beside what was found."""
    rest = f"{said[: found.start()]} {said[found.end() :]}"
    return sum(word not in uncounted for word in telling(rest))
