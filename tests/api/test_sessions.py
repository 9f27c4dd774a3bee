import logging

import httpx
import pytest
from fastapi import FastAPI

from api.security import SESSION_COOKIE
from api.server import server_config
from api.settings import Settings
from tests.api.town import PASSWORD, running_town

FIRST = {"username": "chief", "password": PASSWORD, "name": "所长"}


def browser(address: str, origin: str | None = None) -> httpx.AsyncClient:
    """A page of this site: keeps its cookie, sends its origin with what it writes."""
    headers = {"origin": origin or f"http://{address}"}
    return httpx.AsyncClient(base_url=f"http://{address}/api/v1", headers=headers, verify=False)


async def sign_in(client: httpx.AsyncClient, username: str = "operator@east") -> httpx.Response:
    reply = await client.post("/sessions", json={"username": username, "password": PASSWORD})
    assert reply.status_code == 200, reply.text
    return reply


async def test_the_first_account_is_made_once_with_the_code(tmp_path):
    async with running_town(tmp_path, accounts=False) as town, browser(town.address) as client:
        assert (await client.get("/setup")).json() == {"needed": True}
        code = town.incidents.accounts.new_setup_code()
        wrong = await client.post("/setup", json={**FIRST, "code": "AAAA-BBBB-CCCC-DDDD"})
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "sign_in_failed")
        made = await client.post("/setup", json={**FIRST, "code": code})
        assert made.status_code == 200, made.text
        me = (await client.get("/me")).json()
        assert (me["username"], me["roles"][0]["role"], me["roles"][0]["area"]) == ("chief", "administrator", "t")
        assert "account.manage" in me["permissions"]
        assert "account.manage" in me["town_permissions"]
        assert me["town"]["area"] == "t"
        assert (await client.get("/setup")).json() == {"needed": False}
        again = await client.post("/setup", json={**FIRST, "username": "second", "code": code})
        assert again.status_code == 409


@pytest.mark.parametrize("secure", [False, True], ids=["http", "behind https"])
async def test_a_browser_gets_a_cookie_scripts_cannot_read_and_no_token(tmp_path, secure):
    async with running_town(tmp_path, secure=secure) as town, browser(town.address) as client:
        reply = await sign_in(client)
        cookie = reply.headers["set-cookie"]
        assert cookie.startswith(f"{SESSION_COOKIE}=")
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=strict", "path=/"} <= parts
        assert ("secure" in parts) == secure
        assert reply.json()["token"] is None
        assert (await client.get("/me")).status_code == (401 if secure else 200)  # httpx keeps secure cookies off http


async def test_a_device_gets_a_token_once_and_no_cookie(tmp_path):
    async with running_town(tmp_path) as town, httpx.AsyncClient(base_url=f"http://{town.address}/api/v1") as client:
        form = {"username": "grid_worker@east", "password": PASSWORD, "device": True}
        reply = await client.post("/sessions", json=form)
        assert "set-cookie" not in reply.headers
        bearer = {"authorization": f"Bearer {reply.json()['token']}"}
        assert (await client.get("/me", headers=bearer)).json()["username"] == "grid_worker@east"
        assert (await client.post("/phone/duty", json={"on": True}, headers=bearer)).json()["duty"] is True


async def test_signing_out_ends_the_session(tmp_path):
    async with running_town(tmp_path) as town, browser(town.address) as client:
        await sign_in(client)
        token = client.cookies[SESSION_COOKIE]
        assert (await client.delete("/sessions/current")).json() == {"done": True}
        assert SESSION_COOKIE not in client.cookies
        kept = await client.get("/me", headers={"authorization": f"Bearer {token}"})
        assert kept.status_code == 401


async def test_changing_the_password_ends_the_other_sessions_only(tmp_path):
    async with (
        running_town(tmp_path) as town,
        browser(town.address) as client,
        browser(town.address) as other,
    ):
        await sign_in(client)
        await sign_in(other)
        wrong = await client.put("/me/password", json={"old": "not this one 9", "new": "another horse 43"})
        assert wrong.status_code == 401
        changed = await client.put("/me/password", json={"old": PASSWORD, "new": "another horse 43"})
        assert changed.status_code == 200, changed.text
        assert (await client.get("/me")).status_code == 200
        assert (await other.get("/me")).status_code == 401


