"""The SDP answer: one video section sent, everything else declined."""

from dataclasses import dataclass

from aiortc import (
    RTCDtlsTransport,
    RTCIceCandidate,
    RTCIceGatherer,
    RTCIceParameters,
    RTCRtpCodecParameters,
    RTCRtpSender,
    sdp,
)
from aiortc import RTCRtpHeaderExtensionParameters as HeaderExtension
from aiortc.rtcrtpparameters import RTCRtcpParameters, RTCRtpSendParameters

from wall.whep_errors import NotAcceptable
from wall.whep_offer import Offer

EXTENSIONS = frozenset(
    {"urn:ietf:params:rtp-hdrext:sdes:mid", "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"}
)
FEEDBACK = frozenset({("nack", None), ("nack", "pli"), ("ccm", "fir")})
STREAM = "gridwatch"


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    sending: RTCRtpSendParameters
    dtls_role: str


def write_answer(
    offer: Offer,
    codecs: list[RTCRtpCodecParameters],
    gatherer: RTCIceGatherer,
    dtls: RTCDtlsTransport,
    sender: RTCRtpSender,
    announce: tuple[str, ...],
) -> Answer:
    """`codecs` are those of the offer that will be used; the gatherer has gathered. Raises NotAcceptable."""
    role = "server" if offer.dtls.role == "client" else "client"
    candidates = _candidates(gatherer, announce)
    if not candidates:
        raise NotAcceptable("no UDP port is free for this session, or no announced address is of this network's kind")
    transport = _Transport(gatherer.getLocalParameters(), candidates, dtls, role)
    for codec in codecs:
        codec.rtcpFeedback = [one for one in codec.rtcpFeedback if (one.type, one.parameter) in FEEDBACK]
    extensions = [one for one in offer.video.rtp.headerExtensions if one.uri in EXTENSIONS]
    description = sdp.SessionDescription()
    description.origin = f"{STREAM} 1 1 IN IP4 0.0.0.0"
    description.msid_semantic.append(sdp.GroupDescription("WMS", ["*"]))
    bundled = next((group.items for group in offer.description.group if group.semantic == "BUNDLE"), [])
    accepted = []
    for media in offer.description.media:
        if media is offer.video:
            section = _sent(media, codecs, extensions, sender, transport)
        elif media.kind in ("audio", "video") and media.rtp.codecs and _share(bundled, media, offer.video):
            section = _silent(media, transport)
        else:
            section = _declined(media)
        description.media.append(section)
        if section.port:
            accepted.append(section.rtp.muxId)
    if bundled:
        description.group.append(sdp.GroupDescription("BUNDLE", [mid for mid in bundled if mid in accepted]))
    sending = RTCRtpSendParameters(
        codecs=codecs,
        headerExtensions=extensions,
        muxId=offer.video.rtp.muxId,
        rtcp=RTCRtcpParameters(cname=STREAM, mux=True, ssrc=sender._ssrc),
    )
    return Answer(str(description), sending, role)


@dataclass(frozen=True, slots=True)
class _Transport:
    ice: RTCIceParameters
    candidates: list[RTCIceCandidate]
    dtls: RTCDtlsTransport
    role: str

    def describe(self, section: sdp.MediaDescription) -> None:
        section.rtcp_mux, section.rtcp_port, section.rtcp_host = True, 9, "0.0.0.0"
        section.ice = self.ice
        section.ice_candidates = self.candidates
        section.ice_candidates_complete = True
        section.host = self.candidates[0].ip
        section.port = self.candidates[0].port
        section.dtls = self.dtls.getLocalParameters()
        section.dtls.role = self.role


def _candidates(gatherer: RTCIceGatherer, announce: tuple[str, ...]) -> list[RTCIceCandidate]:
    found: list[RTCIceCandidate] = gatherer.getLocalCandidates()
    if not announce:
        return found
    return [
        RTCIceCandidate(
            component=1,
            foundation=f"{index}{number}",
            ip=address,
            port=one.port,
            priority=one.priority,
            protocol="udp",
            type="host",
        )
        for index, one in enumerate(found)
        for number, address in enumerate(announce)
        if (":" in address) == (":" in one.ip)
    ]


def _share(bundled: list[int | str], media: sdp.MediaDescription, video: sdp.MediaDescription) -> bool:
    return media.rtp.muxId in bundled and video.rtp.muxId in bundled


def _sent(
    media: sdp.MediaDescription,
    codecs: list[RTCRtpCodecParameters],
    extensions: list[HeaderExtension],
    sender: RTCRtpSender,
    transport: _Transport,
) -> sdp.MediaDescription:
    section = sdp.MediaDescription("video", 9, media.profile, [one.payloadType for one in codecs])
    section.direction = "sendonly"
    section.msid = f"{STREAM} {sender._track_id}"
    section.rtp.codecs, section.rtp.headerExtensions, section.rtp.muxId = codecs, extensions, media.rtp.muxId
    section.ssrc = [sdp.SsrcDescription(sender._ssrc, cname=STREAM)]
    if len(codecs) > 1:
        section.ssrc.append(sdp.SsrcDescription(sender._rtx_ssrc, cname=STREAM))
        section.ssrc_group = [sdp.GroupDescription("FID", [sender._ssrc, sender._rtx_ssrc])]
    transport.describe(section)
    return section


def _silent(media: sdp.MediaDescription, transport: _Transport) -> sdp.MediaDescription:
    """Kept within the bundle and never used: some players drop the whole bundle when its first section is declined."""
    codec = media.rtp.codecs[0]
    codec.rtcpFeedback = []
    section = sdp.MediaDescription(media.kind, 9, media.profile, [codec.payloadType])
    section.direction = "inactive"
    section.rtp.codecs, section.rtp.muxId = [codec], media.rtp.muxId
    transport.describe(section)
    return section


def _declined(media: sdp.MediaDescription) -> sdp.MediaDescription:
    section = sdp.MediaDescription(media.kind, 0, media.profile, media.fmt)
    section.direction = "inactive"
    section.rtp.muxId = media.rtp.muxId
    section.ice = RTCIceParameters()
    return section
