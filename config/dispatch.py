"""Who is sent: how near is near enough, what is too old or too coarse, and what happens when nobody accepts."""

from typing import Literal

from pydantic import Field

from config.strict import Strict


class Dispatching(Strict):
    """The section `dispatch` of cameras.yaml. Taken anew at every reload."""

    accept_minutes: float = Field(
        default=5.0, ge=0.5, le=1440, description="an order not accepted so long is told, and the next is named"
    )
    unanswered: Literal["propose", "send"] = Field(
        default="propose", description="propose: a person sends the next; send: he is sent without a hand"
    )
    send_at_most: int = Field(
        default=2, ge=1, le=20, description="so many one after the other without a hand; then a person decides"
    )
    own_grid_minutes: float = Field(
        default=15.0, ge=0, le=240, description="by road: nearer than that the grid's own worker comes first"
    )
    own_grid_metres: float = Field(default=2000.0, ge=0, le=50_000, description="the same where no roads are known")
    stale_minutes: float = Field(default=10.0, ge=0.5, le=1440, description="an older position is passed over")
    coarse_metres: float = Field(default=200.0, ge=5, le=10_000, description="a coarser position is passed over")
