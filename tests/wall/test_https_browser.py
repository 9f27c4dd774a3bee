"""The wall under https on the machine's own address, as a room's browser reaches it."""

import base64
import hashlib
import ipaddress

import pytest
from cryptography.hazmat.primitives import serialization
from playwright.async_api import async_playwright

from api.certificate_check import read_chain
from api.encryption import encrypting
from api.https import Https
from api.local_authority import machine_names
from api.settings import Settings
from runtime.clock import SystemClock
from tests.api.town import PASSWORD, running_town
from tests.browser import launch
from tests.wall.replay_live import ReplayLive
from tests.wall.tile_page import STATIC, live_tile, street_clip

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

SIGN_IN = """async (form) => {
  const headers = { "content-type": "application/json" };
  return (await fetch("/api/v1/sessions", { method: "POST", headers, body: JSON.stringify(form) })).status;
}"""


def own_address() -> str:
    """One that other machines could reach this one by."""
    addresses = [one for one in machine_names() if one.count(".") == 3 and one.replace(".", "").isdecimal()]
    outside = sorted(one for one in addresses if not ipaddress.ip_address(one).is_loopback)
    return outside[0] if outside else pytest.skip("this machine has no address but its own loopback")


def key_hash(certificate) -> str:
    """What Chromium is told to trust, as docs/https.md says for kiosks."""
    public = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(hashlib.sha256(public).digest()).decode()


async def test_the_page_is_a_secure_context_and_its_tiles_play(tmp_path):
    host, authority = own_address(), tmp_path / "https" / "ca.crt"
    live = ReplayLive({("east-cam", "sub"): street_clip(), ("west-cam", "sub"): street_clip()})
    async with (
        encrypting(Https(), Settings(data_dir=tmp_path), SystemClock(), 1) as context,
        running_town(
            tmp_path, live=live, host=host, context=context, secure=True, authority=authority, static_dir=STATIC
        ) as town,
        async_playwright() as playwright,
    ):
        trusted = key_hash(read_chain(tmp_path / "https" / "server.crt")[0])
        browser = await launch(playwright, f"--ignore-certificate-errors-spki-list={trusted}")
        page = await browser.new_page(viewport={"width": 1600, "height": 900})
        await page.goto(f"https://{town.address}/")
        assert await page.evaluate("window.isSecureContext && 'VideoDecoder' in window")
        assert await page.evaluate(SIGN_IN, {"username": "operator@town", "password": PASSWORD}) == 200
        cookies = {one["name"]: one["secure"] for one in await page.context.cookies()}
        assert cookies == {"gridwatch_session": True}
        await page.goto(f"https://{town.address}/?layout=4&cameras=east-cam,west-cam")
        for camera in ("east-cam", "west-cam"):
            await live_tile(page, camera)
        assert await page.evaluate("window.__gridwatch.tiles().every((tile) => tile.state === 'live')")
        await browser.close()
