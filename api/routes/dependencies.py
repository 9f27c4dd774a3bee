"""What routes are handed."""

from typing import Annotated, Any

from fastapi import Depends

from api.centre import Centre, the_centre
from api.schemas import ErrorAnswer

TheCentre = Annotated[Centre, Depends(the_centre)]

PREFIX = "/api/v1"
REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": ErrorAnswer, "description": "not signed in"},
    403: {"model": ErrorAnswer, "description": "not allowed"},
    404: {"model": ErrorAnswer, "description": "no such thing, or outside the caller's areas"},
    409: {"model": ErrorAnswer, "description": "not in this state"},
    422: {"model": ErrorAnswer, "description": "the request is wrong"},
}
