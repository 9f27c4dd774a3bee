"""Open311 GeoReport v2 and signed webhooks, as a hotline's systems use them."""

import hashlib
import json
import time
from typing import Any
from xml.etree import ElementTree

from config.cameras import CamerasFile
from exchange.signature import sign
from gis.chinese_coordinates import wgs84_to_gcj02
from incidents.store.exchange_schema import exchange_reports
from tests.api.town import CONFIG, RunningTown, middle, running_town

KEY, OTHER_KEY = "the-hotline's-api-key-0001", "the-village's-api-key-0002"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def configured() -> CamerasFile:
    file = CONFIG.model_dump(mode="json", exclude_unset=True)
    file["credentials"] = {"platform": {"username": "platform", "password_env": "PLATFORM_SECRET"}}
    file["exchange"] = {
        "sources": [
            {"id": "12345", "kind": "open311", "name": "12345热线", "key_sha256": digest(KEY), "files": True},
            {"id": "east", "kind": "open311", "name": "东村", "key_sha256": digest(OTHER_KEY), "area": "east",
             "case_classes": ["05-01"], "coordinates": "gcj02"},
            {"id": "platform", "kind": "webhook", "name": "8890", "credentials": "platform", "per_minute": 8},
        ]
    }  # fmt: skip
    return CamerasFile.model_validate(file)


def reported(grid: str = "east-g1", **changed: Any) -> dict[str, Any]:
    lon, lat = middle(grid)
    whole = {"api_key": KEY, "service_code": "05-01", "lat": f"{lat}", "long": f"{lon}", "description": "占道经营"}
    return {name: value for name, value in {**whole, **changed}.items() if value is not None}


class Hotline:
    """Speaks to the interface as another town's software does."""

    def __init__(self, town: RunningTown) -> None:
        self.client = town.client()
        self.root = f"http://{town.address}/open311"

    async def get(self, path: str, **params: Any) -> Any:
        return await self.client.get(f"{self.root}{path}", params=params)

    async def post(self, fields: dict[str, Any], form: str = "json", **headers: str) -> Any:
        return await self.client.post(f"{self.root}/v2/requests.{form}", data=fields, headers=headers)


async def test_a_hotline_reports_and_follows_its_reports_up(tmp_path):
    async with running_town(tmp_path, config=configured()) as town:
        hotline, operator = Hotline(town), town.client("operator@town")
        found = (await hotline.get("/discovery.json")).json()
        assert found["endpoints"][0]["url"] == f"http://{town.address}/open311/v2"
        services = (await hotline.get("/v2/services.json")).json()
        assert [one["service_name"] for one in services if one["service_code"] == "05-01"]
        assert (await hotline.get("/v2/services/05-01.json")).json() == {"service_code": "05-01", "attributes": []}

        private = {"first_name": "张", "phone": "13800000000", "email": "zhang@example.org"}
        made = await hotline.post(reported(**private, address_string="老街 1 号"))
        assert made.status_code == 201
        ((request_id, notice, account),) = (one.values() for one in made.json())
        assert (notice, account) == (None, None)
        again = await hotline.post(reported(**private, address_string="老街 1 号"))
        assert (again.status_code, again.json()) == (200, made.json()), "sent again after a lost answer"

        (case,) = (await operator.get("/cases")).json()["items"]
        assert (case["source"], case["state"], case["grid"]) == ("hotline", "filed", "east-g1")
        detail = (await operator.get(f"/cases/{case['id']}")).json()
        assert detail["trace"][0]["actor"] == {"kind": "system", "id": "source:12345", "name": "12345热线"}
        assert detail["trace"][0]["detail"]["note"] == "占道经营"
        kept = json.dumps(detail, ensure_ascii=False)
        with town.incidents.store.read() as connection:
            kept += str(connection.execute(exchange_reports.select()).all())
        assert not any(value in kept for value in [*private.values(), KEY]), "who called is the hotline's to know"

        (told,) = (await hotline.get(f"/v2/requests/{request_id}.json", api_key=KEY)).json()
        assert (told["status"], told["service_code"], told["address"]) == ("open", "05-01", "老街 1 号")
        assert told["expected_datetime"] > told["requested_datetime"]
        await operator.post(f"/cases/{case['id']}/strike-out", json={"reason": "no such thing"})
        (told,) = (await hotline.get("/v2/requests.json", api_key=KEY, status="closed")).json()
        assert told["status_notes"].startswith("已作废")
        assert "no such thing" not in json.dumps(told), "what is said inside stays inside"
        assert (await hotline.get("/v2/requests.json", api_key=KEY, status="open")).json() == []
        for path in ("/v2/requests.json", f"/v2/requests.json?service_request_id={request_id}"):
            assert (await hotline.get(path, api_key=OTHER_KEY)).json() == [], "another's reports do not exist"
        assert (await hotline.get(f"/v2/requests/{request_id}.json", api_key=OTHER_KEY)).status_code == 404


