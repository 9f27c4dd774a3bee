"""Writes what a plan says: cameras and credentials into cameras.yaml, passwords into the vault."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from config.atomic_file import write_atomically
from config.vault import Vault
from config.yaml_edit import YamlEdit
from estate.new_account import checked, put_accounts
from estate.plan import Plan, digest_of
from runtime.clock import Clock


class ApplyError(Exception):
    """Nothing was written; the text says why, `zh` the same in Chinese."""

    def __init__(self, message: str, zh: str = "") -> None:
        super().__init__(message)
        self.zh = zh


@dataclass(frozen=True, slots=True)
class Applied:
    """`backup` is a copy of cameras.yaml as it was."""

    added: int
    changed: int
    backup: Path


def apply_plan(plan: Plan, config: Path, environ: Mapping[str, str], clock: Clock) -> Applied:
    """Adds the cameras of the plan's good rows. Raises ApplyError, YamlEditError, VaultProblem, ConfigError, OSError;
    cameras.yaml is as before then."""
    if digest_of(config) != plan.digest:
        raise ApplyError(
            f"{config} was changed after the preview; make the preview anew", "预览之后配置已被更改；请重新预览"
        )
    if not plan.system.system and any(row.entry.numbers is not None for row in plan.rows):
        raise ApplyError(plan.system.said, "坐标系无法确定；请指定坐标系后重新预览")
    raw = config.read_bytes()
    text = _new_text(plan, config, raw.decode())
    _check(config, text, plan)
    vault = Vault(config.parent, environ)
    kept = set(vault.names())
    repeated = [account.name for account in plan.accounts if account.name in kept]
    if repeated:
        raise ApplyError(
            f"the vault has a password for {', '.join(repeated)} that cameras.yaml does not know; remove it"
        )
    backup = _back_up(config, raw, plan, clock)
    vault.put({account.name: account.password for account in plan.accounts})
    try:
        mode = config.stat().st_mode & 0o777
        write_atomically(config, text.encode(), mode)
    except OSError:
        for account in plan.accounts:
            vault.remove(account.name)
        raise
    return Applied(len(plan.cameras), len({change.camera_id for change in plan.changes}), backup)


def _new_text(plan: Plan, config: Path, text: str) -> str:
    edit = YamlEdit(config, text)
    put_accounts(edit, plan.base.credentials, plan.accounts)
    for change in plan.changes:
        edit.put(("cameras", change.index, *change.path[:-1]), change.path[-1], change.value)
    edit.append(("cameras",), list(plan.cameras))
    return edit.result()


def _check(config: Path, text: str, plan: Plan) -> None:
    """By all rules a start would hold it against, but for passwords, which are not in the vault yet."""
    file, found = checked(config, text, plan.accounts)
    if found:
        raise ApplyError("cameras.yaml would have problems:\n" + "\n".join(str(one) for one in found[:20]))
    before, after = [c.id for c in plan.base.cameras], [c.id for c in file.cameras] if file else []
    if after[: len(before)] != before:
        raise ApplyError("cameras that are there already would be lost")


def _back_up(config: Path, raw: bytes, plan: Plan, clock: Clock) -> Path:
    moment = datetime.fromtimestamp(clock.now(), ZoneInfo(plan.base.town.timezone))
    backup = config.with_name(f"{config.name}.{moment:%Y%m%d-%H%M%S}.bak")
    number = 1
    while backup.exists():
        number += 1
        backup = config.with_name(f"{config.name}.{moment:%Y%m%d-%H%M%S}-{number}.bak")
    write_atomically(backup, raw, config.stat().st_mode & 0o777)
    return backup
