"""The vocabulary inside an OpenFst file, as small models for Vosk have it; Vosk says whether it was understood."""

import os
import shutil
import struct
from pathlib import Path

import pytest

from robot.hearing.folders import DEFAULT, SHIPPED, ModelFolder
from robot.hearing.graph.fst import BadFst
from robot.hearing.graph.symbols import output_symbols
from robot.hearing.vosk import VoskModel

HEADER = 4 + 4 + len("const") + 4 + len("standard")


def text(symbol: str) -> bytes:
    return struct.pack("<i", len(symbol.encode())) + symbol.encode()


def with_symbols(fst: bytes, symbols: dict[str, int], flags: int) -> bytes:
    """The file with the symbols where OpenFst puts them."""
    table = struct.pack("<i", 2125658996) + text("words") + struct.pack("<qq", len(symbols), len(symbols))
    table += b"".join(text(symbol) + struct.pack("<q", number) for symbol, number in symbols.items())
    header = bytearray(fst[: HEADER + 40])
    struct.pack_into("<i", header, HEADER + 4, flags)
    return bytes(header) + table * flags.bit_count() + fst[HEADER + 40 :]


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """The shipped model without words.txt."""
    shutil.copytree(SHIPPED / DEFAULT, tmp_path / "foreign", copy_function=os.link)
    (tmp_path / "foreign" / "graph" / "words.txt").unlink()
    (tmp_path / "foreign" / "graph" / "phones.txt").unlink()
    return tmp_path / "foreign"


@pytest.mark.parametrize("flags", [2, 3])
def test_words_inside_the_grammar_are_found_as_vosk_finds_them(foreign: Path, flags: int) -> None:
    table = (SHIPPED / DEFAULT / "graph" / "words.txt").read_text(encoding="utf-8").split()
    numbers = dict(zip(table[::2], map(int, table[1::2]), strict=True))
    grammar = foreign / "graph" / "Gr.fst"
    content = with_symbols(grammar.read_bytes(), numbers, flags)
    grammar.unlink()
    grammar.write_bytes(content)
    assert output_symbols(grammar) == tuple(numbers)
    model = ModelFolder(foreign)
    assert model.words() == ModelFolder(SHIPPED / DEFAULT).words()
    assert not model.ours
    loaded = VoskModel(foreign)
    assert loaded.knows("да")
    assert not loaded.knows("кукушкинская")


def test_a_model_without_any_vocabulary_says_nothing(foreign: Path) -> None:
    assert output_symbols(foreign / "graph" / "Gr.fst") is None
    assert ModelFolder(foreign).words() is None


@pytest.mark.parametrize("length", [0, 3, 40, HEADER + 39, HEADER + 45, HEADER + 60])
def test_a_file_cut_short_or_of_another_kind(tmp_path: Path, length: int) -> None:
    whole = with_symbols((SHIPPED / DEFAULT / "graph" / "Gr.fst").read_bytes(), {"<eps>": 0, "да": 1}, 2)
    (tmp_path / "cut.fst").write_bytes(whole[:length])
    with pytest.raises(BadFst):
        output_symbols(tmp_path / "cut.fst")
    (tmp_path / "other.fst").write_bytes(b"\x7fELF" + b"\0" * 100)
    with pytest.raises(BadFst):
        output_symbols(tmp_path / "other.fst")
