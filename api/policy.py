"""Who may call a route. Every route declares one policy; `create_app` refuses to start with one that has none.

A policy is also what lets a request in: a route cannot declare it without enforcing it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, params
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute

from api.application_password import NotEncrypted, token_in
from api.centre import Centre, centre_of
from api.errors import SignInRequired
from api.security import DISPLAY_COOKIE, SAFE_METHODS, SESSION_COOKIE
from incidents.errors import NotAllowed
from incidents.rights import Caller, Permission

PROGRAMS_READ = ("/ogc/", "/api/v1/map/files/")


class PolicyMissing(RuntimeError):
    """A route was added without saying who may call it."""


def token_of(connection: HTTPConnection) -> str | None:
    """The session token: from the Authorization header, else from the cookie; never from the address. Programs that
    know HTTP Basic alone may send it as their password (`api.application_password`; raises its NotEncrypted).
    A browser that is a display has a cookie of its own for that, beside an operator's, and says which it means."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        return token_in(connection, token)
    if scheme:
        return token.strip() if scheme.lower() == "bearer" else None
    as_display = connection.query_params.get("as") == "display"
    return connection.cookies.get(DISPLAY_COOKIE if as_display else SESSION_COOKIE)


async def authenticate(connection: HTTPConnection, centre: Centre) -> Caller:
    """The caller behind the token. Raises SignInRequired."""
    try:
        token = token_of(connection)
    except NotEncrypted as error:
        raise SignInRequired(str(error)) from error
    caller = await run_in_threadpool(centre.accounts.authenticate, token) if token else None
    if caller is None:
        raise SignInRequired("sign in first")
    if caller.program is not None and not reads_the_map(connection):
        raise NotAllowed("this token was made for a program that reads the map; it opens nothing else")
    return caller


def reads_the_map(connection: HTTPConnection) -> bool:
    """What the tokens of `incidents.program_tokens` are for."""
    path = connection.url.path
    return connection.scope.get("method") in SAFE_METHODS and path.startswith(PROGRAMS_READ)


@dataclass(frozen=True, slots=True)
class Public:
    """Anybody, signed in or not."""

    async def __call__(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Anybody who is signed in; the route shows nothing but what is the caller's own or the same for all."""

    async def __call__(self, connection: HTTPConnection) -> None:
        connection.state.caller = await authenticate(connection, centre_of(connection))


@dataclass(frozen=True, slots=True)
class Requires:
    """Somebody who holds one of the permissions somewhere. Where: `scope_of` gives it, and every query takes it."""

    permissions: tuple[Permission, ...]

    async def __call__(self, connection: HTTPConnection) -> None:
        caller = await authenticate(connection, centre_of(connection))
        if not any(caller.scope(permission) for permission in self.permissions):
            raise NotAllowed("your roles do not allow this")
        connection.state.caller = caller


Policy = Public | SignedIn | Requires
public = Depends(Public())
signed_in = Depends(SignedIn())


def requires(*permissions: Permission) -> params.Depends:
    """For `dependencies=[…]` of a route."""
    dependency: params.Depends = Depends(Requires(permissions))
    return dependency


def current_caller(connection: HTTPConnection) -> Caller:
    """Who the route's policy let in."""
    caller = connection.state.caller
    if not isinstance(caller, Caller):
        raise TypeError("a public route has no caller")
    return caller


async def _the_caller(connection: HTTPConnection) -> Caller:
    return current_caller(connection)


CurrentCaller = Annotated[Caller, Depends(_the_caller)]


def policy_of(route: BaseRoute) -> Policy | None:
    """The policy a route declares; None where it has none or more than one."""
    dependencies = getattr(route, "dependencies", [])
    found = [one.dependency for one in dependencies if isinstance(one.dependency, Public | SignedIn | Requires)]
    return found[0] if len(found) == 1 else None


def check_policies(routers: Iterable[APIRouter]) -> None:
    """Raises PolicyMissing naming every route without exactly one policy."""
    missing = [
        f"{sorted(getattr(route, 'methods', None) or ['WEBSOCKET'])} {getattr(route, 'path', route)}"
        for router in routers
        for route in router.routes
        if policy_of(route) is None
    ]
    if missing:
        raise PolicyMissing(f"routes without a policy: {', '.join(missing)}")
