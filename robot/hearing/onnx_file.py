"""The properties that an ONNX file carries beside its network, read without loading it.

sherpa-onnx ends the whole process over a model whose properties lack one that it wants; so they are looked at first.
The file is one protobuf message (onnx.proto, ``ModelProto``); properties are its field 14, pairs of key and value.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

_PROPERTY, _KEY, _VALUE = 14, 1, 2
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
"""Protobuf's wire types."""
_LONGEST_VARINT = 10
_LONGEST_PROPERTY = 1 << 20


class BadOnnx(ValueError):
    """A file is no ONNX model."""


def properties(file: Path) -> dict[str, str]:
    """Key → value. Raises BadOnnx, OSError."""
    found: dict[str, str] = {}
    with file.open("rb") as read:
        size = os.fstat(read.fileno()).st_size
        while read.tell() < size:
            field, kind = _tag(read)
            if field == _PROPERTY and kind == _BYTES:
                key, value = _pair(read, size)
                found[key] = value
            else:
                _skip(read, kind, size)
    if not size:
        raise BadOnnx("it is empty")
    return found


def _pair(read: BinaryIO, size: int) -> tuple[str, str]:
    end = _end(read, size)
    parts = {_KEY: b"", _VALUE: b""}
    while read.tell() < end:
        field, kind = _tag(read)
        if field in parts and kind == _BYTES:
            stop = _end(read, end)
            if stop - read.tell() > _LONGEST_PROPERTY:
                raise BadOnnx("a property is too long")
            parts[field] = read.read(stop - read.tell())
        else:
            _skip(read, kind, end)
    try:
        return parts[_KEY].decode(), parts[_VALUE].decode()
    except UnicodeDecodeError as error:
        raise BadOnnx("a property is no text") from error


def _tag(read: BinaryIO) -> tuple[int, int]:
    tag = _varint(read)
    if not tag >> 3:
        raise BadOnnx("it is no ONNX model")
    return tag >> 3, tag & 7


def _skip(read: BinaryIO, kind: int, size: int) -> None:
    if kind == _VARINT:
        _varint(read)
    elif kind == _BYTES:
        read.seek(_end(read, size))
    elif kind in (_FIXED32, _FIXED64):
        read.seek(4 if kind == _FIXED32 else 8, os.SEEK_CUR)
    else:
        raise BadOnnx("it is no ONNX model")


def _end(read: BinaryIO, size: int) -> int:
    """Where the bytes that begin with their length end."""
    length = _varint(read)
    end = read.tell() + length
    if end > size:
        raise BadOnnx("it is cut short")
    return end


def _varint(read: BinaryIO) -> int:
    value = 0
    for place in range(_LONGEST_VARINT):
        byte = read.read(1)
        if not byte:
            raise BadOnnx("it is cut short")
        value |= (byte[0] & 0x7F) << (7 * place)
        if byte[0] < 0x80:
            return value
    raise BadOnnx("it is no ONNX model")
