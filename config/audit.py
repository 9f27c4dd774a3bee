"""How long the audit is kept: the key `audit` of `cameras.yaml`."""

from pydantic import Field

from config.strict import Strict


class AuditKept(Strict):
    """Who looked where, signed in, changed accounts and took data away."""

    keep_days: int = Field(default=180, ge=30, le=3650, description="older rows are deleted, once a day")
