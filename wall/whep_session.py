"""One WHEP player: a camera's stream over one WebRTC connection, from the answer to the end."""

import asyncio
import logging
import random
import secrets
from collections.abc import Callable

from aiortc import RTCCertificate, RTCDtlsTransport, RTCIceTransport, RTCRtpSender

from ingest.live import LiveError, LiveUnit
from runtime.clock import Clock
from wall.live_hub import LiveHub, StreamKey, StreamView, Viewer
from wall.page_session import PageRights
from wall.reordering import has_b_slices
from wall.whep_answer import write_answer
from wall.whep_errors import NotAcceptable
from wall.whep_limits import WhepLimits, WhepNetwork
from wall.whep_offer import Offer, choose_codec, read_fragment
from wall.whep_track import CameraTrack
from wall.whep_transport import LanGatherer

logger = logging.getLogger(__name__)

CHECK_SECONDS = 0.5
UNITS_CHECKED_FOR_B = 120
"""A stream with B-frames shows the first within a few pictures; to look for ever would cost for ever."""


class NoPicture(LiveError):
    """The camera sent nothing a session could begin with; the message says how it stands."""

    retry_seconds = 5.0


class WhepSession:
    """`open`, then `run` until either side ends it. Belongs to one event loop."""

    def __init__(
        self,
        key: StreamKey,
        offer: Offer,
        hub: LiveHub,
        clock: Clock,
        limits: WhepLimits,
        network: WhepNetwork,
        randomness: random.Random,
    ) -> None:
        self.id = secrets.token_urlsafe(12)
        self.etag = secrets.token_urlsafe(6)
        self.key = key
        self.answer = ""
        self._offer = offer
        self._hub = hub
        self._clock = clock
        self._limits = limits
        self._network = network
        self._gatherer = LanGatherer(network, clock, randomness)
        self._ice = RTCIceTransport(self._gatherer)
        self._dtls = RTCDtlsTransport(self._ice, [RTCCertificate.generateCertificate()])
        self._track = CameraTrack(limits, clock, lambda: self._gatherer.connection.unsent_bytes)
        self._sender = RTCRtpSender(self._track, self._dtls)
        self._candidates_left = limits.remote_candidates
        self._viewer: Viewer | None = None
        self._view = StreamView("opening")
        self._view_changed = asyncio.Event()
        self._checked_for_b = 0
        self._reordered = False
        self._ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def open(self) -> None:
        """Waits for the camera's first key frame and writes `answer`. Raises NoPicture, NotAcceptable; then
        everything has been given up again."""
        try:
            self._watch(lambda _unit: None)
            codec = await self._camera_codec()
            codecs = choose_codec(self._offer, codec)
            await self._gatherer.gather()
            answer = write_answer(self._offer, codecs, self._gatherer, self._dtls, self._sender, self._network.announce)
            self._sending = answer.sending
            self._dtls._set_role(answer.dtls_role)
            self.answer = answer.text
        finally:
            if not self.answer:
                await self._close()

    async def run(self) -> None:
        """Returns when the session is over and everything it held has been given up."""
        work = asyncio.create_task(self._serve(), name=f"whep {self.key[0]}")
        try:
            await asyncio.wait((work, self._ended), return_when=asyncio.FIRST_COMPLETED)
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await self._close()
        reason = self._ended.result() if self._ended.done() else "cancelled"
        logger.info("WHEP session of %s/%s over: %s", *self.key, reason)
        if not work.cancelled():
            work.result()

    def end(self, code: int, reason: str) -> None:
        """Ends the session; no picture is sent after this call. WebRTC carries no code: the peer sees it close."""
        del code
        self._end(reason)

    def revoke(self) -> None:
        self._end("signed out")

    def set_rights(self, rights: PageRights) -> None:
        if not rights.may_watch(*self.key):
            self._end("not allowed any more")

    async def trickle(self, fragment: str) -> None:
        """Takes further addresses of the player. Raises MalformedOffer, RestartUnsupported."""
        candidates = read_fragment(fragment, self._offer.ice, self._candidates_left)
        self._candidates_left -= len(candidates)
        for candidate in candidates:
            await self._ice.addRemoteCandidate(candidate)

    def _end(self, reason: str) -> None:
        self._unwatch()
        self._track.stop()
        if not self._ended.done():
            self._ended.set_result(reason)

    async def _camera_codec(self) -> str:
        """As RFC 6381 names it, once the first key frame was read."""
        try:
            async with asyncio.timeout(self._limits.first_picture_seconds):
                while self._view.format is None and self._view.state != "ended":
                    self._view_changed.clear()
                    await self._view_changed.wait()
        except TimeoutError:
            raise NoPicture(self._view.reason or "the camera sends no picture") from None
        if self._view.format is None:
            raise NoPicture(self._view.reason)
        codec = self._view.format.codec
        if not codec.startswith("avc1."):
            raise NotAcceptable(f"the stream is {codec}, and players take H.264: ask for ?profile=transcoded")
        if self._reordered:
            raise NotAcceptable(self._b_frames())
        return codec

    async def _serve(self) -> None:
        self._end(await self._serve_until_over())

    async def _serve_until_over(self) -> str:
        try:
            async with asyncio.timeout(self._limits.connect_seconds):
                for candidate in self._offer.candidates:
                    await self._ice.addRemoteCandidate(candidate)
                await self._ice.start(self._offer.ice)
                if self._ice.state != "completed":
                    return "the player could not be reached"
                await self._dtls.start(self._offer.dtls)
        except TimeoutError:
            return f"the player did not connect within {self._limits.connect_seconds:g} s"
        if self._dtls.state != "connected":
            return "the player's keys do not fit its offer"
        # Joining anew gives the GOP so far, so that the first picture comes at once.
        self._watch(self._track.put)
        await self._sender.send(self._sending)
        while self._dtls.state == "connected" and self._ice.state == "completed":
            silent = self._clock.monotonic() - self._gatherer.connection.last_heard
            if silent > self._limits.peer_silence_seconds:
                return f"nothing heard of the player for {silent:.0f} s"
            await self._clock.sleep(CHECK_SECONDS)
        return "the player closed the connection"

    def _watch(self, on_unit: Callable[[LiveUnit], None]) -> None:
        def take(live_unit: LiveUnit) -> None:
            if self._checked_for_b < UNITS_CHECKED_FOR_B:
                self._look_for_b_frames(live_unit)
            on_unit(live_unit)

        self._unwatch()
        if self._ended.done():
            return
        self._viewer = Viewer(on_unit=take, on_view=self._on_view)
        self._hub.watch(self.key, self._viewer)

    def _unwatch(self) -> None:
        viewer, self._viewer = self._viewer, None
        if viewer:
            self._hub.unwatch(self.key, viewer)

    def _look_for_b_frames(self, live_unit: LiveUnit) -> None:
        self._checked_for_b += 1
        if live_unit.unit.codec == "h264" and has_b_slices(live_unit.unit.data):
            self._reordered = True
            if self.answer:
                self._end(self._b_frames())

    def _b_frames(self) -> str:
        return "the stream has B-frames, which WebRTC cannot show in order: turn them off in the camera's encoder"

    def _on_view(self, view: StreamView) -> None:
        self._view = view
        self._view_changed.set()
        if self.answer and (
            view.state == "ended" or (view.format is not None and not view.format.codec.startswith("avc1."))
        ):
            self._end(view.reason or "the camera sends another format now")

    async def _close(self) -> None:
        self._unwatch()
        self._track.stop()
        await self._sender.stop()
        await self._dtls.stop()
        await self._ice.stop()
