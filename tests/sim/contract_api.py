"""A small real API server that behaves as docs/design/contracts.md says of the phone's part, and can misbehave."""

import asyncio
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Form, Header, HTTPException, Request, Response, UploadFile
from fastapi.responses import JSONResponse

NEXT = {
    ("accept", "assigned"): "accepted",
    ("decline", "assigned"): "filed",
    ("arrive", "accepted"): "arrived",
    ("handle", "arrived"): "handled",
}


@dataclass
class Case:
    id: str
    lon: float | None
    lat: float | None
    assignee: str
    state: str = "assigned"
    trace: list[dict[str, Any]] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    photos: list[bytes] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        return {
            "id": self.id, "state": self.state, "lon": self.lon, "lat": self.lat, "case_class": "05-01",
            "address": "解放路与人民路口", "grid_name": "一网格", "trace": self.trace, "evidence": self.evidence,
        }  # fmt: skip


@dataclass
class Town:
    """`answers` may hold statuses to give instead of serving; `lose_answers` acts, but the answer never arrives."""

    passwords: dict[str, str]
    cases: dict[str, Case] = field(default_factory=dict)
    positions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    duty: dict[str, bool] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    lose_answers: int = 0


def contract_app(town: Town) -> FastAPI:
    app = FastAPI()

    @app.middleware("http")
    async def misbehave(request: Request, proceed: Any) -> Response:
        town.requests.append(f"{request.method} {request.url.path.removeprefix('/api/v1')}")
        if town.answers:
            return JSONResponse({"error": {"code": "x", "message": "not now"}}, town.answers.pop(0))
        response: Response = await proceed(request)
        if town.lose_answers and request.method == "POST" and not request.url.path.endswith("/sessions"):
            town.lose_answers -= 1
            return JSONResponse({}, 504)
        return response

    @app.exception_handler(HTTPException)
    async def error(_request: Request, problem: HTTPException) -> Response:
        return JSONResponse({"error": {"code": "x", "message": problem.detail, "where": ""}}, problem.status_code)

    def caller(authorization: str) -> str:
        user = town.tokens.get(authorization.removeprefix("Bearer "))
        if user is None:
            raise HTTPException(401, "sign in")
        return user

    def own(case_id: str, user: str) -> Case:
        case = town.cases.get(case_id)
        if case is None or case.assignee != user:
            raise HTTPException(404, "no such case")
        return case

    @app.post("/api/v1/sessions")
    async def sign_in(body: dict[str, Any]) -> dict[str, str]:
        if town.passwords.get(body["username"]) != body["password"] or not body["device"]:
            raise HTTPException(401, "wrong user name or password")
        token = secrets.token_hex(16)
        town.tokens[token] = body["username"]
        return {"token": token}

    @app.delete("/api/v1/sessions/current", status_code=204)
    async def sign_out(authorization: str = Header("")) -> None:
        caller(authorization)
        del town.tokens[authorization.removeprefix("Bearer ")]

    @app.post("/api/v1/phone/duty", status_code=204)
    async def duty(body: dict[str, bool], authorization: str = Header("")) -> None:
        town.duty[caller(authorization)] = body["on"]

    @app.post("/api/v1/phone/positions")
    async def positions(body: dict[str, list[dict[str, Any]]], authorization: str = Header("")) -> dict[str, int]:
        town.positions.setdefault(caller(authorization), []).extend(body["positions"])
        return {"stored": len(body["positions"])}

    @app.get("/api/v1/phone/orders")
    async def orders(authorization: str = Header("")) -> dict[str, Any]:
        user = caller(authorization)
        at_work = [one for one in town.cases.values() if one.assignee == user and one.state != "filed"]
        return {"items": [case.plain() for case in at_work]}

    @app.get("/api/v1/cases/{case_id}")
    async def case(case_id: str, authorization: str = Header("")) -> dict[str, Any]:
        return own(case_id, caller(authorization)).plain()

    @app.post("/api/v1/cases/{case_id}/evidence", status_code=201)
    async def evidence(
        case_id: str, file: UploadFile, caption: str = Form(""), authorization: str = Header("")
    ) -> dict[str, str]:
        case = own(case_id, caller(authorization))
        case.photos.append(await file.read())
        case.evidence.append({"id": str(len(case.photos)), "caption": caption, "media_type": file.content_type})
        return {"id": str(len(case.photos))}

    @app.post("/api/v1/cases/{case_id}/{action}")
    async def act(case_id: str, action: str, body: dict[str, Any], authorization: str = Header("")) -> dict[str, Any]:
        case = own(case_id, caller(authorization))
        target = NEXT.get((action, case.state))
        if target is None:
            raise HTTPException(409, f"{action} is not possible: the case is {case.state}")
        case.state = target
        case.trace.append({"seq": len(case.trace) + 1, "action": action, "detail": body})
        return case.plain()

    return app


class ContractServer:
    """Starts and stops on one port, so that it can be down for a while."""

    def __init__(self, town: Town) -> None:
        self._app = contract_app(town)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        config = uvicorn.Config(
            self._app, port=self.port, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1
        )
        self._server = _Uvicorn(config)
        self._task = asyncio.create_task(self._server.serve())
        while not self._server.started:
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        if self._task is not None:
            self._server.should_exit = True
            await self._task
            self._task = None


class _Uvicorn(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
