"""The description of this interface, for programs."""

from typing import Any

from fastapi import APIRouter, Request

from api.policy import public
from api.routes.dependencies import PREFIX

router = APIRouter(prefix=PREFIX)


@router.get("/openapi.json", dependencies=[public], include_in_schema=False)
async def openapi(request: Request) -> dict[str, Any]:
    document: dict[str, Any] = request.app.openapi()
    return document
