"""A folder with unpacked Debian packages, and how a program of it is started where it lies.

A tree of another Debian release than the machine's brings its own C library: its programs are started
through the tree's own dynamic loader. A tree of the machine's own release leaves the C library to the machine.
No root, no chroot and no namespace is needed for either.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ivr.bringup.failure import BringupFailed

RECORD = "tree.json"
_PROGRAM_FOLDERS = ("usr/bin", "usr/sbin", "bin", "sbin", "usr/games")


@dataclass(frozen=True, slots=True)
class Tree:
    """Where one set of packages lies. ``root`` is ``/`` when the machine has the programs itself."""

    root: Path
    loader: str = ""
    """The tree's own dynamic loader, relative to ``root``; empty when the machine's loader serves."""
    library_folders: tuple[str, ...] = ()
    """Folders with shared libraries, relative to ``root``."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Package → version, as unpacked."""

    @property
    def is_system(self) -> bool:
        """Whether these are the machine's own programs."""
        return self.root == Path("/")

    def program(self, name: str) -> Path:
        """The file of the program ``name``; raises BringupFailed if the tree has none."""
        if self.is_system:
            hint = "install it with apt, or set manage = true in the table asterisk of ivr.toml"
            if found := shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"):
                return Path(found)
        else:
            hint = "delete that folder; it is then brought again"
            for folder in _PROGRAM_FOLDERS:
                if (path := self.root / folder / name).exists():
                    return path
        raise BringupFailed(f"{name} is not in {self.root}", hint=hint)

    def command(self, program: str, *args: str | os.PathLike[str]) -> list[str]:
        """The words to start ``program`` of this tree with ``args``; start it with ``env=tree.env()``."""
        path = str(self.program(program))
        words = [str(os.fspath(arg)) for arg in args]
        if not self.loader:
            return [path, *words]
        return [
            str(self.root / self.loader),
            "--library-path",
            ":".join(self._library_paths()),
            "--argv0",
            path,
            path,
            *words,
        ]

    def env(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment for a program of this tree: ``base`` (or the present one) and the tree's data."""
        env = dict(os.environ if base is None else base)
        if self.is_system:
            return env
        if not self.loader:
            env["LD_LIBRARY_PATH"] = ":".join(self._library_paths())
        for variable, pattern in (
            ("ESPEAK_DATA_PATH", "usr/lib/*/espeak-ng-data"),
            ("RHVOICE_DATA_PATH", "usr/share/RHVoice"),
            ("RHVOICE_CONFIG_PATH", "etc/RHVoice"),
            ("RHVOICEDATAPATH", "usr/share/RHVoice"),  # what older ones read
            ("RHVOICECONFIGPATH", "etc/RHVoice"),
        ):
            if found := self.find(pattern):
                # espeak-ng wants the folder that holds espeak-ng-data, RHVoice the data folder itself.
                env[variable] = str(found.parent if found.name == "espeak-ng-data" else found)
        return env

    def library(self, pattern: str) -> Path:
        """The first shared library that matches ``pattern`` (``libespeak-ng.so.*``); raises BringupFailed."""
        for folder in self.library_folders or ("usr/lib/*", "usr/lib64", "usr/lib"):
            if found := self.find(f"{folder}/{pattern}"):
                return found
        raise BringupFailed(f"no library {pattern} in {self.root}")

    def find(self, pattern: str) -> Path | None:
        """The first path below the root that matches a glob pattern."""
        return next(iter(sorted(self.root.glob(pattern))), None)

    def _library_paths(self) -> list[str]:
        return [str(self.root / folder) for folder in self.library_folders]

    def write_record(self) -> None:
        """Leave beside the files what they are, so that the next start need not look."""
        known = asdict(self) | {"root": "."}
        (self.root / RECORD).write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def read_record(cls, root: Path) -> Tree | None:
        """The tree in the folder ``root``, or None if there is no finished one."""
        try:
            known = json.loads((root / RECORD).read_text(encoding="utf-8"))
            return cls(root, known["loader"], tuple(known["library_folders"]), known["versions"])
        except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
            return None

    @classmethod
    def survey(cls, root: Path, versions: Mapping[str, str], *, own_loader: bool) -> Tree:
        """Look once through freshly unpacked packages for their loader and their folders of libraries."""
        loader = ""
        if own_loader:
            candidates = sorted(root.glob("usr/lib/*/ld-linux*.so.*")) or sorted(root.glob("lib*/ld-linux*.so.*"))
            if not candidates:
                raise BringupFailed(f"the packages in {root} brought no dynamic loader")
            loader = str(candidates[0].relative_to(root))
        folders = {
            str(library.parent.relative_to(root))
            for pattern in ("usr/lib/*.so.*", "usr/lib/*/*.so.*", "usr/lib/*/*/lib*.so*", "lib/*/*.so.*")
            for library in root.glob(pattern)
        }
        # Shallow folders first: the loader searches in this order, and most lies in usr/lib/<triplet>.
        ordered = sorted(folders, key=lambda folder: (folder.count("/"), folder))
        return cls(root, loader, tuple(ordered), dict(versions))
