"""The base of every model of an operator's file: no unknown keys, no change after loading."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Frozen; refuses unknown keys, NaN and infinity; its errors do not repeat the input, which may hold a secret."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)
