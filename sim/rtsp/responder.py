"""RTSP/1.0 methods as a network camera knows them (RFC 2326 section 10)."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.rtsp.back_channel import FEATURE, Ear, described
from sim.rtsp.back_channel import TRACK as BACK_TRACK
from sim.rtsp.digest import Verdict
from sim.rtsp.estate import Camera, Profile
from sim.rtsp.fault import Fault
from sim.rtsp.request import Request
from sim.rtsp.sdp import TRACK, describe
from sim.rtsp.session import Session, TooManySessions
from sim.rtsp.station import Viewer

if TYPE_CHECKING:
    from sim.rtsp.connection import Connection
    from sim.rtsp.server import RtspServer

METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"
REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    453: "Not Enough Bandwidth",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    461: "Unsupported Transport",
    501: "Not Implemented",
    503: "Service Unavailable",
    505: "RTSP Version not supported",
    551: "Option not supported",
}
Headers = list[tuple[str, str]]
_INTERLEAVED = re.compile(r"interleaved=(\d{1,3})(?:-(\d{1,3}))?")


class Refusal(Exception):
    """The request is answered with this status instead of 200."""

    def __init__(self, status: int, *headers: tuple[str, str]) -> None:
        super().__init__(REASONS[status])
        self.status, self.headers = status, list(headers)


class Responder:
    """Answers one connection's requests. A connection carries at most one session."""

    def __init__(self, server: "RtspServer", connection: "Connection") -> None:
        self._server, self._connection = server, connection
        self._session: Session | None = None
        self._ear: Ear | None = None
        self._methods: dict[str, Callable[[Request, Camera, Profile], tuple[Headers, bytes]]] = {
            "DESCRIBE": self._describe,
            "SETUP": self._set_up,
            "PLAY": self._play,
            "GET_PARAMETER": self._get_parameter,
            "TEARDOWN": self._tear_down,
        }

    def connection_lost(self) -> None:
        if self._session is not None:
            self._server.sessions.abandon(self._session)
            self._session = None
        if self._ear is not None:
            self._ear.end("abandoned")

    def interleaved(self, channel: int, packet: bytes) -> None:
        """What the client sends beside its requests."""
        if self._ear is not None and self._server.fault_of(self._connection.camera).fault is not Fault.FREEZE:
            self._ear.take(channel, packet)

    def congested(self, congested: bool) -> None:
        if self._session is not None:
            self._session.viewer.congested = congested

    def answer(self, request: Request) -> bytes:
        status, headers, body = 200, Headers(), b""
        try:
            headers, body = self._dispatch(request)
        except Refusal as refusal:
            status, headers = refusal.status, refusal.headers
        lines = [f"RTSP/1.0 {status} {REASONS[status]}"]
        if "cseq" in request.headers:
            lines.append(f"CSeq: {request.headers['cseq'][:20]}")
        lines += [f"{name}: {value}" for name, value in headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode() + body

    def _dispatch(self, request: Request) -> tuple[Headers, bytes]:
        if request.version != "RTSP/1.0":
            raise Refusal(505)
        if "cseq" not in request.headers:
            raise Refusal(400)
        if "require" in request.headers and not self._has_feature(request):
            raise Refusal(551, ("Unsupported", request.headers["require"]))
        if self._server.fault_of(self._connection.camera).fault is Fault.REFUSE:
            raise Refusal(503)
        if request.method == "OPTIONS":
            self._refresh(request)
            return [("Public", METHODS)], b""
        if request.method == "PAUSE":
            raise Refusal(405, ("Allow", METHODS))
        method = self._methods.get(request.method)
        if method is None:
            raise Refusal(501, ("Public", METHODS))
        found = self._server.resource(request.uri)
        if found is None:
            raise Refusal(404)
        camera, profile = found
        self._authorise(request, camera)
        if profile not in camera.feeds:
            raise Refusal(453)
        return method(request, camera, profile)

    def _has_feature(self, request: Request) -> bool:
        camera = self._server.camera_of(request.uri)
        return request.headers["require"] == FEATURE and camera is not None and camera.id in self._server.speakers

    def _authorise(self, request: Request, camera: Camera) -> None:
        if camera.account is None:
            return
        realm = self._server.realm
        given = request.headers.get("authorization")
        verdict = Verdict.DENIED
        if given is not None:
            verdict = realm.judge(given, request.method, request.uri, camera.account)
            if verdict is Verdict.DENIED:
                self._server.sessions.counters.unauthorised += 1
        if verdict is not Verdict.GRANTED:
            challenges = realm.challenges(stale=verdict is Verdict.STALE)
            raise Refusal(401, *(("WWW-Authenticate", challenge) for challenge in challenges))

    def _refresh(self, request: Request) -> Session | None:
        """The session the request names, heard from just now."""
        named = request.headers.get("session", "").split(";")[0].strip()
        if not named:
            return None
        if self._session is None or self._session.id != named:
            raise Refusal(454)
        self._server.sessions.heard(self._session)
        return self._session

    def _describe(self, request: Request, camera: Camera, profile: Profile) -> tuple[Headers, bytes]:
        accept = request.headers.get("accept", "application/sdp")
        if "application/sdp" not in accept and "*/*" not in accept:
            raise Refusal(406)
        if profile == "sub":
            self._server.estate.describing(camera)
        base = request.uri if request.uri.endswith("/") else request.uri + "/"
        scene = camera.feeds[profile].station.timeline.scene
        body = describe(scene, "Media Presentation", self._server.origin)
        if "require" in request.headers:
            body += described(self._server.speakers[camera.id])
        return [("Content-Type", "application/sdp"), ("Content-Base", base)], body

    def _set_up(self, request: Request, camera: Camera, profile: Profile) -> tuple[Headers, bytes]:
        if self._session is not None:
            raise Refusal(455)
        offers = [offer.strip() for offer in request.headers.get("transport", "").split(",")]
        offer = next((one for one in offers if one.upper().startswith("RTP/AVP/TCP")), None)
        if offer is None:
            raise Refusal(461)
        channel = 0
        if asked := _INTERLEAVED.search(offer):
            channel = int(asked[1])
        if channel > 254:
            raise Refusal(461)
        feed = camera.feeds[profile]
        viewer = Viewer(self._connection.transport.write, channel, feed.counters)
        try:
            self._session = self._server.sessions.open(camera.id, profile, feed, viewer, self._connection)
        except TooManySessions as full:
            raise Refusal(453) from full
        if request.uri.endswith(BACK_TRACK) and "require" in request.headers:
            encoding = self._server.speakers[camera.id]
            self._ear = Ear(camera.id, encoding, channel, self._server.hearing, self._server.clock)
        transport = f'RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1};mode="PLAY"'
        timeout = f"{self._session.id};timeout={self._server.sessions.timeout_s:.0f}"
        return [("Transport", transport), ("Session", timeout)], b""

    def _play(self, request: Request, camera: Camera, profile: Profile) -> tuple[Headers, bytes]:
        session = self._refresh(request)
        if session is None:
            raise Refusal(454)
        if self._ear is not None:
            self._ear.play()
            return [("Session", session.id), ("Range", "npt=now-")], b""
        sequence, timestamp = session.feed.station.next_start()
        self._server.sessions.play(session)
        base = request.uri if request.uri.endswith("/") else request.uri + "/"
        info = f"url={base}{TRACK};seq={sequence};rtptime={timestamp}"
        return [("Session", session.id), ("Range", "npt=now-"), ("RTP-Info", info)], b""

    def _get_parameter(self, request: Request, camera: Camera, profile: Profile) -> tuple[Headers, bytes]:
        session = self._refresh(request)
        return ([("Session", session.id)] if session else []), b""

    def _tear_down(self, request: Request, camera: Camera, profile: Profile) -> tuple[Headers, bytes]:
        session = self._refresh(request)
        if session is None:
            raise Refusal(454)
        self._server.sessions.tear_down(session)
        self._session = None
        if self._ear is not None:
            self._ear.end("teardown")
        return [], b""
