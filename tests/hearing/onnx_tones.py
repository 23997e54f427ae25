"""Models for sherpa-onnx that hear tones: real ONNX files of a few kilobytes with weights written by hand.

``t_one``: the sound itself in chunks of 300 ms, ten frames a chunk; each letter is a tone, its score the power at it.
``zipformer2``: fbank features in, frame by frame a token whose band stands out of the mean of all; the decoder only
keeps a token from being written twice running. States are handed through as they come.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

RATE = 8000
LETTERS = {"д": 600.0, "а": 900.0, "н": 1200.0, "е": 1500.0, "т": 1900.0, "с": 2300.0, "в": 2700.0, " ": 3200.0}
TOKENS = {"▁да": 600.0, "▁н": 1000.0, "ет": 1500.0, "▁свет": 2100.0}
_FRAME, _CHUNK = 240, 2400
_OPSET, _IR = 13, 8
ENCODER = {
    "model_type": "zipformer2", "encoder_dims": "4", "query_head_dims": "4", "value_head_dims": "4", "num_heads": "1",
    "num_encoder_layers": "1", "cnn_module_kernels": "3", "left_context_len": "2", "T": "45", "decode_chunk_len": "32",
}  # fmt: skip
T_ONE = {"frame_length_ms": "300", "state_dim": "4", "sample_rate": "8000"}
_STATES = {"key": (2, 1, 4), "nonlin": (1, 1, 2, 3), "val1": (2, 1, 4), "val2": (2, 1, 4), "conv1": (1, 4, 1),
           "conv2": (1, 4, 1), "embed": (1, 128, 3, 19)}  # fmt: skip


def t_one(folder: Path, properties: Mapping[str, str] = T_ONE) -> Path:
    """Write a model of the kind T-one."""
    folder.mkdir(parents=True, exist_ok=True)
    tones = [round(tone * _FRAME / RATE) * RATE / _FRAME for tone in LETTERS.values()]
    phase = 2 * np.pi * np.outer(np.arange(_FRAME), tones) / RATE
    nothing = np.zeros((_FRAME, 1))
    node = helper.make_node
    nodes = [
        node("Cast", ["signal"], ["sound"], to=TensorProto.FLOAT),
        node("Reshape", ["sound", "shape"], ["frames"]),
        node("MatMul", ["frames", "cosines"], ["real"]),
        node("MatMul", ["frames", "sines"], ["imaginary"]),
        node("Mul", ["real", "real"], ["real2"]),
        node("Mul", ["imaginary", "imaginary"], ["imaginary2"]),
        node("Add", ["real2", "imaginary2"], ["power"]),
        node("Add", ["power", "bias"], ["scores"]),
        node("LogSoftmax", ["scores"], ["logprobs"], axis=-1),
        node("Identity", ["state"], ["state_next"]),
    ]
    scale = 30 / 120 / 32767
    weights = {
        "shape": np.array([-1, 10, _FRAME], np.int64),
        "cosines": np.hstack([nothing, np.cos(phase)]).astype(np.float32) * np.float32(scale),
        "sines": np.hstack([nothing, np.sin(phase)]).astype(np.float32) * np.float32(scale),
        "bias": np.array([3, *[0] * len(LETTERS)], np.float32),
    }
    takes = {"signal": (TensorProto.INT32, ("N", _CHUNK, 1)), "state": (TensorProto.FLOAT16, ("N", 4))}
    gives = {
        "logprobs": (TensorProto.FLOAT, ("N", 10, len(LETTERS) + 1)),
        "state_next": (TensorProto.FLOAT16, ("N", 4)),
    }
    _write(folder / "model.onnx", nodes, takes, gives, weights, properties)
    _write_tokens(folder / "tokens.txt", list(LETTERS))
    return folder


def zipformer2(folder: Path, properties: Mapping[str, str] = ENCODER, *, vosk_layout: bool = False) -> Path:
    """Write a Zipformer2 transducer."""
    networks, lang = (folder / "am-onnx", folder / "lang") if vosk_layout else (folder, folder)
    for each in (networks, lang):
        each.mkdir(parents=True, exist_ok=True)
    count = len(TOKENS) + 1
    bands = np.zeros((80, count), np.float32)
    for place, tone in enumerate(TOKENS.values(), start=1):
        bands[:, place] -= 1 / 80
        bands[_band(tone), place] += 1
    node, batch = helper.make_node, TensorProto.FLOAT
    nodes = [
        node("Slice", ["x", "first", "last", "axis"], ["chunk"]),
        node("Reshape", ["chunk", "shape"], ["fours"]),
        node("ReduceMean", ["fours"], ["frames"], axes=[2], keepdims=0),
        node("MatMul", ["frames", "bands"], ["scores"]),
        node("Add", ["scores", "bias"], ["encoder_out"]),
        *(node("Identity", [name], [f"new_{name}"]) for name in (*_STATES, "processed")),
    ]
    weights = {
        "first": np.array([0], np.int64), "last": np.array([32], np.int64), "axis": np.array([1], np.int64),
        "shape": np.array([-1, 8, 4, 80], np.int64), "bands": bands,
        "bias": np.array([4, *[0] * (count - 1)], np.float32),
    }  # fmt: skip
    states = {name: (batch, shape) for name, shape in _STATES.items()} | {"processed": (TensorProto.INT64, (1,))}
    new_states = {f"new_{name}": about for name, about in states.items()}
    takes, gives = {"x": (batch, (1, 45, 80))} | states, {"encoder_out": (batch, (1, 8, count))} | new_states
    _write(networks / "encoder.onnx", nodes, takes, gives, weights, properties)
    again = np.zeros((count, count), np.float32)
    again[range(1, count), range(1, count)] = -100
    _write(
        networks / "decoder.onnx",
        [
            node("Slice", ["y", "first", "last", "axis"], ["before"]),
            node("Squeeze", ["before", "axis"], ["flat"]),
            node("Gather", ["again", "flat"], ["decoder_out"]),
        ],
        {"y": (TensorProto.INT64, ("N", 2))},
        {"decoder_out": (batch, ("N", count))},
        {"first": np.array([1], np.int64), "last": np.array([2], np.int64), "axis": np.array([1], np.int64),
         "again": again},
        {"vocab_size": str(count), "context_size": "2"},
    )  # fmt: skip
    _write(
        networks / "joiner.onnx",
        [node("Add", ["encoder_out", "decoder_out"], ["logit"])],
        {"encoder_out": (batch, ("N", count)), "decoder_out": (batch, ("N", count))},
        {"logit": (batch, ("N", count))},
        {},
        {"joiner_dim": str(count)},
    )
    _write_tokens(lang / "tokens.txt", list(TOKENS))
    return folder


def say(*parts: str | float, tones: Mapping[str, float] = LETTERS, seconds: float = 0.12) -> NDArray[np.int16]:
    """Words as tones letter by letter, or with ``tones=TOKENS`` tokens parted by bars; numbers: silence in seconds."""
    sound = [np.zeros(0)]
    for part in parts:
        if isinstance(part, float):
            sound.append(np.zeros(int(RATE * part)))
            continue
        for token in part if tones is LETTERS else part.split("|"):
            time = np.arange(int(RATE * seconds)) / RATE
            sound.append(4000 * np.sin(2 * np.pi * tones[token] * time))
    line = np.concatenate(sound)
    return (line + np.random.default_rng(1).normal(0, 3, len(line))).astype(np.int16)


def _band(hertz: float) -> int:
    """The mel band (of 80, 20 … 7600 Hz) that the tone falls into."""
    low, high, here = (1127 * np.log(1 + edge / 700) for edge in (20.0, 7600.0, hertz))
    return round((here - low) / ((high - low) / 81)) - 1


_Shapes = Mapping[str, tuple[int, Sequence[int | str]]]


def _write(
    file: Path, nodes: list[onnx.NodeProto], takes: _Shapes, gives: _Shapes,
    weights: Mapping[str, NDArray[np.generic]], properties: Mapping[str, str],
) -> None:  # fmt: skip
    infos = [
        [helper.make_tensor_value_info(name, kind, list(shape)) for name, (kind, shape) in side.items()]
        for side in (takes, gives)
    ]
    constants = [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, file.stem, infos[0], infos[1], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)])
    model.ir_version = _IR
    helper.set_model_props(model, dict(properties))
    onnx.save(model, str(file))


def _write_tokens(file: Path, tokens: Sequence[str]) -> None:
    listed = ("<blk>", *tokens)
    file.write_text("".join(f"{token} {place}\n" for place, token in enumerate(listed)), encoding="utf-8")
