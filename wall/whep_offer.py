"""What a WHEP player offers: read, checked, and bounded. A player is an attacker until proven otherwise."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from aiortc import RTCDtlsParameters, RTCIceCandidate, RTCIceParameters, RTCRtpCodecParameters, sdp
from aiortc.rtcdtlstransport import X509_DIGEST_ALGORITHMS

from wall.whep_errors import MalformedOffer, NotAcceptable, RestartUnsupported

# aiortc's parser was written for peers that mean well; these are what it raises on anything else.
PARSER_ERRORS = (AssertionError, AttributeError, IndexError, KeyError, StopIteration, TypeError, ValueError)
UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")
PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")
PREFERRED_LABELS = ("42e01f", "42001f")
"""Constrained baseline and baseline at level 3.1: under either, players take higher profiles too."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A checked offer: `video` is the section that will be answered, all others are declined."""

    description: sdp.SessionDescription
    video: sdp.MediaDescription
    ice: RTCIceParameters
    dtls: RTCDtlsParameters
    candidates: tuple[RTCIceCandidate, ...]


def read_offer(text: str, most_candidates: int) -> Offer:
    """Raises MalformedOffer, or NotAcceptable where there is nothing we could send."""
    try:
        description = sdp.SessionDescription.parse(text)
    except PARSER_ERRORS as error:
        raise MalformedOffer("the body is not an SDP offer") from error
    if not description.media:
        raise MalformedOffer("the offer has no media")
    video = next((media for media in description.media if _wants_video(media)), None)
    if video is None:
        raise NotAcceptable("the offer does not ask to receive video")
    ice, dtls = _transport(video)
    candidates = [one for media in description.media for one in media.ice_candidates]
    return Offer(description, video, ice, dtls, tuple(usable_candidates(candidates, most_candidates)))


def _wants_video(media: sdp.MediaDescription) -> bool:
    return media.kind == "video" and media.direction in (None, "recvonly", "sendrecv")


def _transport(video: sdp.MediaDescription) -> tuple[RTCIceParameters, RTCDtlsParameters]:
    ice, dtls = video.ice, video.dtls
    if ice is None or not _is(UFRAG, ice.usernameFragment) or not _is(PASSWORD, ice.password):
        raise MalformedOffer("the offer lacks a=ice-ufrag or a=ice-pwd")
    if dtls is None or not any(one.algorithm.lower() in X509_DIGEST_ALGORITHMS for one in dtls.fingerprints):
        raise MalformedOffer("the offer lacks a=setup or an a=fingerprint of sha-256 or better")
    if not video.rtcp_mux:
        raise NotAcceptable("the offer lacks a=rtcp-mux")
    if not isinstance(video.rtp.muxId, str) or len(video.rtp.muxId) > 64:
        raise MalformedOffer("a=mid is too long")
    return ice, dtls


def _is(pattern: re.Pattern[str], value: str | None) -> bool:
    return value is not None and pattern.fullmatch(value) is not None


def usable_candidates(candidates: Iterable[RTCIceCandidate], most: int) -> list[RTCIceCandidate]:
    """UDP addresses, at most so many. Names (mDNS) are left out: resolving them would send multicast on a player's
    word, and the player's own checks make its address known anyway."""
    usable = [
        one
        for one in candidates
        if one.component == 1 and one.protocol.lower() == "udp" and not one.ip.lower().endswith(".local")
    ]
    return usable[:most]


def choose_codec(offer: Offer, camera_codec: str) -> list[RTCRtpCodecParameters]:
    """The H.264 format of the offer that fits the camera's stream best (`avc1.64001f`), with its retransmission
    format where there is one. Raises NotAcceptable."""
    formats = [one for one in offer.video.rtp.codecs if one.mimeType.lower() == "video/h264"]
    usable = [one for one in formats if str(one.parameters.get("packetization-mode", "0")) == "1"]
    if not usable:
        raise NotAcceptable(
            "the offer holds no H.264 with packetization-mode=1, and the camera's pictures are not transcoded"
        )
    chosen = min(usable, key=lambda one: _distance(one, camera_codec.removeprefix("avc1.")))
    again = [
        one
        for one in offer.video.rtp.codecs
        if one.name.lower() == "rtx" and one.parameters.get("apt") == chosen.payloadType
    ]
    return [chosen, *again[:1]]


def _distance(codec: RTCRtpCodecParameters, wanted: str) -> int:
    """The same profile first, then the labels every player takes, then whatever is offered."""
    label = str(codec.parameters.get("profile-level-id", PREFERRED_LABELS[0])).lower()
    try:
        if sdp.parse_h264_profile_level_id(label)[0] == sdp.parse_h264_profile_level_id(wanted)[0]:
            return 0
    except ValueError:
        pass  # a label or stream outside the table of RFC 6184: matched by its text alone
    return PREFERRED_LABELS.index(label) + 1 if label in PREFERRED_LABELS else len(PREFERRED_LABELS) + 1


def read_fragment(text: str, offered: RTCIceParameters, most_candidates: int) -> list[RTCIceCandidate]:
    """The candidates of a trickled SDP fragment (RFC 8840). Raises MalformedOffer, RestartUnsupported."""
    candidates: list[RTCIceCandidate] = []
    for line in text.splitlines():
        name, _, value = line.removeprefix("a=").partition(":")
        if (name == "ice-ufrag" and value.strip() != offered.usernameFragment) or (
            name == "ice-pwd" and value.strip() != offered.password
        ):
            raise RestartUnsupported("ICE restarts are not supported: open a new session")
        if name == "candidate":
            try:
                candidates.append(sdp.candidate_from_sdp(value))
            except PARSER_ERRORS as error:
                raise MalformedOffer("a candidate cannot be read") from error
    return usable_candidates(candidates, most_candidates)
