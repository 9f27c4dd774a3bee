"""A document against a model: every broken rule as a Problem in the operator's words."""

from difflib import get_close_matches
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.model_keys import model_at
from config.problem import Problem
from config.redaction import shown_value
from config.yaml_document import Document, KeyPath, Value

Model = TypeVar("Model", bound=BaseModel)

_RULES = {
    "missing": "is missing",
    "string_type": "must be text; put it in quotes",
    "dict_type": "must hold keys and values",
    "model_type": "must hold keys and values",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
}


def validate(document: Document, model: type[Model]) -> tuple[Model | None, list[Problem]]:
    """The model, or None and every problem found."""
    try:
        return model.model_validate(document.value), []
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
    return None, [_problem(document, model, detail) for detail in details]


def _problem(document: Document, model: type[BaseModel], detail: ErrorDetails) -> Problem:
    path: KeyPath = detail["loc"]
    kind = detail["type"]
    if kind == "extra_forbidden":
        return document.problem(path, "", _unknown_key(model, path))
    if path and path[-1] == "[key]":
        path = path[:-1]
    value = "" if kind == "missing" else shown_value(path, value_at(document.value, path))
    return document.problem(path, value, _RULES.get(kind) or _reworded(detail["msg"]))


def _reworded(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return message.replace("Input should", "must").replace("should have", "must have")


def _unknown_key(model: type[BaseModel], path: KeyPath) -> str:
    around = model_at(model, path[:-1])
    known = list(around.model_fields) if around is not None else []
    close = get_close_matches(str(path[-1]), known, n=1)
    if close:
        return f"is not a known key; did you mean {close[0]}?"
    return f"is not a known key; known here: {', '.join(known)}"


def value_at(value: Value, path: KeyPath) -> Value:
    """What stands at `path`; None where there is nothing."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value
