"""The optional object detector: the key `detector`. Nothing here opens the model; `vision.confirming` does."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from config.strict import Strict

LARGEST_NAMES_BYTES = 65536
MOST_NAMES = 1000
LONGEST_NAME = 64

ClassName = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]

COCO_NAMES = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "traffic light",
    "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep", "cow", "elephant",
    "bear", "zebra", "giraffe", "backpack", "umbrella", "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard",
    "sports ball", "kite", "baseball bat", "baseball glove", "skateboard", "surfboard", "tennis racket", "bottle",
    "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich", "orange", "broccoli",
    "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch", "potted plant", "bed", "dining table", "toilet",
    "tv", "laptop", "mouse", "remote", "keyboard", "cell phone", "microwave", "oven", "toaster", "sink",
    "refrigerator", "book", "clock", "vase", "scissors", "teddy bear", "hair drier", "toothbrush",
)  # fmt: skip
"""In the order of COCO's 80 classes, as YOLOX is trained on them."""


class DetectorProblem(ValueError):
    """Why the detector cannot be used; `key` is the key of `detector` it is about, or "" for all of it."""

    def __init__(self, rule: str, key: str = "model") -> None:
        super().__init__(rule)
        self.key = key


class Detector(Strict):
    """Looks at what a rule is about to tell. Paths are relative to the file that names them."""

    model: str = Field(min_length=1, max_length=1024, description="an ONNX file of the YOLOX kind")
    names: str | None = Field(default=None, min_length=1, max_length=1024, description="its classes, one a line")
    people: list[ClassName] = Field(default=["person"], max_length=MOST_NAMES, description="classes that are people")
    vehicles: list[ClassName] = Field(
        default=["bicycle", "car", "motorcycle", "bus", "truck"], max_length=MOST_NAMES, description="and vehicles"
    )
    least_score: float = Field(default=0.45, ge=0.05, le=0.99, description="what is less sure was not seen")
    busy_share: float = Field(default=0.05, gt=0, le=1, description="of one core, in one ingest worker, at most")


def names_of(detector: Detector, folder: Path) -> tuple[str, ...]:
    """The classes by their number. Raises DetectorProblem, also where `people` or `vehicles` names another."""
    names = COCO_NAMES if detector.names is None else _read_names(folder / detector.names)
    for key in ("people", "vehicles"):
        for name in getattr(detector, key):
            if name not in names:
                raise DetectorProblem(f"{name!r} is none of the {len(names)} classes of the model", key)
    return names


def _read_names(path: Path) -> tuple[str, ...]:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_NAMES_BYTES + 1)
        if len(data) > LARGEST_NAMES_BYTES:
            raise DetectorProblem(f"{path}: more than {LARGEST_NAMES_BYTES} bytes", "names")
        names = tuple(line.strip() for line in data.decode("utf-8-sig").splitlines())
    except FileNotFoundError:
        raise DetectorProblem(f"no such file: {path}", "names") from None
    except UnicodeDecodeError:
        raise DetectorProblem(f"{path} is not UTF-8 text", "names") from None
    except (OSError, ValueError) as problem:
        if isinstance(problem, DetectorProblem):
            raise
        raise DetectorProblem(f"{path} cannot be read: {problem}", "names") from None
    while names and not names[-1]:
        names = names[:-1]
    if not 1 <= len(names) <= MOST_NAMES:
        raise DetectorProblem(f"{path}: {len(names)} names; 1 to {MOST_NAMES} are possible", "names")
    for number, name in enumerate(names, 1):
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise DetectorProblem(f"{path}:{number}: a name has 1 to {LONGEST_NAME} printable characters", "names")
    return names
