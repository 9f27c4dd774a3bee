"""The estate over HTTP, on a real cameras.yaml."""

import asyncio

import httpx

from config.load import load_cameras
from tests.api.town import running_town
from tests.estate.test_import import HEAD, row
from tests.estate.town import CAMERAS_YAML, csv_of, write_estate, xlsx_of

SECRET = "Hik-12345"


async def test_a_table_is_previewed_applied_exported_and_checked(tmp_path, monkeypatch):
    monkeypatch.setenv("ROADSIDE", "road-pass")
    folder = tmp_path / "config"
    folder.mkdir()
    config = write_estate(folder)
    # Nothing answers at port 1: the check has something to find, at once.
    config.write_text(CAMERAS_YAML.replace("10.20.0.9:554", "127.0.0.1:1"), encoding="utf-8")
    table = xlsx_of([HEAD, *[row(n) for n in range(1, 8)], row(8, 村="清栋村")])
    async with running_town(tmp_path, cameras_file=config) as town:
        client, village = town.client("administrator@town"), town.client("administrator@east")

        async def upload(data: bytes, **form: str) -> httpx.Response:
            return await client.post("/estate/import", files={"file": ("a.xlsx", data)}, data=form)

        preview = (await upload(table)).json()
        assert preview["counts"] == {"rows": 8, "new": 7, "known": 0, "changed": 0, "faulty": 1, "warnings": 0}
        assert (preview["coordinates"]["how"], preview["accounts"]) == (
            "certain",
            [{"name": "admin-1", "username": "admin"}],
        )
        assert preview["rows"][7]["issues"][0]["suggestion"] == "清东村"
        assert SECRET not in str(preview)
        assert config.read_text(encoding="utf-8").count("- id:") == 1
        where = f"/estate/import/{preview['id']}/apply"
        assert (await client.post(where, json={})).status_code == 409
        assert (await village.post(where, json={"leave_out_faulty": True})).status_code == 403
        applied = await client.post(where, json={"leave_out_faulty": True})
        assert (applied.json()["added"], (folder / applied.json()["backup"]).exists()) == (7, True)
        assert (await client.post(where, json={"leave_out_faulty": True})).status_code == 404
        assert len(load_cameras(config).cameras) == 8

        exported = {ending: (await client.get(f"/estate/export.{ending}")).content for ending in ("csv", "xlsx")}
        assert SECRET.encode() not in exported["csv"]
        for data in exported.values():
            again = (await upload(data)).json()["counts"]
            assert (again["known"], again["new"], again["faulty"]) == (8, 0, 0)
        assert (await upload(b"\xff\xff\x00")).json()["error"]["where"] == "file"
        assert (await upload(csv_of([HEAD]), coordinates="mars")).json()["error"]["where"] == "coordinates"
        too_large = await upload(bytes(17 * 1024 * 1024))
        assert too_large.status_code == 413

        config.write_text(CAMERAS_YAML.replace("10.20.0.9:554", "127.0.0.1:1"), encoding="utf-8")
        assert (await client.get("/estate/check")).status_code == 409
        assert (await client.post("/estate/check")).status_code == 202
        for _ in range(100):
            check = (await client.get("/estate/check")).json()
            if check["ended_at"]:
                break
            await asyncio.sleep(0.05)
        assert (check["done"], check["total"]) == (1, 1)
        assert [one["code"] for one in check["cameras"][0]["findings"]] == ["unreachable"]
        assert (await client.delete("/estate/check")).json()["done"] == 1
