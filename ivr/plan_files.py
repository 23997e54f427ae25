"""The files that a plan is made of: read as text, known by a short hash, kept as versions under ``var/plans/``."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from ivr.dialplan.findings import near
from ivr.errors import IvrError, Problem

log = structlog.get_logger(__name__)

MOST_KEPT = 20
VERSION_LETTERS = 12
SHORTEST_VERSION = 4
"""So many letters of a version are enough to name it, as long as only one begins so."""
_META = "meta.json"
_PIN = "pinned.json"


class UnknownVersion(IvrError):
    """There is no kept version of that name (any more)."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A kept version of the files."""

    version: str
    used_at: datetime
    """When it was last put to use."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The administrators' files as text, by path relative to the instance's folder."""

    dialplans: Mapping[str, str]
    prompts: Mapping[str, str]

    @property
    def version(self) -> str:
        """A short hash of names and content: the same files are the same version, whenever they are read."""
        digest = hashlib.sha256()
        for path, text in sorted({**self.dialplans, **self.prompts}.items()):
            content = text.encode()
            digest.update(f"{path}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()[:VERSION_LETTERS]


def read_texts(home: Path) -> tuple[Texts, list[Problem]]:
    """The files of an instance (or of a kept version), and what keeps some of them from being read."""
    problems: list[Problem] = []
    dialplans = _folder_texts(home, "dialplans", problems)
    return Texts(dialplans, _folder_texts(home, "prompts/ru", problems)), problems


def _folder_texts(home: Path, folder: str, problems: list[Problem]) -> dict[str, str]:
    texts: dict[str, str] = {}
    before = len(problems)
    if not (home / folder).is_dir():
        problems.append(Problem(folder, 0, 0, "there is no such folder", "make an instance with: ivr init DIR"))
        return texts
    for file in sorted((home / folder).glob("*.y*ml")):
        shown = f"{folder}/{file.name}"
        if file.suffix != ".yaml":
            problems.append(Problem(shown, 0, 0, "this file is not read", "its name must end in .yaml"))
            continue
        try:
            texts[shown] = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            problems.append(Problem(shown, line, 1, "this is not UTF-8 text", "save the file as UTF-8"))
        except OSError as error:
            problems.append(Problem(shown, 0, 0, f"cannot be read: {error.strerror}"))
    if not texts and len(problems) == before:
        problems.append(Problem(folder, 0, 0, "there is no .yaml file in here"))
    return texts


class KeptVersions:
    """The versions kept in a folder: every plan that was good enough to be used, the last :data:`MOST_KEPT` of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> tuple[Snapshot, ...]:
        """All of them, the one used last first."""
        found = []
        for meta in self.folder.glob(f"*/{_META}"):
            with contextlib.suppress(OSError, ValueError, KeyError):
                used_at = datetime.fromisoformat(json.loads(meta.read_text(encoding="utf-8"))["used_at"])
                found.append(Snapshot(meta.parent.name, used_at))
        return tuple(sorted(found, key=lambda snapshot: (snapshot.used_at, snapshot.version), reverse=True))

    def find(self, version: str) -> str:
        """The full name of the version that begins so. Raises :class:`UnknownVersion`."""
        known = [snapshot.version for snapshot in self.all()]
        matching = [name for name in known if name == version]
        if not matching and len(version) >= SHORTEST_VERSION:
            matching = [name for name in known if name.startswith(version)]
        if len(matching) > 1:
            raise UnknownVersion(f"several kept versions begin with {version!r}: {', '.join(matching)}")
        if not matching:
            if len(version) < SHORTEST_VERSION and any(name.startswith(version) for name in known):
                raise UnknownVersion(f"{version!r} is too short: the first {SHORTEST_VERSION} letters are needed")
            hint = near(version, known) or (f"kept: {', '.join(known)}" if known else "none is kept yet")
            raise UnknownVersion(f"there is no kept version {version!r} ({hint})")
        return matching[0]

    def read(self, version: str) -> tuple[Texts, list[Problem]]:
        """The files of a version. Raises :class:`UnknownVersion`."""
        name = self.find(version)
        texts, problems = read_texts(self.folder / name)
        if texts.version != name:
            raise UnknownVersion(f"the kept version {name} was changed on disk: it cannot be trusted")
        return texts, problems

    def keep(self, texts: Texts) -> None:
        """Keep these files, and note that they are used now. A full disk must not stop a reload: it is logged."""
        version = texts.version
        try:
            if not (self.folder / version).is_dir():
                self._write(texts)
            _write_json(self.folder / version / _META, {"version": version, "used_at": datetime.now(UTC).isoformat()})
            for old in self.all()[MOST_KEPT:]:
                if old.version != self.pinned:
                    shutil.rmtree(self.folder / old.version)
        except OSError as error:
            log.error("version not kept", version=version, error=str(error))

    @property
    def pinned(self) -> str | None:
        """The version that somebody went back to, if that still holds."""
        try:
            version = json.loads((self.folder / _PIN).read_text(encoding="utf-8"))["version"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return str(version)

    def pin(self, version: str | None) -> None:
        """Hold on to ``version`` over restarts; ``None``: the files on disk count again."""
        try:
            if version is None:
                (self.folder / _PIN).unlink(missing_ok=True)
            else:
                _write_json(self.folder / _PIN, {"version": version})
        except OSError as error:
            log.error("the choice of version holds only until the next restart", version=version, error=str(error))

    def _write(self, texts: Texts) -> None:
        """Write all files beside, then give them their name in one step: a kept version is whole or not there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".new-", dir=self.folder))
        try:
            for path, text in {**texts.dialplans, **texts.prompts}.items():
                file = beside / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            beside.chmod(0o755)
            beside.rename(self.folder / texts.version)
        except OSError:
            shutil.rmtree(beside, ignore_errors=True)
            if not (self.folder / texts.version).is_dir():  # else another process has kept the same one meanwhile
                raise


def _write_json(file: Path, data: Mapping[str, str]) -> None:
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    beside.replace(file)
