"""When a rule has earned to open cases by itself: the key `earning` of `cameras.yaml`."""

from pydantic import Field

from config.strict import Strict


class Earning(Strict):
    """For zones with `opens_case: earned`, by camera and rule."""

    least_precision: float = Field(default=0.8, gt=0, lt=1, description="it must be sure to be right so often")
    least_judged: int = Field(default=20, ge=1, le=10_000, description="of so many that people have judged")
    days: int = Field(default=60, ge=1, le=3650, description="in the last so many days")
