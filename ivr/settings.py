"""Settings of an instance: ``ivr.toml`` beside its dialplans and prompts, and the environment.

Everything relative is relative to the folder that ``ivr.toml`` is in. A setting ``[agi] port`` can be overridden by
the environment variable ``IVR_AGI__PORT``.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator
from rapidfuzz import process

from ivr.errors import Problem, SettingsError
from ivr.section import Section
from ivr.settings_grid import Api, Trouble

FILE_NAME = "ivr.toml"
ENVIRONMENT_PREFIX = "IVR_"
INSTANCE_VARIABLE = "IVR_HOME"


class Agi(Section):
    """``[agi]``: where Asterisk finds us, and what we bear."""

    host: str = "127.0.0.1"
    port: int = Field(4573, ge=0, le=65535)
    allow: tuple[str, ...] = ("127.0.0.1", "::1")
    """Addresses or networks that may connect."""
    connections: int = Field(600, ge=1)
    """More calls than this at once are refused cleanly: Asterisk then apologises and queues the caller."""
    header_seconds: float = Field(3.0, gt=0)
    command_seconds: float = Field(5.0, gt=0)
    """How long Asterisk may take to answer a command beyond the time that the command itself takes."""
    header_bytes: int = Field(16_384, ge=1024)


class Ami(Section):
    """``[ami]``: the manager interface. The secret is in ``var/secrets/ami`` (made at first run)."""

    host: str = "127.0.0.1"
    port: int = Field(5038, ge=0, le=65535)
    user: str = "ivr"
    action_seconds: float = Field(5.0, gt=0)


class Asterisk(Section):
    """``[asterisk]``: the Asterisk beside us."""

    manage: bool = True
    """True: ``ivr run`` brings and starts it under ``var/``. False: it is the system's, ours only to talk to."""
    sip_host: str = "127.0.0.1"
    sip_port: int = Field(5060, ge=0, le=65535)


class Voices(Section):
    """``[voice]``: who speaks."""

    engine: Literal["auto", "rhvoice", "pyttsx3"] = "auto"
    """``auto``: RHVoice when it is there, because people prefer it, else the embedded pyttsx3."""
    name: str = ""
    """The engine's voice; empty = ``anna`` for RHVoice, ``ru+f2`` for pyttsx3."""
    name_seconds: float = Field(0.3, gt=0)
    """A place's name that takes longer is left out of the sentence."""
    cache_mb: int = Field(500, ge=1)


class Hearing(Section):
    """``[hearing]``: how the robot hears."""

    on: bool = True
    """False: every call is held by keys alone."""
    model: str = "svetlaya-ru-8k"
    """A model for Vosk or sherpa-onnx: the name of one that ships or lies in ``var/models``, or a folder."""
    models_url: str = ""
    """The web folder that ``ivr models install NAME`` fetches from: the publisher's, or your own copy."""
    host: str = "127.0.0.1"
    port: int = Field(0, ge=0, le=65535)
    """Where Asterisk brings the sound of calls (AudioSocket); 0: a free port, Asterisk is told which for each call.
    Allowed are those of ``[agi] allow``."""
    calls: int = Field(0, ge=0)
    """So many calls are heard at once, further ones are held by keys; 0: eight for each core."""


class SmsSettings(Section):
    """``[sms]``: who takes our SMS. The gateway's token, where it wants one, is in ``var/secrets/sms``."""

    gateway: Literal["log", "http"] = "log"
    """``log``: nothing is sent, what would be sent is written to ``var/sms/outbox.jsonl``."""
    url: str = ""
    """Where ``http`` posts messages."""
    format: Literal["json", "form"] = "json"
    sender: str = ""
    """The sender's name as agreed with the carrier; empty: the gateway's own."""
    seconds: float = Field(6.0, gt=0, le=7.5)
    """The gateway has so long to take a message, further tries included; the caller waits meanwhile."""

    @field_validator("url")
    @classmethod
    def _web(cls, value: str) -> str:
        if value and not re.match(r"https?://[^/\s]+", value):
            raise ValueError(f"{value!r} is no address of a web service (https://…)")
        return value

    @model_validator(mode="after")
    def _complete(self) -> SmsSettings:
        if self.gateway == "http" and not self.url:
            raise ValueError('gateway = "http" needs a url')
        return self


