"""What is wrong with a file of prompts: all of it at once, each at its line and column."""

from __future__ import annotations

import pytest

from ivr.errors import PromptError
from ivr.prompts import PromptBook


def problems(*sources: str) -> list[str]:
    with pytest.raises(PromptError) as error:
        PromptBook.parse({f"{letter}.yaml": source for letter, source in zip("abc", sources, strict=False)})
    return [str(problem) for problem in error.value.problems]


def test_all_problems_of_all_files_at_once() -> None:
    found = problems('one: {says: "Дом 5."}\ntwo: {says: "Ул. Мира."}\n', "three: [\n")
    assert [problem.split(": ")[0] for problem in found] == ["a.yaml:1:18", "a.yaml:2:14", "b.yaml:2:1"]


@pytest.mark.parametrize(
    ("says", "token", "message"),
    [
        ("Свет {until:by_tme}.", "{until:by_tme}", "there is no formatter “by_tme” (did you mean “by_time”?)"),
        (
            "Свет {until}.",
            "{until}",
            "{until} is not understood (write {value:formatter}, for example",
        ),
        ("Свет {Until:by_time}.", "{Until", "{Until:by_time} is not understood"),
        ("Свет {n:count раз|раза}.", "{n:count", "the formatter “count” needs 3 arguments, not 2"),
        ("Свет {n:number раз}.", "{n:number", "the formatter “number” needs no arguments, not 1"),
        ("Свет {n:number.", "{n", "a lone “{” (its “}” is missing)"),
        ("Свет n}.", "}", "a lone “}” (its “{” is missing)"),
        ("Свет к{n:number}.", "{n:number}", "the value {n:number} is glued to “к”"),
        ("Свет {n:number}й.", "й", "a value is glued to “й”"),
        ("Верно ли, что {n:number}?", "?", "a value ends a question"),
        ("Осталось 15 минут.", "15", "a number in digits: “15” (write it in words"),
        ("Наш OK.", "OK", "Latin letters in “OK” (write it in Cyrillic, as it is pronounced)"),
        ("Это cтолб.", "cтолб", "Latin letters in “cтолб” (“c” look like Cyrillic but are Latin; type “столб” again)"),
        ("В г. Грязи.", "г.", "the abbreviation “г.” (write it in full: “город”)"),
        ("Долг пять руб.", "руб.", "the abbreviation “руб.” (write it in full: “рубль”)"),
        ("Мощность пять кВт.", "кВт", "the abbreviation “кВт” (write it in full: “киловатт”)"),
        ("Ваш СНИЛС.", "СНИЛС", "the abbreviation “СНИЛС” (write it as it is pronounced, in small letters)"),
        ("Сто %.", "%", "the sign “%” is not spoken"),
        ("Свет дадут", "дадут", "the last sentence does not end"),
        ("Свет {n:number}", "{n:number}", "the last sentence does not end"),
        ("Свет , вот.", ",", "stray punctuation “,”"),
        ("Свет дадут..", "..", "stray punctuation “..”"),
        ("Наш с\u0301вет.", "с\u0301", "a stress mark in “с\u0301вет” that is on no vowel"),
        ("За\u0301вод\u0301а.", "За", "two stress marks"),
        ("", "", "there are no words"),
    ],
)
def test_the_words(says: str, token: str, message: str) -> None:
    source = f'p: {{says: "{says}"}}\n'
    found = problems(source)
    column = source.index(token, source.index('"') + 1) + 1 if token else 11
    head = f"a.yaml:1:{column}: error: {message}"
    assert any(problem.startswith(head) for problem in found), found


@pytest.mark.parametrize(
    ("source", "where", "message"),
    [
        ("p: {says: Да.}\np: {says: Нет.}", "2:1", "the prompt “p” stands here again (first in a.yaml:1)"),
        ("p:\n  says: Да.\n  says: Нет.", "3:3", "“says” is given twice for “p”"),
        ("p:\n  sais: Да.", "2:3", "“p” has no field “sais” (did you mean “says”?)"),
        ("p:\n  note: Да.", "1:1", "“p” does not say anything"),
        ("p: Да.", "1:4", "“p” needs at least “says:”"),
        ("p:\n  says: {n:number}", "2:9", "“says” of “p” must be a text (put the words into quotes)"),
        ("p:\n  says: [Да.]", "2:9", "“says” of “p” must be a text"),
        ("Главное: {says: Да.}", "1:1", "“Главное” is no name of a prompt"),
        ("- p", "1:1", "a file of prompts is a list of “name:” entries"),
        ("p: {says: 'Тут {x:name}.'}", "1:1", "it names a place but has no wording without the name"),
        ("p: {says: Да., unnamed: Нет.}", "1:25", "“unnamed” is never used"),
        ("p: {says: 'Тут {x:name}.', unnamed: 'И {x:name}.'}", "1:37", "“unnamed” names a place too"),
        ("p: {says: 'Тут {x:name}.', unnamed: 'И {y:number}.'}", "1:37", "the value “y” is not among those of “says”"),
        ("p: {says: 'Тут\n", "2:1", "this is not YAML"),
    ],
)
def test_the_shape_of_the_file(source: str, where: str, message: str) -> None:
    found = problems(source)
    assert any(problem.startswith(f"a.yaml:{where}: error: {message}") for problem in found), found


def test_places_in_folded_and_block_texts() -> None:
    source = "p:\n  says: >\n    Первая строка.\n    Вторая 7 и ещё 7.\nq:\n  says: |\n    Раз.\n\n    Ул. Мира.\n"
    assert [problem.split(": ")[0] for problem in problems(source)] == ["a.yaml:4:12", "a.yaml:4:20", "a.yaml:9:5"]


def test_yaml_does_not_turn_words_into_something_else() -> None:
    book = PromptBook.parse({"a.yaml": "p:\n  says: Нет.\n  note: no\nq: {says: 'Да.', note: 012}\n"})
    assert (book.note("p"), book.note("q")) == ("no", "012")


def test_an_empty_file_and_no_file_are_books() -> None:
    assert PromptBook.parse({"a.yaml": "# nothing yet\n"}).names() == ()
    assert list(PromptBook.parse({}).closed_fragments()) == []
