"""An administrator's own folder: ivr.toml, dialplans, prompts and the Asterisk files, outside the checkout.

Safe over upgrades, in the manner of Debian's configuration files: what the administrator has not touched is renewed,
what they changed stays, and the new version is laid beside it as ``NAME.new``.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ivr.errors import IvrError

SHIPPED = ("ivr.toml", "dialplans", "prompts", "asterisk-conf")
"""What belongs to an instance, as it lies at the root of the checkout."""
MANIFEST = ".shipped.json"
"""Which version of each file we laid there (SHA-256), to know what has been changed since."""

Action = Literal["made", "renewed", "kept", "same", "new-beside"]


class InstanceError(IvrError):
    """The folder cannot be made or used."""


@dataclass(frozen=True, slots=True)
class Laid:
    """What was done about one file; ``file`` is relative to the instance."""

    file: str
    action: Action


def shipped_root() -> Path:
    """Where the files that come with the product lie: the checkout, or the installed package's share folder."""
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "dialplans").is_dir():
        return checkout
    shared = Path(sys.prefix) / "share" / "svetlaya-ivr"
    if (shared / "dialplans").is_dir():
        return shared
    raise InstanceError(f"the product's own files are missing: looked in {checkout} and {shared}")


def lay_out(folder: Path, source: Path | None = None) -> list[Laid]:
    """Make an instance in ``folder``, or bring an existing one up to date. Never overwrites what was changed there.

    Raises :class:`InstanceError` when the folder cannot be written or is the checkout itself.
    """
    source = source or shipped_root()
    folder = folder.resolve()
    if folder == source or source in folder.parents:
        raise InstanceError(f"{folder} is inside the product's own folder; choose one outside it")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        manifest_file = folder / MANIFEST
        before: dict[str, str] = (
            json.loads(manifest_file.read_text(encoding="utf-8")) if manifest_file.is_file() else {}
        )
        now: dict[str, str] = {}
        laid = []
        for file in _files(source):
            name = file.relative_to(source).as_posix()
            content = _for_real_life(name, file.read_bytes())
            now[name] = _digest(content)
            laid.append(Laid(name, _lay(folder / name, content, before.get(name))))
        manifest_file.write_text(json.dumps(now, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    except (OSError, ValueError) as error:
        raise InstanceError(f"{folder}: {error}") from error
    return laid


def _files(source: Path) -> list[Path]:
    found = []
    for name in SHIPPED:
        place = source / name
        found += [place] if place.is_file() else [file for file in place.rglob("*") if file.is_file()]
    return sorted(found)


def _for_real_life(name: str, content: bytes) -> bytes:
    """A file as an administrator's own folder gets it: the example grid is for the checkout, not for real callers."""
    if name != "ivr.toml":
        return content
    return re.sub(rb"(?m)^example = true(\s*)#.*$", rb"example = false\1# true: made-up addresses and outages", content)


def _lay(target: Path, content: bytes, shipped_before: str | None) -> Action:
    if not target.exists():
        if shipped_before is not None:
            return "kept"  # the administrator took it away on purpose
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return "made"
    present = target.read_bytes()
    if present == content:
        return "same"
    if _digest(content) == shipped_before:
        return "kept"  # changed by the administrator, and nothing new from us
    if _digest(present) == shipped_before:
        target.write_bytes(content)
        return "renewed"
    target.with_name(target.name + ".new").write_bytes(content)
    return "new-beside"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
