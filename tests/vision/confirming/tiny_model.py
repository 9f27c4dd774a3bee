"""A real ONNX model of the YOLOX kind for pictures of 64×64, written by hand: 84 rows, each a constant plus a weight
for the mean brightness of the picture's blue, green and red."""

from pathlib import Path

import numpy as np

SIDE, ROWS = 64, 84
MIDDLE_ROW = 64 + 4 * 1 + 1  # of the stride 16: the cell from 16 to 32 in both directions


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def field(number: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def tensor(name: str, values: np.ndarray) -> bytes:
    kind = 1 if values.dtype == np.float32 else 7
    dims = b"".join(field(1, length) for length in values.shape)
    return dims + field(2, kind) + field(8, name) + field(9, values.tobytes())


def port(name: str, shape: tuple[int, ...], element: int = 1) -> bytes:
    dims = b"".join(field(1, field(1, length) if length else field(2, "n")) for length in shape)
    return field(1, name) + field(2, field(1, field(1, element) + field(2, dims)))


def node(kind: str, inputs: list[str], output: str, **ints: list[int] | int) -> bytes:
    attributes = b""
    for name, value in ints.items():
        many = isinstance(value, list)
        held = b"".join(field(8, one) for one in value) if many else field(3, value)
        attributes += field(5, field(1, name) + held + field(20, 7 if many else 2))
    return b"".join(field(1, one) for one in inputs) + field(2, output) + field(4, kind) + attributes


def model(
    rows: np.ndarray,
    weights: np.ndarray | None = None,
    *,
    into: tuple[int, ...] = (1, 3, SIDE, SIDE),
    out: tuple[int, ...] | None = None,
    outputs: int = 1,
) -> bytes:
    """`weights`: (3, rows, columns), 0 where left out. `into` and `out`: what the file claims."""
    rows = np.asarray(rows, np.float32)
    flat = np.zeros((3, rows.size), np.float32) if weights is None else weights.reshape(3, -1).astype(np.float32)
    shape = np.asarray([1, *rows.shape], np.int64)
    nodes = [
        node("ReduceMean", ["images"], "mean", axes=[2, 3], keepdims=0),
        node("MatMul", ["mean", "weights"], "product"),
        node("Add", ["product", "bias"], "sum"),
        node("Reshape", ["sum", "shape"], "output"),
    ]
    tensors = [tensor("weights", flat), tensor("bias", rows.reshape(1, -1)), tensor("shape", shape)]
    graph = b"".join(field(1, one) for one in nodes) + field(2, "tiny") + b"".join(field(5, one) for one in tensors)
    graph += field(11, port("images", into))
    for number in range(outputs):
        graph += field(12, port("output" if not number else f"output{number}", out or (1, *rows.shape)))
    return field(1, 6) + field(8, field(1, "") + field(2, 11)) + field(7, graph)


def rows_of(classes: int, *found: tuple[int, int, float], decoded: bool = False) -> np.ndarray:
    """`found`: (row, class, score), each a box of 24×24 pixels about the middle of its cell."""
    rows = np.zeros((ROWS, 5 + classes), np.float32)
    rows[:, :2], strides, cells = 0.5, [], []
    for stride in (8, 16, 32):
        side = SIDE // stride
        strides += [stride] * side * side
        cells += [(x, y) for y in range(side) for x in range(side)]
    stride = np.asarray(strides, np.float32)
    rows[:, 2:4] = np.log(24.0 / stride)[:, None]
    if decoded:
        rows[:, :2] = (np.asarray(cells, np.float32) + 0.5) * stride[:, None]
        rows[:, 2:4] = 24.0
    for row, number, score in found:
        rows[row, 4], rows[row, 5 + number] = 1.0, score
    return rows


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
