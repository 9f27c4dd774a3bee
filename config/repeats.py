"""How long a thing is remembered, to be known again on another day: the key `repeats` of `cameras.yaml`."""

from pydantic import Field

from config.strict import Strict


class Repeats(Strict):
    """A new case repeats an ended one at the same place, of the same rule and class, that looks the same."""

    days: int = Field(default=30, ge=0, le=3650, description="among cases opened in the last so many days; 0: never")
    near_m: float = Field(default=10.0, gt=0, le=50, description="so near to each other")