async def test_a_forgotten_password_is_set_anew_by_a_code(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    async with running_town(tmp_path) as town, browser(town.address) as client:
        admin, worker = town.client("administrator@east"), "grid_worker@east"
        who = f"/accounts/{town.account_id(worker)}"
        given = await admin.post(f"{who}/password-code")
        assert (given.status_code, given.json()["username"]) == (201, worker)
        assert (await town.client("administrator@west").post(f"{who}/password-code")).status_code == 404
        assert (await town.client(worker).get("/me")).status_code == 200, "until it is used everything goes on"
        form = {"username": worker, "code": given.json()["code"], "password": "quite another 1"}
        wrong = await client.post("/sessions/by-code", json={**form, "code": "AAAA-AAAA-AAAA"})
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "sign_in_failed")
        weak = await client.post("/sessions/by-code", json={**form, "password": "short"})
        assert (weak.status_code, weak.json()["error"]["where"]) == (422, "password")
        signed = await client.post("/sessions/by-code", json=form)
        assert (signed.status_code, signed.json()["token"]) == (200, None), signed.text
        assert (await client.get("/me")).json()["username"] == worker
        assert (await town.client(worker).get("/me")).status_code == 401, "what was signed in before has ended"
        assert (await client.post("/sessions/by-code", json=form)).status_code == 401, "once"
        new = {"username": "neu", "name": "新来的", "roles": [{"role": "grid_worker", "area": "east-g1"}]}
        made = (await admin.post("/accounts", json=new)).json()["id"]
        code = (await admin.post(f"/accounts/{made}/password-code")).json()["code"]
        phone = {"username": "neu", "code": code, "password": "a first of my own", "device": True}
        assert (await client.post("/sessions/by-code", json=phone)).json()["token"]
    assert not [
        record for record in caplog.records if form["code"] in record.getMessage() or code in record.getMessage()
    ]


async def test_guessing_is_slowed_down(tmp_path):
    async with running_town(tmp_path) as town, browser(town.address) as client:
        codes = []
        for _ in range(8):
            reply = await client.post("/sessions", json={"username": "operator@east", "password": "wrong wrong 1"})
            codes.append(reply.status_code)
        assert codes[0] == 401
        assert (codes[-1], reply.json()["error"]["code"]) == (429, "throttled")
        assert 1 <= int(reply.headers["retry-after"]) <= 900
        right = await client.post("/sessions", json={"username": "operator@east", "password": PASSWORD})
        assert right.status_code == 429


ORIGINS = [
    ("own origin", "same", 200),
    ("another site", "http://evil.example", 403),
    ("same host, other port", "http://127.0.0.1:1", 403),
    ("opaque origin", "null", 403),
    ("no origin", "", 403),
]


@pytest.mark.parametrize(("origin", "status"), [row[1:] for row in ORIGINS], ids=[row[0] for row in ORIGINS])
async def test_a_write_by_cookie_must_come_from_this_site(tmp_path, origin, status):
    async with running_town(tmp_path) as town, browser(town.address) as client:
        await sign_in(client, "grid_worker@east")
        if origin == "same":
            origin = f"http://{town.address}"
        if origin:
            client.headers["origin"] = origin
        else:
            del client.headers["origin"]
        reply = await client.post("/phone/duty", json={"on": True})
        assert reply.status_code == status
        if status == 403:
            assert reply.json()["error"]["code"] == "wrong_origin"
        assert (await client.get("/me")).status_code == 200


async def test_nobody_signs_a_browser_in_from_another_site(tmp_path):
    async with running_town(tmp_path) as town, browser(town.address, "http://evil.example") as client:
        reply = await client.post("/sessions", json={"username": "operator@east", "password": PASSWORD})
        assert (reply.status_code, "set-cookie" in reply.headers) == (403, False)


TOKENS = [
    ("garbage", "Bearer nonsense"),
    ("empty", "Bearer"),
    ("basic", "Basic b3BlcmF0b3I6eA=="),
    ("very long", "Bearer " + "x" * 5000),
]


@pytest.mark.parametrize("header", [row[1] for row in TOKENS], ids=[row[0] for row in TOKENS])
async def test_what_is_no_token_is_nobody(tmp_path, header):
    async with running_town(tmp_path) as town:
        reply = await town.client().get("/me", headers={"authorization": header})
        assert (reply.status_code, reply.json()["error"]["code"]) == (401, "sign_in_required")


async def test_a_token_in_the_address_is_not_looked_at(tmp_path):
    async with running_town(tmp_path) as town:
        token = town.token("operator@east")
        for name in ("token", "access_token", SESSION_COOKIE):
            assert (await town.client().get("/me", params={name: token})).status_code == 401


async def test_no_secret_reaches_the_log(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    async with running_town(tmp_path) as town, browser(town.address) as client:
        await sign_in(client)
        token = client.cookies[SESSION_COOKIE]
        await client.get("/cases", params={"text": "looking-for-this", "limit": "many"})
        await client.post("/sessions", json={"username": "operator@east", "password": "my secret mistake"})
    own = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert any("/api/v1/cases" in line for line in own)
    for secret in (token, PASSWORD, "my secret mistake", "looking-for-this"):
        assert not [line for line in own if secret in line]


def test_an_idle_connection_is_closed_by_the_client_first(tmp_path):
    """Closed by the server, a request sent in the same moment would be lost."""
    config = server_config(FastAPI(), Settings(data_dir=tmp_path))
    assert config.timeout_keep_alive > 2 * (httpx.Limits().keepalive_expiry or 0)
