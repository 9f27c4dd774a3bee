"""Everything that is not the API: the web UI."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.policy import public
from api.web_ui import WebUi

router = APIRouter()


@router.api_route("/{path:path}", methods=["GET", "HEAD"], dependencies=[public], include_in_schema=False)
def web(path: str, request: Request) -> Response:
    pages = request.app.state.web_ui
    assert isinstance(pages, WebUi)
    return pages.respond(path)
