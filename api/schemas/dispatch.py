"""Ways, and plans for several cases at once."""

from typing import Annotated

from pydantic import Field

from api.schemas import Answer, Body, Names
from api.schemas.cases import CandidateAnswer

MOST_PLANNED = 50


class PlanRequest(Body):
    cases: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(min_length=1, max_length=MOST_PLANNED)


class ProposalAnswer(Answer):
    case_id: str
    number: str
    worker: CandidateAnswer | None = Field(description="null where nobody is left for it")
    why: Names


class PlanAnswer(Answer):
    """Nothing is sent: a person confirms, case by case or by `POST /cases/{id}/assign`."""

    items: list[ProposalAnswer] = Field(description="in the order asked for, each case once")
    total_s: float = Field(description="travel times added up, the least there is")
    one_by_one_s: float | None = Field(
        description="the same if each case in turn took the best of its own list; null where that leaves one out"
    )


class WayAnswer(Answer):
    travel_s: float
    distance_m: float = Field(description="by road, and on foot between the road and either end")
    line: list[tuple[float, float]] = Field(description="lon, lat, from the worker to the case")


class WayReply(Answer):
    way: WayAnswer | None = Field(description="null where no way by road of at most half an hour is known")
