"""A folder of sherpa-onnx's: which files it has, and whether the library could load them without ending the process.

Two kinds of streaming models are used: T-one (CTC over the sound itself, 8 kHz, ``model.onnx``) and Zipformer2
transducers (``encoder``, ``decoder`` and ``joiner``), in the layout of sherpa-onnx's own releases (all files in one
folder, with ``tokens.txt``) and in Vosk's (``am-onnx/`` and ``lang/``). Quantised files (``.int8.onnx``) are preferred:
they are several times as fast on a processor and hear as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

from robot.hearing.onnx_file import BadOnnx, properties
from robot.hearing.recogniser import RecogniserFailed

_PLACES = ("", "am-onnx", "am")
_TOKENS = ("tokens.txt", "lang/tokens.txt")
_PARTS = ("encoder", "decoder", "joiner")
_T_ONE = ("frame_length_ms", "state_dim", "sample_rate")
_ENCODER = (
    "encoder_dims", "query_head_dims", "value_head_dims", "num_heads", "num_encoder_layers", "cnn_module_kernels",
    "left_context_len", "T", "decode_chunk_len",
)  # fmt: skip
_DECODER = ("vocab_size", "context_size")
"""The properties without which the library ends the process."""
FRAME_S = 0.01
"""A frame of a Zipformer's features."""
_BLANKS = ("<blk>", "<eps>", "<blank>")


@dataclass(frozen=True, slots=True)
class SherpaFiles:
    """What a folder holds: ``networks`` by part, for T-one the one ``model``."""

    kind: Literal["t-one", "zipformer2"]
    tokens: Path
    networks: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class Wants:
    """What networks are given: samples a second, and seconds at once."""

    rate: int
    chunk_s: float


def sherpa_files(folder: Path) -> SherpaFiles | None:
    """The files of a model, by their names alone; None if the folder is none of sherpa-onnx's."""
    tokens = next((file for file in (folder / name for name in _TOKENS) if file.is_file()), None)
    if tokens is None:
        return None
    for place in _PLACES:
        parts = {part: found for part in _PARTS if (found := _network(folder / place, part))}
        if len(parts) == len(_PARTS):
            return SherpaFiles("zipformer2", tokens, parts)
        if model := _network(folder / place, "model"):
            return SherpaFiles("t-one", tokens, {"model": model})
    return None


def check(files: SherpaFiles) -> Wants:
    """What the networks want. Raises RecogniserFailed for whatever would end the process."""
    if files.kind == "t-one":
        network = files.networks["model"]
        found = _properties(network, _T_ONE, "it is no T-one model, and of models in one file no other is used")
        read_tokens(files.tokens)
        return Wants(_number(found["sample_rate"], network), _number(found["frame_length_ms"], network) / 1000)
    encoder = _properties(files.networks["encoder"], ())
    if (kind := encoder.get("model_type", "")) != "zipformer2":
        _refuse(files.networks["encoder"], f"its kind is {kind or 'not told'}: only zipformer2 is used")
    chunk = _properties(files.networks["encoder"], _ENCODER)["decode_chunk_len"]
    decoder = _properties(files.networks["decoder"], _DECODER)
    _properties(files.networks["joiner"], ())
    wanted = _number(decoder["vocab_size"], files.networks["decoder"])
    if (known := len(read_tokens(files.tokens))) < wanted:
        _refuse(files.tokens, f"it has {known} tokens, the network writes {wanted}")
    rate = _number(encoder.get("sample_rate", "16000"), files.networks["encoder"])
    return Wants(rate, _number(chunk, files.networks["encoder"]) * FRAME_S)


def read_tokens(file: Path) -> dict[str, int]:
    """Token → number. The one that stands for nothing must be there. Raises RecogniserFailed."""
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        _refuse(file, str(error))
    tokens: dict[str, int] = {}
    for place, line in enumerate(lines, start=1):
        token, _, number = line.rstrip("\r").rpartition(" ")
        if not line.strip():
            continue
        if not number.isdecimal():
            _refuse(file, f"line {place} is not a token and its number")
        tokens[token or " "] = int(number)  # the token of the space itself is written as nothing, or as a space
    if not any(blank in tokens for blank in _BLANKS):
        _refuse(file, f"none of {', '.join(_BLANKS)} is in it")
    return tokens


def _network(folder: Path, part: str) -> Path | None:
    """The network of that part, whatever stands between the part and the suffix (``encoder-epoch-99.int8.onnx``)."""
    found = sorted(folder.glob(f"{part}*.onnx"), key=lambda file: (".int8." not in file.name, file.name))
    return found[0] if found else None


def _properties(file: Path, needed: tuple[str, ...], why: str = "the library needs them") -> dict[str, str]:
    try:
        found = properties(file)
    except (BadOnnx, OSError) as error:
        _refuse(file, str(error))
    if lacking := [key for key in needed if not found.get(key)]:
        _refuse(file, f"it has no {', '.join(lacking)}: {why}")
    return found


def _number(text: str, file: Path) -> int:
    if not text.isdecimal() or not int(text):
        _refuse(file, f"{text!r} is no number above nothing")
    return int(text)


def _refuse(file: Path, why: str) -> NoReturn:
    raise RecogniserFailed(f"{file} cannot be used: {why}", retryable=False)