async def test_the_same_in_xml(tmp_path):
    async with running_town(tmp_path, config=configured()) as town:
        hotline = Hotline(town)
        services = await hotline.get("/v2/services.xml")
        assert services.headers["content-type"] == "text/xml; charset=utf-8"
        assert services.text.startswith("<?xml version='1.0' encoding='utf-8'?>")
        codes = [one.findtext("service_code") for one in ElementTree.fromstring(services.content).iter("service")]
        assert "05-01" in codes
        said = '<b>&"quoted"</b> ]]> \ufffe 臭'
        made = ElementTree.fromstring((await hotline.post(reported(description=said), "xml")).content)
        request_id = made.findtext("request/service_request_id")
        listed = ElementTree.fromstring((await hotline.get("/v2/requests.xml", api_key=KEY)).content)
        assert listed.findtext("request/service_request_id") == request_id
        assert listed.findtext("request/description") == said.replace("\ufffe", "")
        refused = await hotline.get("/v2/requests.xml", api_key="wrong")
        error = ElementTree.fromstring(refused.content)
        assert (refused.status_code, error.tag, error.findtext("error/code")) == (403, "errors", "403")
        discovery = ElementTree.fromstring((await hotline.get("/discovery.xml")).content)
        assert [one.text for one in discovery.iter("format")] == ["text/xml", "application/json"]


REFUSED = [
    ("no key", {"api_key": None}, 403, "api_key is missing or wrong"),
    ("no service", {"service_code": None}, 400, "service_code: was not provided"),
    ("an unknown service", {"service_code": "99-99"}, 400, "no such case class"),
    ("no place", {"lat": None, "long": None}, 400, "a place is needed"),
    ("half a place", {"lat": None}, 400, "go together"),
    ("no number", {"lat": "north"}, 400, "lat: is no number"),
    ("not a number", {"lat": "nan"}, 400, "are not degrees"),
    ("off the world", {"lat": "95"}, 400, "are not degrees"),
    ("an address id", {"address_id": "7"}, 400, "address_id: is not known here"),
    ("too long", {"description": "长" * 4001}, 400, "at most 4000 characters"),
    ("control characters", {"description": "a\x00b"}, 400, "control characters"),
    ("a script for a picture", {"media_url": "javascript:alert(1)"}, 400, "must begin with https://"),
    ("too much", {"description": "a" * 70_000}, 413, ""),
    ("too many fields", {f"attribute[{n}]": "1" for n in range(80)}, 400, ""),
    ("not its area", {"api_key": OTHER_KEY, "lat": "30.055", "long": "120.41"}, 400, "outside the area"),
    ("not its class", {"api_key": OTHER_KEY, "service_code": "05-02"}, 400, "no such case class for this source"),
    ("another country", {"api_key": OTHER_KEY, "lat": "50", "long": "8"}, 400, "none of the town's grids"),
]


async def test_what_is_refused_says_why_and_opens_nothing(tmp_path):
    async with running_town(tmp_path, config=configured()) as town:
        hotline = Hotline(town)
        for name, changed, status, text in REFUSED:
            answer = await hotline.post(reported(**changed))
            assert (answer.status_code, text in answer.text) == (status, True), f"{name}: {answer.text}"
        files = {"media": ("a.jpg", b"x" * 100, "image/jpeg")}
        with_file = await hotline.client.post(f"{hotline.root}/v2/requests.json", data=reported(), files=files)
        assert with_file.status_code == 400
        dates = {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-12-31T00:00:00+08:00"}
        for params, text in [
            (dates, "more than 90 days"),
            ({"start_date": "yesterday"}, "start_date: must be a time"),
            ({"start_date": "2026-01-01T00:00:00"}, "with its zone"),
            ({"status": "lost"}, "status: must be open, closed"),
        ]:
            answer = await hotline.get("/v2/requests.json", api_key=KEY, **params)
            assert (answer.status_code, text in answer.text) == (400, True), answer.text
        for path in ("/v2/services/99-99.json", "/v2/tokens/1.json", "/v2/requests/none.json"):
            answer = await hotline.get(path, api_key=KEY)
            assert (answer.status_code, answer.json()[0]["code"]) == (404, 404)
        assert (await town.client("operator@town").get("/cases")).json()["items"] == []


async def test_a_place_is_turned_once_and_may_be_an_address(tmp_path):
    async with running_town(tmp_path, config=configured()) as town:
        hotline, lon_lat = Hotline(town), middle("east-g2")
        shifted = dict(zip(("long", "lat"), map(str, wgs84_to_gcj02(*lon_lat)), strict=True))
        await hotline.post(reported(api_key=OTHER_KEY, **shifted))
        cases = town.client("operator@east")
        (case,) = (await cases.get("/cases")).json()["items"]
        assert (case["state"], case["grid"]) == ("review", "east-g2")
        assert abs(case["lon"] - lon_lat[0]) < 1e-6
        assert abs(case["lat"] - lon_lat[1]) < 1e-6
        place = {"lat": None, "long": None, "address_string": "东村村口"}
        assert (await hotline.post(reported(api_key=OTHER_KEY, **place))).status_code == 201
        newest = (await cases.get("/cases")).json()["items"][0]
        assert (newest["lon"], newest["address"], newest["area"]) == (None, "东村村口", "east")
        assert (await town.client("operator@west").get("/cases")).json()["items"] == []


async def test_who_guesses_keys_is_slowed_down(tmp_path):
    async with running_town(tmp_path, config=configured()) as town:
        hotline = Hotline(town)
        statuses = [(await hotline.get("/v2/requests.json", api_key=f"guess-{n}")).status_code for n in range(12)]
        assert statuses == [403] * 10 + [429] * 2
        refused = await hotline.get("/v2/requests.json", api_key=KEY)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1


async def test_without_a_source_there_is_no_such_interface(tmp_path):
    async with running_town(tmp_path) as town:
        hotline = Hotline(town)
        for path in ("/discovery.json", "/v2/services.json", "/v2/requests.json"):
            assert (await hotline.get(path, api_key=KEY)).status_code == 404
        assert (await hotline.post(reported())).status_code == 404


def signed(body: bytes, at: float | None = None, message_id: str = "m-1", secret: str = SECRET) -> dict[str, str]:
    stamp = int(time.time() if at is None else at)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign(secret, message_id, stamp, body),
    }


