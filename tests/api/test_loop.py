"""Triage, extension, supervision and evaluation over HTTP, each by who may."""

from tests.api.town import middle, running_town


async def test_the_loop_over_http(tmp_path):
    async with running_town(tmp_path) as town:
        li, zhao, wang = (town.client(f"{role}@east") for role in ("operator", "supervisor", "grid_worker"))
        # Made by hand, so that no camera is asked in between.
        lon, lat = middle("east-g1")
        made = await li.post("/cases", json={"case_class": "05-01", "level": 2, "lon": lon, "lat": lat})
        case = made.json()
        path = f"/cases/{case['id']}"
        assert (case["tier"], case["score"], case["extension_until"], case["supervised_at"]) == (2, None, None, None)
        whole = (await li.get(path)).json()
        assert whole["routing"] == {
            "tier": 2, "holder_kind": "room", "holder": None, "holder_name": None,
            "why_zh": "二级,无照经营游商(综合执法):本级由指挥室派遣",
            "why_en": "Level 2, Unlicensed street vendor (law enforcement): sent by the room",
        }  # fmt: skip
        assert (whole["terms"]["national"], whole["parts"], whole["parts_open"]) == ("0501", [], 0)
        assert "摊贩离开" in whole["terms"]["closes_when"]["zh"]
        assert case["edition"] == town.centre.incidents.town.case_classes.profile

        async def act(who, action, status=200, **body):
            answer = await who.post(f"{path}/{action}", json=body)
            assert answer.status_code == status, answer.text
            return answer.json()

        right = await act(li, "triage", case_class="01-03", level=3, note="a heap")
        assert (right["case_class"], right["level"], right["tier"]) == ("01-03", 3, 3)
        assert right["deadline_at"] > case["deadline_at"]
        await act(li, "triage", 422, level=5)
        await act(li, "triage", 409, level=3)
        await act(li, "triage", 422)
        await act(wang, "triage", 403, level=1)

        await act(li, "assign", worker_id=town.account_id("grid_worker@east"))
        assert "ask-extension" in (await wang.get(path)).json()["actions"]
        until = right["deadline_at"] + 86400
        await act(wang, "ask-extension", 422, until=until)
        await act(wang, "ask-extension", 422, until=1.0, reason="rain")
        asked = await act(wang, "ask-extension", until=until, reason="rain")
        assert (asked["extension_until"], asked["deadline_at"]) == (until, right["deadline_at"])
        await act(li, "grant-extension", 403)
        granted = await act(zhao, "grant-extension")
        assert (granted["extension_until"], granted["deadline_at"]) == (None, until)
        await act(zhao, "refuse-extension", 409, reason="too late")

        await act(li, "supervise", 403, reason="hurry")
        assert (await act(zhao, "supervise", reason="hurry"))["supervised_at"] is not None
        await act(zhao, "evaluate", 409, score=5)
        for action in ("accept", "handle"):
            await act(wang, action)
        await act(zhao, "verify", result="gone")
        await act(zhao, "evaluate", 422, score=6)
        await act(li, "evaluate", 403, score=5)
        assert (await act(zhao, "evaluate", score=4, note="quick"))["score"] == 4
        whole = (await zhao.get(path)).json()
        assert [one["action"] for one in whole["trace"] if one["action"] != "open"] == [
            "triage", "assign", "ask_extension", "grant_extension", "supervise", "accept", "handle", "verify",
            "evaluate",
        ]  # fmt: skip
        assert (await zhao.get(f"{path}/trace/check")).json()["valid"]
