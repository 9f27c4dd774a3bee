"""The registers over HTTP: entered, met, stepped up, found, exported; and no more told than may be."""

import csv
import io

from openpyxl import load_workbook

from incidents.service import NewCase
from tests.api.town import middle, running_town

LONG = "浙江省绍兴市柯桥区杨汛桥镇流动摊贩联合经营户" * 4
NUMBER = "11010519491231002X"


async def test_the_registers(tmp_path, caplog):
    caplog.set_level("DEBUG")
    async with running_town(tmp_path) as town:
        operator, room = town.client("operator@town"), town.client("village_room@west")
        east, west = town.client("operator@east"), town.client("operator@west")
        caller = town.centre.accounts.authenticate(town.token("operator@town"))
        first, second = (
            town.incidents.create_case(caller, NewCase("05-01", *middle("east-g1"), 2, "摊贩")).id for _ in range(2)
        )

        async def asked(client, method, path, status=200, **given):
            answer = await client.request(method, path, **given)
            assert answer.status_code == status, answer.text
            return answer.json() if "json" in answer.headers["content-type"] else answer

        # An empty register is a table with a head.
        assert await asked(operator, "GET", "/registers/parties") == {"items": [], "total": 0}
        empty = await asked(operator, "GET", "/registers/export", params={"kind": "firm"})
        assert len(list(csv.reader(io.StringIO(empty.content.decode("utf-8-sig"))))) == 1

        # Met, entered on the way, and proposed for what comes first.
        wang = {"kind": "vendor", "name": "=王小二", "area": "east", "phone": "13800135678", "plate": "浙D12345"}
        body = {"party": {**wang, "id_number": NUMBER}, "measure": "told", "note": "第一次"}
        key = {"idempotency-key": "attach-0001"}
        met = await asked(operator, "POST", f"/cases/{first}/parties", json=body, headers=key)
        again = await asked(operator, "POST", f"/cases/{first}/parties", json=body, headers=key)
        assert met == again
        assert (met["proposal"]["nth"], met["proposal"]["measure"]) == (1, "told")
        party = met["party"]["id"]
        await asked(operator, "POST", f"/cases/{second}/parties", 422, json={"role": "subject"})
        suggested = await asked(operator, "GET", f"/cases/{second}/party-suggestions")
        assert [(one["party"]["id"], one["reason"]) for one in suggested["items"]] == [(party, "place")]
        await asked(operator, "POST", f"/cases/{second}/parties", json={"party_id": party, "use_picture": True})
        history = await asked(operator, "GET", f"/cases/{second}/history")
        assert history["parties"][0]["proposal"]["measure"] == "warned"
        assert [one["measure"] for one in history["parties"][0]["proposal"]["basis"]] == ["told"]
        assert [one["id"] for one in history["place"]["items"]] == [first]

        # The number finds, and is nowhere to be read: neither in answers nor in the log.
        found = await asked(operator, "POST", "/registers/find-number", json={"kind": "vendor", "id_number": NUMBER})
        assert [one["id"] for one in found["items"]] == [party]
        assert found["items"][0]["id_shown"] == "110***********002X"
        refused = await asked(
            operator, "POST", "/registers/parties", 422, json={**wang, "id_number": NUMBER[:-1] + "1"}
        )
        assert refused["error"]["text"]["zh"] == "身份证号码校验位有误"
        await asked(operator, "POST", "/registers/parties", 409, json={**wang, "id_number": NUMBER})
        card = await asked(operator, "GET", f"/registers/parties/{party}")
        assert (card["party"]["phone"], card["may_edit"], len(card["record"])) == ("13800135678", True, 2)
        assert NUMBER[:17] not in repr((met, history, card, found, refused, caplog.text))

        # Another village, and a room that needs no names.
        for client, path in ((west, f"/registers/parties/{party}"), (west, f"/cases/{first}/history")):
            assert (await asked(client, "GET", path, 404))["error"]["code"] == "not_found"
        await asked(room, "GET", "/registers/parties", 403)
        mine = await asked(
            east,
            "PUT",
            f"/registers/parties/{party}",
            json={**wang, "trade": "烤红薯", "version": card["party"]["version"]},
        )
        assert (mine["trade"], mine["id_shown"]) == ("烤红薯", "110***********002X")
        firm = {"kind": "firm", "name": LONG, "area": "t"}
        await asked(east, "POST", "/registers/parties", 404, json=firm)
        await asked(operator, "POST", "/registers/parties", 201, json=firm)
        twin = await asked(operator, "POST", "/registers/parties", 201, json={**wang, "name": "王二"})
        merged = await asked(operator, "POST", f"/registers/parties/{party}/merge", json={"other": twin["id"]})
        assert merged["note"] == "又名 王二"

        # Tables, in which no name is run as a formula.
        table = await asked(operator, "GET", "/registers/export", params={"kind": "vendor"})
        rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
        assert (len(rows), rows[1][1], rows[1][2]) == (2, "'=王小二", "138****5678")
        book = await asked(operator, "GET", "/registers/export", params={"kind": "firm", "form": "xlsx"})
        cells = list(load_workbook(io.BytesIO(book.content)).active.values)
        assert cells[1][1] == LONG

        # Places: two cases of a class at one spot.
        spots = await asked(room, "GET", "/registers/places", params={"least": 2})
        assert spots == {"items": []}
        spots = await asked(operator, "GET", "/registers/places", params={"least": 2, "class": "05-01", "area": "east"})
        assert [(one["n"], one["last"]["id"]) for one in spots["items"]] == [(2, second)]

        assert await asked(operator, "DELETE", f"/cases/{second}/parties/{party}") == {"done": True}
        await asked(operator, "DELETE", f"/cases/{second}/parties/{party}", 404)
        assert town.centre.register.entries.forget_old() == 0
