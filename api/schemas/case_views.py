"""Views of the case desk kept by name."""

from pydantic import Field

from api.schemas import Answer, Body


class CaseViewRequest(Body):
    name: str = Field(min_length=1, max_length=40)
    area: str | None = Field(default=None, max_length=64, description="where it is shared; none: the caller's own")
    query: str = Field(max_length=1000, description="filters and order as in the desk's address: state=open&level=3")


class CaseViewAnswer(Answer):
    id: str
    name: str
    area: str | None = Field(description="where it is shared; none: the caller's own")
    area_name: str | None
    query: str
    may_change: bool
    updated_at: float
    updated_by: str = Field(description="name of who kept it")


class CaseViewList(Answer):
    items: list[CaseViewAnswer]
