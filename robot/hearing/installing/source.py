"""◆ What is to be installed: a name that we know, an address or a file; and the name that the model gets. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rapidfuzz import process

from robot.hearing.installing.failure import CannotInstall

KNOWN = {
    "vosk-model-small-ru-0.22": ".zip",
    "vosk-model-ru-0.22": ".zip",
    "vosk-model-ru-0.42": ".zip",
    "sherpa-onnx-streaming-t-one-russian-2025-09-08": ".tar.bz2",
    "sherpa-onnx-streaming-zipformer-small-ru-vosk-2025-08-16": ".tar.bz2",
    "sherpa-onnx-streaming-zipformer-small-ru-vosk-int8-2025-08-16": ".tar.bz2",
}
"""Russian models that our recognisers can use, as their publishers call them → how they are packed. Where they lie is
for the settings to say (``[hearing] models_url``), and their checksums come with ``--sha256``: neither is ours to
promise."""
SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Source:
    """``name``: that of the model's folder. Exactly one of ``url`` and ``file`` is set."""

    name: str
    url: str = ""
    file: Path | None = None

    def __str__(self) -> str:
        return shown(self.url) if self.url else str(self.file)

    @property
    def archive(self) -> str:
        """The archive's own name."""
        return self.file.name if self.file else unquote(urlsplit(self.url).path).rpartition("/")[2]


def shown(url: str) -> str:
    """An address without what may be secret: user, password, what stands behind the question mark."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def beside(url: str, suffix: str) -> str:
    """The address of a file beside another one: the same path with a suffix."""
    parts = urlsplit(url)
    return parts._replace(path=parts.path + suffix, fragment="").geturl()


def source_of(wanted: str, *, base_url: str, name: str = "") -> Source:
    """What ``wanted`` means; ``base_url``: the web folder where models of known names lie.

    Raises CannotInstall: an unknown name, no folder for a known one, a file that is not there, a name that cannot be.
    """
    if re.match(r"https?://", wanted):
        return Source(_folder_name(name or unquote(urlsplit(wanted).path).rpartition("/")[2]), url=wanted)
    if "://" in wanted:
        raise CannotInstall(
            f"{shown(wanted)} is no address that can be fetched from", "https://… or http://…, or a file"
        )
    if wanted in KNOWN:
        if not base_url:
            raise CannotInstall(
                f"where {wanted} lies is not known",
                'put models_url = "https://…" under [hearing] in ivr.toml (the web folder of its publisher, or your'
                " own copy), or give --base-url, the whole address, or a file",
            )
        return Source(_folder_name(name or wanted), url=f"{base_url.rstrip('/')}/{wanted}{KNOWN[wanted]}")
    file = Path(wanted)
    if file.is_file():
        return Source(_folder_name(name or file.name), file=file)
    if wanted.lower().endswith(SUFFIXES) or len(file.parts) > 1:
        raise CannotInstall(f"there is no file {wanted}", "give the archive's path, or the address it lies at")
    meant = process.extractOne(wanted, list(KNOWN), score_cutoff=70)
    raise CannotInstall(
        f"there is no model {wanted!r} among those known by name" + (f"; did you mean {meant[0]}?" if meant else ""),
        f"known are {', '.join(KNOWN)}; any other by its address or as a file",
    )


def _folder_name(name: str) -> str:
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if name.lower().endswith(suffix):
            name = name[: -len(suffix)]
            break
    if not _NAME.fullmatch(name):
        raise CannotInstall(
            f"{name!r} cannot be a model's name", "give one with --name: latin letters, digits, dots, dashes"
        )
    return name