class Feed(Section):
    """``[[feed]]``: a source of outages. ``outage_feed.fetch.Source`` tells what each setting means."""

    name: str
    format: str
    url: str
    snapshot: bool = True
    headers: Mapping[str, str] = Field(default_factory=dict)
    every_seconds: float = Field(60.0, ge=1)
    stale_after_seconds: float = Field(1800.0, ge=1)
    max_bytes: int = Field(20_000_000, ge=1)
    timeout_seconds: float = Field(20.0, gt=0)
    regions: tuple[str, ...] = ()
    days_ahead: int = Field(14, ge=0)
    encoding: str = ""
    columns: Mapping[str, str] = Field(default_factory=dict)
    """``[feed.columns]``: our field = the source's heading, for formats without columns of their own."""
    sheet: str = ""
    kind: Literal["planned", "emergency", "unknown"] = "unknown"
    """What outages are whose records do not say."""


class Line(Section):
    """``[line]``: the hotline itself."""

    number: str = "88002200220"
    entry: str = "hotline"
    """The dialplan file (without ``.yaml``) that calls start in."""
    timezone: str = "Europe/Moscow"
    fallback_queue: str = "operators"
    drain_seconds: float = Field(30.0, ge=0)
    """How long a stopping engine lets live calls go on before Asterisk takes them over."""
    ticket_start: int = Field(100_001, ge=1)
    callback_hours: float = Field(4.0, gt=0)
    """Within so many hours a caller whom nobody answered is called back (Order 186 of the Ministry of Energy)."""
    example: bool = False
    """At every start the example register and outages (around now) are laid into the database; false: taken out."""

    @field_validator("number")
    @classmethod
    def _digits(cls, value: str) -> str:
        if not re.fullmatch(r"\+?[\d ()-]*\d[\d ()-]*", value):
            raise ValueError(f"{value!r} is not a telephone number")
        return value

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no such time zone: {value!r} (use a name like Europe/Moscow)") from error
        return value


class Settings(Section):
    """All settings of an instance."""

    home: Path
    line: Line = Line()
    agi: Agi = Agi()
    ami: Ami = Ami()
    asterisk: Asterisk = Asterisk()
    voice: Voices = Voices()
    hearing: Hearing = Hearing()
    sms: SmsSettings = SmsSettings()
    feed: tuple[Feed, ...] = ()
    trouble: Trouble = Trouble()
    api: Api = Api()

    @property
    def var(self) -> Path:
        """Run-time state; never in git."""
        return self.home / "var"

    @property
    def database(self) -> Path:
        """The one SQLite file: calls, tickets, outages."""
        return self.var / "ivr.db"

    @property
    def dialplans(self) -> Path:
        """The administrators' dialplans."""
        return self.home / "dialplans"

    @property
    def prompts(self) -> Path:
        """The wording (``ru/*.yaml``) and the studio's recordings (``recorded/``)."""
        return self.home / "prompts"

    @property
    def asterisk_conf(self) -> Path:
        """Our side of Asterisk's configuration."""
        return self.home / "asterisk-conf"

    @property
    def models(self) -> Path:
        """Models of the recogniser that were adapted or brought here."""
        return self.var / "models"

    @property
    def static_sounds(self) -> Path:
        """What Asterisk plays by itself when the engine cannot."""
        return self.var / "sounds"

    @property
    def log_file(self) -> Path:
        """The engine's log, one JSON object a line."""
        return self.var / "log" / "ivr.log"

    @property
    def control_socket(self) -> Path:
        """Where ``ivr reload`` and ``ivr calls live`` find the running engine."""
        return self.var / "run" / "control.sock"

    @property
    def ami_secret_file(self) -> Path:
        """The AMI secret, readable by its owner only."""
        return self.var / "secrets" / "ami"

    @property
    def sms_secret_file(self) -> Path:
        """The SMS gateway's token, readable by its owner only; absent where it wants none."""
        return self.var / "secrets" / "sms"

    @property
    def webhook_secret_file(self) -> Path:
        """What webhooks are signed with, readable by its owner only; made at the first start that needs it."""
        return self.var / "secrets" / "webhooks"

    @property
    def sms_outbox(self) -> Path:
        """What would have been sent, where ``[sms] gateway`` is ``log``."""
        return self.var / "sms" / "outbox.jsonl"

    @property
    def tz(self) -> tzinfo:
        """The time zone that times are spoken in."""
        return ZoneInfo(self.line.timezone)


def find_home(start: Path | None = None) -> Path:
    """The instance's folder: ``$IVR_HOME``, or the nearest folder upwards that has an ivr.toml."""
    named = os.environ.get(INSTANCE_VARIABLE)
    if named:
        return Path(named).resolve()
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    raise SettingsError(
        [Problem(FILE_NAME, 0, 0, f"not found in {here} or above", "make an instance with: ivr init DIR")]
    )


