"""What one Asterisk of ours is made from, and its configuration written out."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ivr.bringup.addresses import Ports, secret
from ivr.bringup.failure import BringupFailed
from ivr.bringup.music import alaw, waiting_music
from ivr.bringup.render import fill_in
from ivr.bringup.system import data_folder, module_folder
from ivr.bringup.tree import Tree

UNUSED = ("acl.conf", "ccss.conf", "features.conf", "queuerules.conf", "stasis.conf", "udptl.conf")
"""Files of Asterisk's core that the hotline needs nothing from."""
SOCKET_PATH_LIMIT = 100
"""A Unix socket's path may have 107 bytes; Asterisk appends its own file name."""


@dataclass(frozen=True, slots=True)
class Site:
    """What one Asterisk is made from: folders, ports and names that the configuration is filled in with."""

    var: Path
    """The instance's run-time folder."""
    conf: Path
    """The instance's ``asterisk-conf`` folder."""
    sounds: Path
    """Where the sounds lie that Asterisk plays alone: ``technical_problem`` and ``all_busy_goodbye``."""
    ports: Ports
    sip_host: str = "127.0.0.1"
    agi_host: str = "127.0.0.1"
    ami_user: str = "ivr"
    hotline: str = "88002200220"
    overlay: Mapping[str, str] = field(default_factory=dict)
    """File name → text, in place of (or beside) the files of ``conf``: the tests' own dialplans."""

    @property
    def home(self) -> Path:
        """All that this Asterisk writes."""
        return self.var / "asterisk"

    @property
    def etc(self) -> Path:
        """Its rendered configuration."""
        return self.home / "etc"

    @property
    def music(self) -> Path:
        """The folder of music for waiting callers."""
        return self.home / "music"

    @property
    def ami_secret_file(self) -> Path:
        """The password of the engine's AMI account."""
        return self.var / "secrets" / "ami"

    @property
    def operator_secret_file(self) -> Path:
        """The password of the operators' telephones."""
        return self.var / "secrets" / "operators"

    @property
    def run(self) -> Path:
        """Where its control socket lies: below ``var`` unless that path is too long for a socket."""
        inside = self.home / "run"
        if len(os.fsencode(inside)) <= SOCKET_PATH_LIMIT - len("/asterisk.ctl"):
            return inside
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"ivr-{os.getuid()}-{name}"

    def values(self, tree: Tree) -> dict[str, str]:
        """What each ``@NAME@`` of the configuration stands for."""
        return {
            "ETC": str(self.etc),
            "STATE": str(self.home),
            "RUN": str(self.run),
            "MODULES": str(module_folder(tree)),
            "DATA": str(data_folder(tree)),
            "SOUNDS": str(self.sounds.resolve()),
            "MUSIC": str(self.music),
            "SIP_HOST": self.sip_host,
            "SIP_PORT": str(self.ports.sip),
            "RTP_FIRST": str(self.ports.rtp_first),
            "RTP_LAST": str(self.ports.rtp_last),
            "AGI_HOST": self.agi_host,
            "AGI_PORT": str(self.ports.agi),
            "AMI_PORT": str(self.ports.ami),
            "AMI_USER": self.ami_user,
            "AMI_SECRET": secret(self.ami_secret_file),
            "OPERATOR_SECRET": secret(self.operator_secret_file),
            "HOTLINE": self.hotline,
        }


def render(site: Site, tree: Tree) -> dict[str, str]:
    """The files of ``site.conf``, filled in, by name. Raises ConfigError for a mark that means nothing."""
    values = site.values(tree)
    texts = {
        str(path.relative_to(site.conf)): path.read_text(encoding="utf-8") for path in sorted(site.conf.rglob("*.conf"))
    } | dict(site.overlay)
    if not texts:
        raise BringupFailed(f"no configuration in {site.conf}", hint="ivr init DIR brings it", retryable=False)
    return {name: fill_in(str(site.conf / name), text, values) for name, text in texts.items()}


def write_music(site: Site) -> None:
    """Make the music for waiting callers if there is none."""
    music = site.music / "waiting.alaw"
    if not music.exists():
        music.parent.mkdir(parents=True, exist_ok=True)
        music.write_bytes(alaw(waiting_music()))


def write_configuration(site: Site, tree: Tree) -> None:
    """Render ``site.conf`` into ``var/asterisk/etc``. Raises ConfigError for a mark that means nothing."""
    rendered = render(site, tree)
    rendered = dict.fromkeys(UNUSED, "; Nothing to set here; Asterisk complains when the file is missing.\n") | rendered
    for folder in (site.etc, site.run, *(site.home / name for name in ("lib", "spool", "log"))):
        _own(folder)
    for stale in set(site.etc.rglob("*.conf")) - {site.etc / name for name in rendered}:
        stale.unlink()
    for name, text in rendered.items():
        path = site.etc / name
        path.parent.mkdir(exist_ok=True)
        path.touch(mode=0o600)  # passwords are in some of them
        path.write_text(text, encoding="utf-8")
    write_music(site)


def _own(folder: Path) -> None:
    """Make ``folder`` ours alone: passwords and the control socket lie there. Raises BringupFailed if it is another's.

    One of them may lie in the machine's folder for temporary files, where anybody can make things.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.lstat().st_uid != os.getuid() or folder.is_symlink():
        raise BringupFailed(f"{folder} belongs to somebody else", hint="remove it", retryable=False)
    folder.chmod(0o700)
