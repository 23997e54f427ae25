"""Words whose pronunciation is known. ``ль`` before a consonant or at the end is ``l``: the network learnt it so."""

from pathlib import Path

import pytest

from ivr.bringup.packages import ensure
from robot.hearing.phones import PHONES
from robot.hearing.pronouncing import CannotPronounce, pronounce
from robot.hearing.vocabulary import words

ROOT = Path(__file__).parents[2]
KNOWN = {
    # yes, no, and what calls begin with
    "да": "d A", "нет": "n; E t", "алло": "V l O", "спасибо": "s p V s; I b V", "конечно": "k V n; E S n V",
    "что": "S t O", "его": "j I v O", "моя": "m V j A", "тебе": "t; I b; E", "уже": "U Z E",
    # numbers
    "ноль": "n O l", "один": "V d; I n", "два": "d v A", "три": "t r; I", "четыре": "ch I t Y r; I", "пять": "p; A t;",
    "шесть": "S E s t;", "семь": "s; E m;", "восемь": "v O s; I m;", "девять": "d; E v; I t;", "сорок": "s O r V k",
    "девяносто": "d; I v; V n O s t V", "двести": "d v; E s; t; I", "пятьсот": "p; V t; s O t",
    "третьего": "t r; E t; j I v V", "первое": "p; E r v V j I", "двадцать": "d v A d ts V t;",
    # devoicing at the end
    "дуб": "d U p", "сад": "s A t", "лёд": "l; O t", "год": "g O t", "нож": "n O S", "мороз": "m V r O s",
    "хлеб": "x l; E p", "столб": "s t O l p", "долг": "d O l k", "провод": "p r O v V t", "дождь": "d O S t;",
    # assimilation
    "сказка": "s k A s k V", "просьба": "p r O s; b V", "отдел": "V d; E l", "вокзал": "v V g z A l",
    "сделать": "z; d; E l V t;", "сдача": "z d A ch V", "вчера": "f ch I r A",
    "завтра": "z A f t r V", "сжечь": "Z E ch",
    # soft and hard
    "лошадь": "l O S V t;", "цирк": "ts Y r k", "жена": "Z Y n A", "чаща": "ch A S; V", "щука": "S; U k V",
    "счастье": "S; A s t; j I", "мужчина": "m U S; I n V", "семья": "s; I m; j A", "вьюга": "v j U g V",
    "подъезд": "p V d j E s t", "яма": "j A m V", "ёлка": "j O l k V", "юг": "j U k", "эхо": "E x V",
    "мягкий": "m; A x k; I j", "лёгкий": "l; O x k; I j", "отца": "V t ts A",
    # our trade
    "свет": "s v; E t", "авария": "V v A r; I j V", "счётчик": "S; O ch I k", "оператор": "V p; I r A t V r",
    "отключение": "V t k l; U ch E n; I j I", "подключение": "p V d k l; U ch E n; I j I", "договор": "d V g V v O r",
    "искрит": "I s k r; I t", "провода": "p r V v V d A", "трансформатор": "t r V n s f V r m A t V r",
    "объявление": "V b j I v l; E n; I j I", "техприсоединение": "t; I x p r; I s V j I d; I n; E n; I j I",
    # places
    "улица": "U l; I ts V", "село": "s; I l O", "деревня": "d; I r; E v n; V", "посёлок": "p V s; O l V k",
    "переулок": "p; I r; I U l V k", "проспект": "p r V s p; E k t", "район": "r V j O n",
    "белгород": "b; E l g V r V t",
    "орёл": "V r; O l", "кострома": "k V s t r V m A", "ярославль": "j I r V s l A v l", "воронеж": "v V r O n; I S",
    "яковлевка": "j A k V v l; I f k V", "брянская": "b r; A n s k V j V", "старицы": "s t A r; I ts Y",
    "объездная": "V b j I z d n A j V", "ключевой": "k l; U ch I v O j", "павловская": "p A v l V f s k V j V",
    "жердевка": "Z E r d; I f k V", "шарье": "S V r; j E", "усмань": "U s m V n",
    "ленинградская": "l; I n; I n g r A d s k V j V",
    "фатеж": "f V t; E S", "угра": "U g r A", "тросна": "t r V s n A", "соколов": "s V k V l O f",
}  # fmt: skip
"""Word → the first of its pronunciations."""


@pytest.fixture(scope="module")
def espeak() -> tuple[list[str], dict[str, str]]:
    tree = ensure("espeak", ROOT / "var")
    return tree.command("espeak-ng"), tree.env()


def test_known_words(espeak: tuple[list[str], dict[str, str]]) -> None:
    said = pronounce(KNOWN, *espeak)
    wrong = {word: " ".join(said[word][0]) for word, phones in KNOWN.items() if " ".join(said[word][0]) != phones}
    assert wrong == {}


def test_everyday_speech_has_alternatives(espeak: tuple[list[str], dict[str, str]]) -> None:
    said = pronounce(("сейчас", "пятьдесят", "тысяча", "в", "пожалуйста"), *espeak)
    assert ("S;", "A", "s") in said["сейчас"]
    assert ("t", "Y", "S;", "V") in said["тысяча"]
    assert {("v",), ("f",)} == set(said["в"])
    assert len(said["пятьдесят"]) > 1
    assert len(said["пожалуйста"]) > 1


def test_the_stress_that_we_know_comes_first_and_espeaks_own_stays(espeak: tuple[list[str], dict[str, str]]) -> None:
    assert pronounce(["фатеж"], *espeak)["фатеж"] == (("f", "V", "t;", "E", "S"), ("f", "A", "t;", "I", "S"))


def test_all_built_in_words_can_be_said_with_our_sounds(espeak: tuple[list[str], dict[str, str]]) -> None:
    said = pronounce(words(), *espeak)
    assert set(said) == set(words())
    assert {phone for ways in said.values() for way in ways for phone in way} <= set(PHONES)


def test_what_cannot_be_said_is_left_out_and_costs_no_other(espeak: tuple[list[str], dict[str, str]]) -> None:
    said = pronounce(("да", "ъъъ", "нет", "да"), *espeak)
    assert list(said) == ["да", "нет"]


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotPronounce, match="espeak-none"):
        pronounce(["кукушка"], [str(tmp_path / "espeak-none")])