async def test_a_signed_webhook_opens_one_case_for_each_reference(tmp_path, monkeypatch):
    monkeypatch.setenv("PLATFORM_SECRET", SECRET)
    lon, lat = wgs84_to_gcj02(*middle("west-g1"))
    given = {"reference": "2026-7", "case_class": "05-01", "lon": lon, "lat": lat, "coordinates": "gcj02", "level": 3}
    body, now = json.dumps(given).encode(), time.time()
    async with running_town(tmp_path, config=configured()) as town:
        client, path = town.client(), "/exchange/reports/platform"
        changed = json.dumps({**given, "level": 4}).encode()
        refused = [
            ("no signature", body, {}),
            ("another secret", body, signed(body, secret="another-secret-of-enough-bytes")),
            ("another body", changed, signed(body)),
            ("long ago", body, signed(body, now - 301)),
            ("ahead of its time", body, signed(body, now + 400)),
            ("a stamp without end", body, {**signed(body), "webhook-timestamp": "9" * 5000}),
        ]
        for name, content, headers in refused:
            assert (await client.post(path, content=content, headers=headers)).status_code == 403, name
        nobody = await client.post("/exchange/reports/nobody", content=body, headers=signed(body))
        assert nobody.json()["error"]["message"] == "the signature does not fit", "nobody learns who is configured"

        made = await client.post(path, content=body, headers=signed(body))
        assert (made.status_code, made.json()["state"], made.json()["repeated"]) == (201, "review", False)
        for headers in (signed(body), signed(body, message_id="m-2")):
            again = await client.post(path, content=body, headers=headers)
            assert (again.status_code, again.json()) == (200, {**made.json(), "repeated": True})
        other = await client.post(path, content=changed, headers=signed(changed))
        assert (other.status_code, other.json()["error"]["code"]) == (409, "conflict")
        for wrong, where in ((b"{", "body"), (b'{"reference": "r", "case_class": "05-01", "colour": 1}', "colour")):
            answer = await client.post(path, content=wrong, headers=signed(wrong))
            assert (answer.status_code, answer.json()["error"]["where"] or "body") == (422, where)
        (case,) = (await town.client("operator@town").get("/cases")).json()["items"]
        assert (case["number"], case["grid"], case["level"]) == (made.json()["case_number"], "west-g1", 3)
        statuses = [(await client.post(path, content=body, headers=signed(body))).status_code for _ in range(4)]
        assert statuses == [200, 200, 429, 429], "eight a minute and no more"


async def test_the_answer_names_what_a_report_may_double_and_merges_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("PLATFORM_SECRET", SECRET)
    lon, lat = middle("west-g1")
    async with running_town(tmp_path, config=configured()) as town:
        client, answers = town.client(), []
        for number, changed in enumerate(
            ({}, {"lat": lat + 0.0002}, {"case_class": "01-02"}, {"lat": lat + 0.003}, {"lon": None, "address": "桥头"})
        ):
            body = json.dumps({"reference": f"r-{number}", "case_class": "05-01", "lon": lon, "lat": lat, **changed})
            if "address" in changed:
                body = json.dumps({"reference": "r", "case_class": "05-01", "address": "桥头"})
            sent = await client.post("/exchange/reports/platform", content=body, headers=signed(body.encode()))
            answers.append(sent.json())
        assert [one["doubles"] is not None for one in answers] == [False, True, False, False, False]
        doubled = answers[1]["doubles"]
        assert (doubled["case_number"], round(doubled["distance_m"])) == (answers[0]["case_number"], 22)
        cases = (await town.client("operator@town").get("/cases")).json()
        assert (cases["total"], {one["state"] for one in cases["items"]}) == (5, {"review"})
