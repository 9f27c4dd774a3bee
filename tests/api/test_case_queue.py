"""The queue over HTTP: filters together, orders, counts, and tables that open in a spreadsheet."""

import csv
import io

from openpyxl import load_workbook

from api import case_table
from incidents.service import NewCase
from tests.api.town import middle, running_town

FORMULA = "=HYPERLINK(1)"


async def test_the_queue_is_filtered_sorted_counted_and_exported(tmp_path, monkeypatch):
    async with running_town(tmp_path) as town:
        operator, room = town.client("operator@town"), town.client("village_room@west")
        caller = town.centre.accounts.authenticate(town.token("operator@town"))
        made = [
            town.incidents.create_case(caller, NewCase(code, *middle(grid), level, note))
            for code, grid, level, note in (
                ("05-01", "east-g1", 2, "桥下流动摊贩"),
                ("01-02", "west-g1", 1, "桥边垃圾"),
                ("05-01", "west-g2", 3, "路灯不亮"),
            )
        ]
        east, west, lamp = (case.id for case in made)

        async def asked(client=operator, **params):
            answer = await client.get("/cases", params=params)
            assert answer.status_code == 200, answer.text
            return [one["id"] for one in answer.json()["items"]]

        assert await asked(**{"class": "05-01"}, sort="oldest") == [east, lamp]
        assert await asked(**{"class": "05-01"}, level=3, area="west", text="路灯", source="operator") == [lamp]
        assert await asked(sort="level") == [lamp, east, west]
        assert await asked(grid="west-g1") == [west]
        assert await asked(text="桥 垃圾") == [west]
        assert await asked(overdue=True) == await asked(holder="me") == []
        lon, lat = middle("east-g1")
        assert await asked(bbox=f"{lon - 0.001},{lat - 0.001},{lon + 0.001},{lat + 0.001}") == [east]
        assert await asked(**{"from": made[2].opened_at}) == [lamp]
        first = (await operator.get("/cases", params={"limit": 2})).json()
        assert (first["total"], first["total_exact"]) == (3, True)
        assert await asked(cursor=first["next"]) == [east]
        counts = (await operator.get("/cases/counts", params={"by": "class"})).json()["items"]
        assert counts == [{"key": "05-01", "n": 2, "name": ""}, {"key": "01-02", "n": 1, "name": ""}]
        for bad in (
            {"bbox": "1,2,3"},
            {"bbox": "nan,0,1,1"},
            {"cursor": "x"},
            {"grid": "a", "area": "b"},
            {"sort": "x"},
        ):
            for path in ("/cases", "/cases/export"):
                if path == "/cases" or "cursor" not in bad:
                    assert (await operator.get(path, params=bad)).status_code == 422, (path, bad)
        # The village neither counts nor exports the other, and no table runs what somebody wrote.
        own = (await room.get("/cases/counts", params={"by": "grid"})).json()["items"]
        assert own == [{"key": f"west-g{n}", "n": 1, "name": f"west网格{n}"} for n in (1, 2)]
        with town.incidents.store.write() as transaction:
            transaction.connection.exec_driver_sql(f"UPDATE cases SET address = '{FORMULA}'")
        table = await room.get("/cases/export", params={"sort": "level"})
        assert table.content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
        assert [row["编号 Number"] for row in rows] == [made[2].number, made[1].number]
        assert {row["地点 Place"] for row in rows} == {"'" + FORMULA}
        book = await operator.get("/cases/export", params={"form": "xlsx", "text": "桥"})
        cells = list(load_workbook(io.BytesIO(book.content)).active.values)
        assert cells[0] == case_table.HEAD
        assert [(row[0], row[9]) for row in cells[1:]] == [(case.number, "'" + FORMULA) for case in (made[1], made[0])]
        monkeypatch.setattr(case_table, "MOST_IN_WORKBOOK", 2)
        refused = await operator.get("/cases/export", params={"form": "xlsx"})
        assert (refused.status_code, refused.json()["error"]["where"]) == (422, "form")
