"""Model folders: those that ship, those that were adapted or brought by hand, and which of them is in use.

Beside the models under ``var/models`` lies ``in-use.json``, the pointer: it names an adapted model and the model that
it was adapted from. It is replaced in one step, so whoever reads it sees the old or the new one. It counts only as
long as its base is the model that ``ivr.toml`` asks for: after another one is put there, that one is used.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from ivr.errors import ServiceError
from robot.hearing.graph.fst import BadFst
from robot.hearing.graph.symbols import output_symbols
from robot.hearing.phones import PHONE_ID
from robot.hearing.sherpa_files import read_tokens, sherpa_files

SHIPPED = Path(__file__).parent / "models"
DEFAULT = "svetlaya-ru-8k"
"""The model that comes with the product."""
POINTER = "in-use.json"
INSTALLED = "installed.json"
"""In a model's folder that ``ivr models install`` has made: from where, and the archive's checksum."""
ADAPTED = "adapted.json"
"""In an adapted model's folder: its base, and what could not be pronounced."""
NEEDED = (
    "Vosk needs am/final.mdl and conf/model.conf; sherpa-onnx tokens.txt and model.onnx,"
    " or tokens.txt and encoder, decoder and joiner"
)
_GRAPHS = ("HCLG.fst", "Gr.fst")


class NoSuchModel(ServiceError):
    """A model is not there or is none."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


@dataclass(frozen=True, slots=True)
class Letters:
    """An open vocabulary: all words of these letters."""

    letters: frozenset[str]

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and bool(word) and self.letters.issuperset(word)


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder in Vosk's format or one of sherpa-onnx's."""

    path: Path

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.name

    @property
    def kind(self) -> str:
        """``vosk``, or for sherpa-onnx ``t-one`` or ``zipformer2``."""
        files = sherpa_files(self.path)
        return files.kind if files else "vosk"

    @property
    def open_vocabulary(self) -> bool:
        """Whether it writes any word letter by letter, so that there is no list of those that it knows."""
        return self.kind != "vosk"

    @property
    def ours(self) -> bool:
        """Whether its sounds are those of ``phones.py``, so that its graph can be built anew by us."""
        table = self.path / "graph" / "phones.txt"
        expected = "".join(f"{name} {number}\n" for name, number in (("<eps>", 0), *PHONE_ID.items()))
        return table.is_file() and table.read_bytes() == expected.encode()

    @property
    def base(self) -> str:
        """The fingerprint of the model that it was adapted from; empty when it was not adapted."""
        file = self.path / ADAPTED
        return str(json.loads(file.read_text(encoding="utf-8"))["base"]) if file.is_file() else ""

    def fingerprint(self) -> str:
        """Of the sounds: SHA-256 of ``am/final.mdl``, or of the networks."""
        files = sherpa_files(self.path)
        networks = sorted(files.networks.values()) if files else [self.path / "am" / "final.mdl"]
        digest = hashlib.sha256()
        for network in networks:
            with network.open("rb") as read:
                while piece := read.read(1 << 20):
                    digest.update(piece)
        return digest.hexdigest()

    def words(self) -> frozenset[str] | None:
        """The vocabulary, where Vosk takes it from: inside the graph, else ``words.txt``; None if neither has it, or
        the vocabulary is open."""
        graph = next((file for file in (self.path / "graph" / name for name in _GRAPHS) if file.is_file()), None)
        table = self.path / "graph" / "words.txt"
        try:
            listed = output_symbols(graph) if graph else None
            if listed is None:
                lines = table.read_text(encoding="utf-8").splitlines()
                listed = tuple(line.split(maxsplit=1)[0] for line in lines if line.strip())
        except (BadFst, OSError, UnicodeDecodeError):
            return None
        return frozenset(word for word in listed if word and word[0] not in "<[#!")

    def vocabulary(self) -> Container[str] | None:
        """What can be heard: the words, or for an open vocabulary all that its letters can write; None if not told.

        RecogniserFailed if the letters cannot be read.
        """
        files = sherpa_files(self.path)
        return Letters(frozenset("".join(read_tokens(files.tokens)).lower())) if files else self.words()

    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file())


def is_model(path: Path) -> bool:
    """Whether Vosk or sherpa-onnx would find what it needs there."""
    for_vosk = (path / "am" / "final.mdl").is_file() and (path / "conf" / "model.conf").is_file()
    return for_vosk or sherpa_files(path) is not None


def find(name: str, home: Path, models: Path) -> ModelFolder:
    """The model of that name or path: under ``models`` (var/models), among those that ship, or relative to ``home``.

    Raises NoSuchModel, and says what there is.
    """
    for path in (models / name, SHIPPED / name, home / name):
        if is_model(path):
            return ModelFolder(path.resolve())
    known = ", ".join(model.name for model in listed(models)) or "none"
    if (home / name).is_dir():
        raise NoSuchModel(f"{home / name} is no model: {NEEDED}")
    raise NoSuchModel(f"there is no model {name!r} (there are: {known})")


def listed(models: Path) -> Iterator[ModelFolder]:
    """All models that ship and all under ``models``."""
    for folder in (SHIPPED, models):
        if folder.is_dir():
            for path in sorted(folder.iterdir()):
                if is_model(path) and not path.name.startswith("."):
                    yield ModelFolder(path.resolve())


def in_use(wanted: str, home: Path, models: Path) -> ModelFolder:
    """The model that calls are to be heard with: ``wanted``, or what it was last adapted to. Raises NoSuchModel."""
    base = find(wanted, home, models)
    try:
        pointed = json.loads((models / POINTER).read_text(encoding="utf-8"))
        adapted = ModelFolder((models / pointed["model"]).resolve())
        of_it = adapted.name.partition("@")[0] == base.name.partition("@")[0]
        if of_it and is_model(adapted.path) and pointed["base"] == base.fingerprint():
            return adapted
    except (OSError, ValueError, KeyError, TypeError):
        pass  # never adapted, or a pointer that somebody has spoilt: the base hears as well
    return base


def point_to(adapted: ModelFolder, base: ModelFolder, models: Path) -> None:
    """From now on ``adapted`` is in use, in one step; even a power cut leaves the old pointer or the new one.

    All of ``adapted`` reaches the disk before it is pointed to. Raises OSError.
    """
    unfinished = models / f".{POINTER}.{os.getpid()}"
    try:
        unfinished.write_text(json.dumps({"model": adapted.name, "base": base.fingerprint()}) + "\n", encoding="utf-8")
        for path in (*adapted.path.rglob("*"), adapted.path, models, unfinished):
            to_disk(path)
        unfinished.replace(models / POINTER)
        with contextlib.suppress(OSError):
            # The new pointer is in force already: an error now undoes nothing. At worst a power cut brings the old
            # one back, and the model that it names is still there.
            to_disk(models)
    finally:
        unfinished.unlink(missing_ok=True)


def to_disk(path: Path) -> None:
    """Whatever the system still holds back of a file or folder is written."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
