"""What was done to an entry of the registers: append-only, and without the words that tell who it is."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, insert, select

from incidents.rights import Caller
from incidents.store.register_schema import party_log


def log_step(
    connection: Connection,
    caller: Caller | None,
    party_id: str,
    action: str,
    detail: Mapping[str, Any],
    *,
    at: float,
    case_id: str | None = None,
) -> None:
    """In a transaction that holds the lock of the trace, so that the next number is nobody else's. `caller` None: the
    system."""
    last = connection.execute(select(func.coalesce(func.max(party_log.c.seq), 0))).scalar_one()
    connection.execute(
        insert(party_log).values(
            seq=last + 1,
            party_id=party_id,
            at=at,
            action=action,
            by=caller.account_id if caller is not None else None,
            by_name=caller.name if caller is not None else "",
            case_id=case_id,
            detail=json.dumps(dict(detail), ensure_ascii=False, sort_keys=True),
        )
    )
