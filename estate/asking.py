"""Devices of a planned import asked by ONVIF what they are and where their streams are."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from config.accounts import Account, MissingPassword, account_named
from estate.addresses import url_to_ask
from estate.plan import Plan, Planned
from ingest.onvif.probe import Probed, probe
from ingest.opening import Door
from runtime.clock import Clock

CONCURRENCY = 64


async def ask_devices(
    plan: Plan, door: Door, clock: Clock, environ: Mapping[str, str], base_dir: Path,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[int, Probed]:  # fmt: skip
    """Answers by row, for new rows with an address of their own. Does not raise for what a device does."""
    new = {account.name: account for account in plan.accounts}
    accounts: dict[str | None, Account | None] = {}

    def account_of(row: Planned) -> Account | None:
        if row.account not in accounts:
            made = new.get(row.account or "")
            accounts[row.account] = (
                Account(made.username, made.password) if made else _existing(row.account, plan, environ, base_dir)
            )
        return accounts[row.account]

    rows = [row for row in plan.rows if row.entry.host and not row.known_as and not row.entry.recorder]
    rows = [row for row in rows if not row.entry.has_channel]
    found: dict[int, Probed] = {}
    waiting = asyncio.Semaphore(CONCURRENCY)

    async def ask(row: Planned) -> None:
        async with waiting:
            found[row.entry.row] = await probe(url_to_ask(row.entry), account_of(row), door, clock)
        on_progress(len(found), len(rows))

    async with asyncio.TaskGroup() as group:
        for row in rows:
            group.create_task(ask(row))
    return found


def _existing(name: str | None, plan: Plan, environ: Mapping[str, str], base_dir: Path) -> Account | None:
    try:
        return account_named(name, plan.base, environ, base_dir)
    except MissingPassword:
        return None
