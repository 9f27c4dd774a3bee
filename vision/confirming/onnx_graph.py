"""What an ONNX file takes and gives, read from its protobuf without running or copying anything else of it.

ModelProto: graph = 7. GraphProto: initializer = 5 (its name = 8), input = 11, output = 12. ValueInfoProto: name = 1,
type = 2 → tensor_type = 1 → elem_type = 1, shape = 2 → dim = 1 → dim_value = 1 (onnx.proto, IR version 3 and later).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from config.detector import DetectorProblem

FLOAT = 1
_MOST_FIELDS = 200_000
_MOST_PORTS = 64
_MOST_DIMENSIONS = 8
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

Field = tuple[int, int | memoryview]


@dataclass(frozen=True, slots=True)
class Port:
    """`shape`: 0 where the file leaves a length open."""

    name: str
    element: int
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]


def read_graph(data: bytes) -> Graph:
    """Raises DetectorProblem where that is no ONNX model."""
    try:
        graphs = [value for number, value in _fields(memoryview(data)) if number == 7 and isinstance(value, memoryview)]
        if len(graphs) != 1:
            raise DetectorProblem("is not an ONNX model: it has no graph")
        inputs: list[Port] = []
        outputs: list[Port] = []
        weights = set()
        for number, value in _fields(graphs[0]):
            if not isinstance(value, memoryview):
                continue
            if number == 5:
                weights.add(_text(value, 8))
            elif number in (11, 12):
                (inputs if number == 11 else outputs).append(_port(value))
            if len(inputs) > 4096 or len(outputs) > _MOST_PORTS:
                raise DetectorProblem("is not an ONNX model of a detector: too many inputs or outputs")
    except (IndexError, UnicodeDecodeError):
        raise DetectorProblem("is not an ONNX model, or is cut short") from None
    # Before IR version 4 weights were listed among the inputs.
    return Graph(tuple(port for port in inputs if port.name not in weights), tuple(outputs))


def _fields(data: memoryview) -> Iterator[Field]:
    """IndexError where the data are no protobuf."""
    at, count = 0, 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        value: int | memoryview
        if kind == _VARINT:
            value, at = _varint(data, at)
        else:
            length = {_FIXED64: 8, _FIXED32: 4}.get(kind, 0)
            if kind == _BYTES:
                length, at = _varint(data, at)
            elif not length:
                raise IndexError
            value = data[at : at + length]
            at += length
            if len(value) != length:
                raise IndexError
        count += 1
        if count > _MOST_FIELDS:
            raise IndexError
        yield key >> 3, value


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise IndexError


def _inside(data: memoryview, number: int) -> memoryview:
    """The last one with that number, as protobuf has it; empty where there is none."""
    found = [value for field, value in _fields(data) if field == number and isinstance(value, memoryview)]
    return found[-1] if found else memoryview(b"")


def _text(data: memoryview, number: int) -> str:
    return bytes(_inside(data, number)[:256]).decode()


def _port(data: memoryview) -> Port:
    tensor = _inside(_inside(data, 2), 1)
    element = [value for field, value in _fields(tensor) if field == 1 and isinstance(value, int)]
    shape = []
    for field, dimension in _fields(_inside(tensor, 2)):
        if field == 1 and isinstance(dimension, memoryview):
            lengths = [value for number, value in _fields(dimension) if number == 1 and isinstance(value, int)]
            shape.append(lengths[-1] if lengths and 0 < lengths[-1] < 2**31 else 0)
        if len(shape) > _MOST_DIMENSIONS:
            raise IndexError
    return Port(_text(data, 1), element[-1] if element else 0, tuple(shape))
