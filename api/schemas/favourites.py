"""The caller's favourite cameras."""

from pydantic import Field

from api.schemas import Answer


class FavouriteList(Answer):
    items: list[str] = Field(description="ids of cameras, in the order they were starred")
