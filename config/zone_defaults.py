"""What holds for a zone of a rule where it says nothing; what is not named here is as `config.zones` has it."""

from collections.abc import Mapping
from typing import Any

ZONE_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    # Loading and letting people out is allowed nearly everywhere; a lorry with its trailer is 18 m long.
    "parking": {"dwell_seconds": 300.0, "size": {"min_m": 1.5, "max_m": 20.0}, "opens_case": False},
    # A delivery is carried in within the hour.
    "pile": {"dwell_seconds": 3600.0, "size": {"min_m": 1.0, "max_m": 20.0}, "opens_case": False},
    # A bicycle station is refilled or cleared within the hour where somebody takes care of it.
    "occupancy": {"dwell_seconds": 900.0, "opens_case": False},
    # Time to see it grow; it comes from a tower that a person would look through before sending anybody.
    "smoke_fire": {"dwell_seconds": 60.0, "opens_case": False, "level": 3},
    "crowd": {"dwell_seconds": 120.0, "opens_case": False},
}
