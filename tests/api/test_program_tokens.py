"""Tokens people make for their map programs: worth the map and nothing else."""

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from api.security import SESSION_COOKIE
from tests.api.town import PASSWORD, running_town
from tests.wall.page_client import page

OPEN = ("/../../ogc/features/collections/cases/items", "/../../ogc/features", "/map/files/grids", "/map/files/cases")
CLOSED = ("/me", "/cases", "/map/grids", "/map/statistics", "/me/tokens", "/accounts", "/audit")
QGIS = {"name": "QGIS 县局 3 号机", "password": PASSWORD}


async def test_a_token_reads_the_map_within_ones_rights_and_opens_nothing_else(tmp_path):
    async with running_town(tmp_path) as town, httpx.AsyncClient(base_url=f"http://{town.address}/api/v1") as program:
        await town.detect("east", "a")
        await town.detect("west", "b")
        person, other = town.client("administrator@east"), town.client("administrator@town")
        for wrong, status in (({**QGIS, "password": "guess"}, 401), ({**QGIS, "name": " "}, 422)):
            assert (await person.post("/me/tokens", json=wrong)).status_code == status
        made = await person.post("/me/tokens", json=QGIS)
        assert made.status_code == 201, made.text
        token = made.json()["token"]
        assert (await person.post("/me/tokens", json=QGIS)).status_code == 409
        listed = await person.get("/me/tokens")
        (row,) = listed.json()["items"]
        assert (row, token in listed.text) == (made.json()["program"], False)
        assert row["name"] == QGIS["name"]
        assert (await other.get("/me/tokens")).json() == {"items": []}
        program.headers["authorization"] = f"Bearer {token}"
        for path in OPEN:
            assert (await program.get(path)).status_code == 200, path
        cases = (await program.get(OPEN[0])).json()["features"]
        assert [one["properties"]["area"] for one in cases] == ["east"]
        for path in CLOSED:
            assert (await program.get(path)).status_code == 403, path
        assert (await program.post("/cases", json={})).status_code == 403
        assert (await program.post("/me/tokens", json={**QGIS, "name": "more"})).status_code == 403
        assert (await program.get("/me", headers={"authorization": "", "cookie": f"{SESSION_COOKIE}={token}"})).is_error
        with pytest.raises(InvalidStatus) as refused:
            async with page(town.live_url, additional_headers={"authorization": f"Bearer {token}"}):
                pass
        assert refused.value.response.status_code == 403
        assert (await other.delete(f"/me/tokens/{row['id']}")).status_code == 404
        assert (await person.delete(f"/me/tokens/{row['id']}")).status_code == 200
        assert (await program.get(OPEN[0])).status_code == 401
        assert (await person.get("/me/tokens")).json() == {"items": []}
        audited = (await other.get("/audit", params={"kind": "account"})).json()["items"]
        details = [one["detail"] for one in audited if "token" in str(one["detail"])]
        assert details == [{"token_withdrawn": QGIS["name"]}, {"token_made": QGIS["name"]}]


async def test_a_new_password_ends_them_and_there_is_a_bound(tmp_path):
    async with running_town(tmp_path) as town, httpx.AsyncClient(base_url=f"http://{town.address}/api/v1") as program:
        person = town.client("auditor@east")
        made = [await person.post("/me/tokens", json={**QGIS, "name": f"n{n}"}) for n in range(21)]
        assert [one.status_code for one in made] == [201] * 20 + [409]
        program.headers["authorization"] = f"Bearer {made[0].json()['token']}"
        assert (await program.get(OPEN[0])).status_code == 200
        changed = await person.put("/me/password", json={"old": PASSWORD, "new": "another horse 43"})
        assert changed.status_code == 200
        assert (await program.get(OPEN[0])).status_code == 401
        assert (await person.get("/me/tokens")).json() == {"items": []}
