"""The keys a model knows, found from its type annotations."""

from collections.abc import Iterator
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Every key of a file of that model, as documentation writes it: `cameras[].streams.sub.url`, `credentials.*`."""
    for name, info in model.model_fields.items():
        key = f"{prefix}{name}"
        yield key
        marker, inner = _inside(info.annotation)
        if inner is not None:
            yield from keys_of(inner, f"{key}{marker}.")


def model_at(model: type[BaseModel], path: tuple[str | int, ...]) -> type[BaseModel] | None:
    """The model that stands at `path` of a file of `model`; None where something else does."""
    current: type[BaseModel] | None = model
    steps = iter(path)
    for step in steps:
        info = current.model_fields.get(str(step)) if current is not None else None
        if info is None:
            return None
        marker, current = _inside(info.annotation)
        if marker and next(steps, None) is None:
            return None
    return current


def _inside(annotation: Any) -> tuple[str, type[BaseModel] | None]:
    """How the model inside an annotation is reached ("" at once, "[]" in a list, ".*" under a name), and the model."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "", annotation
    arguments = [argument for argument in get_args(annotation) if argument is not NoneType]
    if get_origin(annotation) is Annotated:
        return _inside(arguments[0])
    if get_origin(annotation) is list:
        return "[]", _inside(arguments[0])[1]
    if get_origin(annotation) is dict:
        return ".*", _inside(arguments[1])[1]
    for argument in arguments:
        marker, inner = _inside(argument)
        if inner is not None:
            return marker, inner
    return "", None