def load_settings(home: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read ``ivr.toml`` of the instance at ``home``. Raises :class:`SettingsError` with every problem found."""
    home = (home or find_home()).resolve()
    file = home / FILE_NAME
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([Problem(str(file), 0, 0, f"cannot be read: {error}")]) from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([_syntax_problem(str(file), error)]) from error
    _override(data, environ if environ is not None else os.environ)
    try:
        return Settings.model_validate({"home": home, **data})
    except ValidationError as error:
        raise SettingsError([_problem(str(file), text, item) for item in error.errors()]) from error


def settings_problem(settings: Settings, path: Sequence[str | int], message: str, hint: str = "") -> Problem:
    """Something wrong with a setting that only others can know, at its place: ``("feed", 0, "url")``."""
    file = settings.home / FILE_NAME
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    line, column = _find(text, list(path))
    if not line:  # it is not written there: the table is, or the environment says it
        line, column = _find(text, list(path[:-1]))
    return Problem(str(file), line, column, f"{'.'.join(map(str, path))}: {message}", hint)


def _override(data: dict[str, Any], environ: Mapping[str, str]) -> None:
    for name, value in environ.items():
        if name.startswith(ENVIRONMENT_PREFIX) and "__" in name:
            section, _, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
            table = data.setdefault(section, {})
            if isinstance(table, dict):
                table[key] = value


def _syntax_problem(file: str, error: tomllib.TOMLDecodeError) -> Problem:
    at = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
    line, column = (int(at[1]), int(at[2])) if at else (0, 0)
    return Problem(file, line, column, str(error).split(" (at ")[0])


_PLAIN = {
    "missing": "is missing",
    "string_type": 'must be a text in quotes: "…"',
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than_equal": "must be {le:g} or less",
    "literal_error": "must be {expected}",
    "tuple_type": 'must be a list: ["…", "…"]',
    "dict_type": "must be a table of names and values",
    "mapping_type": "must be a table of names and values",
    "model_type": "must be a table, under a line of its own: [name]",
}
"""pydantic's kinds of error in words for whoever writes ivr.toml."""


def _problem(file: str, text: str, item: Any) -> Problem:
    path = [part for part in item["loc"]]
    line, column = _find(text, path)
    where = ".".join(str(part) for part in path)
    if item["type"] == "extra_forbidden":
        known = _known_keys(path)
        near = process.extractOne(str(path[-1]), known, score_cutoff=60)
        hint = f"did you mean {near[0]!r}?" if near else "known here: " + ", ".join(sorted(known))
        return Problem(file, line, column, f"unknown setting {where}", hint)
    plain = "every feed begins with a line [[feed]]" if path == ["feed"] else _PLAIN.get(item["type"])
    message = plain.format_map(item.get("ctx", {})) if plain else item["msg"].removeprefix("Value error, ")
    if not line and item["type"] == "missing":
        line, column = _find(text, path[:-1])
    return Problem(file, line, column, f"{where}: {message}")


def _known_keys(path: list[Any]) -> list[str]:
    model: Any = Settings
    for part in path[:-1]:
        if isinstance(part, str) and part in model.model_fields:
            annotation = model.model_fields[part].annotation
            model = Feed if part == "feed" else annotation
    return [name for name in model.model_fields if name != "home"]


def _find(text: str, path: list[Any]) -> tuple[int, int]:
    """The line and column of a key in TOML text, as far as tables and plain keys go; (0, 0) when not found."""
    section, index, key = str(path[0]), None, None
    for part in path[1:]:
        if isinstance(part, int) and key is None:
            index = part
        elif key is None:
            key = str(part)
    seen, inside = -1, False
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\[?\s*([\w.-]+)\s*\]\]?", line)
        if header:
            if key and header[1] == f"{section}.{key}" and (index is None or seen == index):
                return number, line.index("[") + 1
            if header[1] == section:
                seen += 1
                inside = index is None or seen == index
                if inside and key is None:
                    return number, line.index("[") + 1
            else:
                inside = False
        elif key is None:
            if seen < 0 and re.match(rf"\s*{re.escape(section)}\s*=", line):
                return number, line.index(section) + 1
        elif inside and re.match(rf"\s*{re.escape(key)}\s*=", line):
            return number, line.index(key) + 1
    return 0, 0
