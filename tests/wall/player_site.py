"""Somebody else's site with a WHEP player on it: the JavaScript client of the draft's own author, unchanged."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tests.serving import serving

PLAYER = Path(__file__).parents[2] / "wall" / "web" / "node_modules" / "whip-whep"
PAGE = """<!doctype html><title>player</title><video autoplay muted playsinline></video>
<script type="module">
import { WHEPClient } from "/player/whep.js";
const video = document.querySelector("video");
const canvas = document.createElement("canvas");

window.play = async (url, token, kinds) => {
  const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  for (const kind of kinds) peer.addTransceiver(kind, { direction: "recvonly" });
  peer.ontrack = (event) => { if (event.track.kind === "video") video.srcObject = event.streams[0]; };
  window.peer = peer;
  window.shown = 0;
  const count = () => { window.shown += 1; video.requestVideoFrameCallback(count); };
  video.requestVideoFrameCallback(count);
  window.client = new WHEPClient();
  await window.client.view(peer, url, token);
};

window.picture = () => {
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d").drawImage(video, 0, 0);
  return canvas.toDataURL("image/png");
};

window.label = async () => {
  const stats = [...(await window.peer.getStats()).values()];
  const video = stats.find((one) => one.type === "inbound-rtp" && one.kind === "video");
  return stats.find((one) => one.id === video.codecId).sdpFmtpLine;
};
window.ready = true;
</script>"""


async def _page(_request: Request) -> HTMLResponse:
    return HTMLResponse(PAGE)


@asynccontextmanager
async def player_site() -> AsyncIterator[str]:
    """Yields its address, `host:port`."""
    app = Starlette(routes=[Route("/", _page), Mount("/player", StaticFiles(directory=PLAYER))])
    async with serving(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False)) as address:
        yield address
