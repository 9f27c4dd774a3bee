"""Descriptions as cameras write them, and as an attacker might."""

import base64

import pytest

from ingest.rtsp.sdp import MAX_SPROP_SETS, UnsupportedStream, parse_video_track

BASE = "rtsp://10.0.0.5/live/ch1"


def _sdp(*lines: str) -> bytes:
    return "\r\n".join(["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=x", *lines, ""]).encode()


@pytest.mark.parametrize(
    ("base", "session", "media", "track", "aggregate"),
    [
        (BASE, "*", "trackID=1", BASE + "/trackID=1", BASE),
        (BASE + "/", "*", "trackID=1", BASE + "/trackID=1", BASE + "/"),
        (BASE, BASE + "/", BASE + "/trackID=1", BASE + "/trackID=1", BASE + "/"),
        (BASE, "*", "/other/track1", "rtsp://10.0.0.5/other/track1", BASE),
        (BASE, None, "*", BASE, BASE),
        (BASE, "*", "rtsp://10.0.0.5:554/x?trackID=1", "rtsp://10.0.0.5:554/x?trackID=1", BASE),
    ],
    ids=["relative", "base with slash", "absolute", "from the root", "star", "absolute with query"],
)
def test_control_addresses(base: str, session: str | None, media: str, track: str, aggregate: str) -> None:
    lines = [f"a=control:{session}"] if session else []
    body = _sdp(*lines, "m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000", f"a=control:{media}")
    found, whole = parse_video_track(body, base)
    assert (found.control, whole) == (track, aggregate)


def test_video_is_found_behind_audio_and_data() -> None:
    body = _sdp(
        "m=audio 0 RTP/AVP 8", "a=rtpmap:8 PCMA/8000", "a=control:a",
        "m=application 0 RTP/AVP 107", "a=rtpmap:107 vnd.onvif.metadata/90000", "a=control:m",
        "m=video 0 RTP/AVP 97", "a=rtpmap:97 H265/90000", "a=control:v",
    )  # fmt: skip
    found, _ = parse_video_track(body, BASE)
    assert (found.codec, found.payload_type, found.control, found.index) == ("h265", 97, BASE + "/v", 2)


def test_parameter_sets_of_both_codecs() -> None:
    sps, pps, vps = b"\x67\x4d\x00\x1e", b"\x68\xee\x3c\x80", b"\x40\x01"
    text = [base64.b64encode(unit).decode() for unit in (sps, pps, vps, b"\x00\x00\x00\x01" + sps)]
    h264 = _sdp(
        "m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000",
        f"a=fmtp:96 packetization-mode=1; sprop-parameter-sets={text[0]},{text[1]}; profile-level-id=4d001e",
    )  # fmt: skip
    h265 = _sdp(
        "m=video 0 RTP/AVP 96",
        "a=rtpmap:96 H265/90000",
        f"a=fmtp:96 sprop-vps={text[2]};sprop-sps={text[3]};sprop-pps=%%%",
    )
    assert parse_video_track(h264, BASE)[0].parameter_sets == (sps, pps)
    assert parse_video_track(h265, BASE)[0].parameter_sets == (vps, sps)


def test_an_absurd_number_of_sets_is_cut() -> None:
    many = ",".join([base64.b64encode(b"\x67\x01\x02").decode()] * 500)
    body = _sdp("m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000", f"a=fmtp:96 sprop-parameter-sets={many}")
    assert len(parse_video_track(body, BASE)[0].parameter_sets) <= MAX_SPROP_SETS


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no H.264 or H.265"),
        (b"\xff\xfe\x00garbage", "no H.264 or H.265"),
        (_sdp("m=video 0 RTP/AVP 26", "a=rtpmap:26 JPEG/90000"), "only JPEG"),
        (_sdp("m=audio 0 RTP/AVP 96", "a=rtpmap:96 H264/90000"), "no H.264"),
        (_sdp("m=video 0 RTP/AVP " + "9" * 5000, "a=rtpmap:96 H264/90000"), "no H.264"),
    ],
    ids=["empty", "garbage", "motion jpeg", "codec under audio", "number bomb"],
)
def test_no_video_we_read_is_said(body: bytes, said: str) -> None:
    with pytest.raises(UnsupportedStream, match=said):
        parse_video_track(body, BASE)
