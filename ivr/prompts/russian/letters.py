"""How single letters and abbreviations without a vowel are read out."""

from __future__ import annotations

import re

LETTERS: dict[str, str] = {
    "а": "а", "б": "бэ", "в": "вэ", "г": "гэ", "д": "дэ", "е": "е", "ё": "ё", "ж": "жэ", "з": "зэ", "и": "и",
    "й": "и краткое", "к": "ка", "л": "эл", "м": "эм", "н": "эн", "о": "о", "п": "пэ", "р": "эр", "с": "эс",
    "т": "тэ", "у": "у", "ф": "эф", "х": "ха", "ц": "цэ", "ч": "че", "ш": "ша", "щ": "ща", "э": "э", "ю": "ю",
    "я": "я",
}  # fmt: skip
"""Letter → how it is read («литер бэ»)."""

LOOKALIKES = str.maketrans("AaBEeKkMmHOoPpCcTyXx", "АаВЕеКкМмНОоРрСсТуХх")
"""Latin letters that look like Cyrillic ones → those."""

_UNREADABLE = re.compile(r"[БВГДЖЗКЛМНПРСТФХЦЧШЩ]{2,}")


def spell(word: str) -> str:
    """An abbreviation that cannot be read as a word is spelled out: «ВЛКСМ» → «вэ эл ка эс эм»; others stay."""
    if not _UNREADABLE.fullmatch(word):
        return word
    return " ".join(LETTERS[letter.lower()] for letter in word)
