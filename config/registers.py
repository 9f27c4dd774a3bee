"""The registers of vendors, firms and places: the key `registers` of `cameras.yaml`."""

from pydantic import Field

from config.strict import Strict


class Registers(Strict):
    """How long a person is remembered, and what makes two cases one place."""

    keep_days: int = Field(
        default=730, ge=30, le=36500, description="a party so long without a case is made anonymous, beyond recall"
    )
    near_m: float = Field(default=25.0, gt=0, le=200, description="cases so near to each other are at one place")
    place_days: int = Field(default=365, ge=1, le=3650, description="so far back the history of a place goes")
