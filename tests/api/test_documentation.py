"""The description of the interface is complete: the OpenAPI document for programs, docs/api.md for people."""

import re
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from api.errors import HTTP_CODES, STATUS
from api.policy import Requires, policy_of
from api.routes import ROUTERS
from incidents.action_detail import PERSONS_DETAIL
from incidents.rights import ROLES
from tests.api.town import running_town

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
ROUTES = [
    pytest.param(method, route, id=f"{method} {route.path}")
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and route.include_in_schema
    for method in sorted(route.methods or ())
]


def section(method: str, path: str) -> str:
    found = re.search(rf"^### `{method} {re.escape(path)}`\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/api.md has no heading for {method} {path}"
    return found[1]


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_every_route_is_described_for_people(method, route):
    text = section(method, route.path)
    policy = policy_of(route)
    permissions = [str(one) for one in policy.permissions] if isinstance(policy, Requires) else []
    if permissions:
        assert any(f"`{permission}`" in text for permission in permissions), f"names none of {permissions}"


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_every_route_is_described_for_programs(method, route):
    assert route.summary
    assert route.tags
    assert route.operation_id
    assert route.response_model is not None
    del method


def test_the_page_describes_no_route_that_is_not_there():
    described = set(re.findall(r"^### `(\w+ \S+)`", PAGE, re.MULTILINE))
    assert described == {f"{row.values[0]} {row.values[1].path}" for row in ROUTES}


def test_operation_ids_are_unique():
    ids = [row.values[1].operation_id for row in ROUTES]
    assert len(ids) == len(set(ids))


def test_every_error_code_action_and_role_is_on_the_page():
    codes = {code for _, code in STATUS.values()} | {"not_found", "method_not_allowed", "too_large", "internal"}
    actions = {action.value.replace("_", "-") for action in PERSONS_DETAIL}
    missing = [word for word in codes | actions | set(ROLES) if f"`{word}`" not in PAGE]
    assert missing == []
    assert set(HTTP_CODES.values()) - codes == {"wrong_type"}


async def test_the_served_document_holds_every_route_and_the_error_body(tmp_path):
    async with running_town(tmp_path, accounts=False) as town:
        document = (await town.client().get("/openapi.json")).json()
    served = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert served == {f"{row.values[0]} {row.values[1].path}" for row in ROUTES}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert "401" in operation["responses"], f"{method} {path}"
    properties = set(document["components"]["schemas"]["Problem"]["properties"])
    assert properties == {"code", "message", "where", "lock", "problems", "text", "reason"}
