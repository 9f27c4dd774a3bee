"""The accounts cameras are opened with, by name. A password goes in and never comes out."""

import logging
import os
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as PathPart
from starlette.concurrency import run_in_threadpool

from api.estate_desk import refused
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.routes.estate import allowed
from api.schemas import Done
from api.schemas.estate_devices import AccountEntries, AccountEntry, AccountSetting
from config.problem import ConfigError
from config.vault import VaultProblem
from config.yaml_edit import YamlEditError
from estate.kept_accounts import kept_accounts, remove_account, set_account
from incidents.rights import Permission

logger = logging.getLogger(__name__)
router = APIRouter(prefix=f"{PREFIX}/estate/credentials", tags=["estate"], responses=REFUSALS)
MANAGE = requires(Permission.ESTATE_MANAGE)
_PROBLEMS = (VaultProblem, ConfigError, YamlEditError)
EntryName = Annotated[str, PathPart(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]


@router.get("", dependencies=[MANAGE], summary="All accounts of cameras", operation_id="list_credentials")
async def list_credentials(caller: CurrentCaller, centre: TheCentre) -> AccountEntries:
    """Names, user names, where each password stands, and the cameras that use it; never a password."""
    config = allowed(caller, centre)
    try:
        found = await run_in_threadpool(kept_accounts, config, os.environ)
    except _PROBLEMS as problem:
        raise refused(problem) from problem
    return AccountEntries(items=[AccountEntry.model_validate(one) for one in found])


@router.put("/{name}", dependencies=[MANAGE], summary="Set an account anew", operation_id="set_credentials")
async def set_credentials(name: EntryName, body: AccountSetting, caller: CurrentCaller, centre: TheCentre) -> Done:
    """Into the vault; an unknown name is added to cameras.yaml. Cameras that wait for it are connected to at once."""
    config, password = allowed(caller, centre), body.password.get_secret_value()
    try:
        await run_in_threadpool(set_account, config, os.environ, name, body.username.strip(), password)
    except _PROBLEMS as problem:
        raise refused(problem) from problem
    logger.info("%s set credentials.%s", caller.username, name)
    await centre.running.reload()
    return Done()


@router.delete("/{name}", dependencies=[MANAGE], summary="Remove an account", operation_id="remove_credentials")
async def remove_credentials(name: EntryName, caller: CurrentCaller, centre: TheCentre) -> Done:
    """409 while cameras use it."""
    config = allowed(caller, centre)
    try:
        await run_in_threadpool(remove_account, config, os.environ, name)
    except _PROBLEMS as problem:
        raise refused(problem) from problem
    logger.info("%s removed credentials.%s", caller.username, name)
    await centre.running.reload()
    return Done()
