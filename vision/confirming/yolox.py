"""YOLOX before and after the model: letterbox, the form its output must have, and boxes out of it. Pure.

The picture goes in as BGR, 0 to 255, at the top left of a field of grey 114. A row of the output is x, y, log width,
log height, how surely there is a thing, and how surely it is of each class; rows go through the cells of three grids
(strides 8, 16, 32; models for 1280 pixels have 64, too), each from the top left. An export with `--decode_in_inference`
has the boxes in pixels instead.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from config.detector import DetectorProblem
from ingest.frame import ColourImage
from vision.confirming.onnx_graph import FLOAT, Graph

Rows = NDArray[np.float32]

GREY = 114
LEAST_SIDE, MOST_SIDE = 64, 1280
OPEN_SIDE = 416  # where the file leaves its size open
STRIDES = ((8, 16, 32), (8, 16, 32, 64))
NMS_IOU = 0.45
MOST_CANDIDATES, MOST_FOUND = 300, 40
_MOST_LOG = 12.0


@dataclass(frozen=True, slots=True)
class Form:
    """Of input and output. `width` and `height` of the picture that goes in, in pixels."""

    width: int
    height: int
    classes: int
    strides: tuple[int, ...]

    @property
    def rows(self) -> int:
        return sum((self.width // stride) * (self.height // stride) for stride in self.strides)

    @property
    def columns(self) -> int:
        return 5 + self.classes


@dataclass(frozen=True, slots=True)
class Found:
    """`box`: left, top, width, height in pixels of the picture that was put in, cut to it."""

    number: int
    score: float
    box: tuple[float, float, float, float]


def form_of(graph: Graph, classes: int) -> Form:
    """Raises DetectorProblem where that is no YOLOX for so many classes."""
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        counts = f"{len(graph.inputs)} inputs and {len(graph.outputs)} outputs"
        raise DetectorProblem(f"is not of the YOLOX kind: it has {counts}, not one of each")
    (into,), (out,) = graph.inputs, graph.outputs
    if into.element != FLOAT or len(into.shape) != 4 or into.shape[0] > 1 or into.shape[1] not in (0, 3):
        raise DetectorProblem(f"is not of the YOLOX kind: its input is {_shown(into.shape)}, not 1×3×height×width")
    height, width = (side or OPEN_SIDE for side in into.shape[2:])
    if not (LEAST_SIDE <= min(width, height) <= max(width, height) <= MOST_SIDE) or width % 32 or height % 32:
        allowed = f"multiples of 32 from {LEAST_SIDE} to {MOST_SIDE}"
        raise DetectorProblem(f"takes pictures of {width}×{height}; width and height must be {allowed}")
    forms = [Form(width, height, classes, strides) for strides in STRIDES]
    given = out.shape or (0, 0, 0)
    fitting = [form for form in forms if _fits(given, (1, form.rows, form.columns))]
    if not fitting:
        form = forms[0]
        rows_fit = len(given) == 3 and given[1] in (0, form.rows, forms[1].rows)
        if rows_fit and given[2] > 5 and given[2] != form.columns:
            rule = f"tells {given[2] - 5} classes, where names has {classes}: name a file of its classes under names"
            raise DetectorProblem(rule)
        expected = f"a YOLOX of {width}×{height} has 1×{form.rows}×{form.columns}"
        raise DetectorProblem(f"is not of the YOLOX kind: its output is {_shown(given)}, {expected}")
    return fitting[0]


def _fits(given: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    return len(given) == 3 and all(one in (0, other) for one, other in zip(given, expected, strict=True))


def _shown(shape: tuple[int, ...]) -> str:
    return "×".join(str(side or "?") for side in shape) or "without a shape"


def letterbox(picture: ColourImage, form: Form) -> tuple[ColourImage, float]:
    """The picture as the model takes it, (height, width, 3) uint8, and by how much it was enlarged."""
    height, width = picture.shape[:2]
    scale = min(form.width / width, form.height / height)
    size = min(form.width, max(1, round(width * scale))), min(form.height, max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
    field = np.full((form.height, form.width, 3), GREY, np.uint8)
    field[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=how)
    return field, scale


def decode(rows: Rows, form: Form, scale: float, size: tuple[int, int], least_score: float) -> list[Found]:
    """The surest first, at most `MOST_FOUND`, of each thing one. `size`: width and height of the picture."""
    scores = rows[:, 4, None] * rows[:, 5:]
    best = scores.argmax(axis=1)
    score = scores[np.arange(len(rows)), best]
    sure = np.flatnonzero(np.isfinite(rows).all(axis=1) & (score >= least_score) & (score <= 1.0 + 1e-3))
    sure = sure[np.argsort(-score[sure], kind="stable")[:MOST_CANDIDATES]]
    boxes = _corners(rows, sure, form) / scale
    boxes[:, 0::2] = boxes[:, 0::2].clip(0, size[0])
    boxes[:, 1::2] = boxes[:, 1::2].clip(0, size[1])
    found: list[Found] = []
    kept: list[int] = []
    for index, row in enumerate(sure):
        left, top, right, bottom = boxes[index]
        if right - left < 1 or bottom - top < 1:
            continue
        if any(best[sure[other]] == best[row] and _iou(boxes[other], boxes[index]) > NMS_IOU for other in kept):
            continue
        kept.append(index)
        box = float(left), float(top), float(right - left), float(bottom - top)
        found.append(Found(int(best[row]), min(1.0, float(score[row])), box))
        if len(found) == MOST_FOUND:
            break
    return found


def _corners(rows: Rows, chosen: NDArray[np.intp], form: Form) -> NDArray[np.float64]:
    """Left, top, right, bottom in pixels of the model's input."""
    cells = _cells(form)
    values = rows[chosen].astype(np.float64)
    at, stride = cells[chosen, :2], cells[chosen, 2:]
    if _in_pixels(rows, cells):
        middle, extent = values[:, :2], values[:, 2:4]
    else:
        middle, extent = (values[:, :2] + at) * stride, np.exp(values[:, 2:4].clip(-_MOST_LOG, _MOST_LOG)) * stride
    return np.hstack([middle - extent / 2, middle + extent / 2])


def _in_pixels(rows: Rows, cells: NDArray[np.float64]) -> bool:
    """Whether the boxes are decoded already: every row's middle then lies near its own cell, else near nothing."""
    middle = (cells[:, :2] + 0.5) * cells[:, 2:]
    off = np.abs(rows[:, :2] - middle)
    return bool(np.median(off) < np.median(np.abs(rows[:, :2] - 0.5)))


def _cells(form: Form) -> NDArray[np.float64]:
    """x, y and stride of every row."""
    grids = []
    for stride in form.strides:
        y, x = np.mgrid[: form.height // stride, : form.width // stride]
        grids.append(np.stack([x.ravel(), y.ravel(), np.full(x.size, stride)], axis=1))
    return np.vstack(grids).astype(np.float64)


def _iou(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return float(shared / (sum(areas) - shared))
