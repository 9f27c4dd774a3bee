"""Session description of one stream (RFC 8866; format parameters of RFC 6184 section 8.1 and RFC 7798 section 7.1)."""

from base64 import b64encode

from sim.rtsp.packetise import PAYLOAD_TYPE, VIDEO_CLOCK_HZ, PacketisedScene

TRACK = "trackID=1"


def describe(scene: PacketisedScene, name: str, origin: int) -> bytes:
    encoding = {"h264": "H264", "h265": "H265"}[scene.codec]
    fps = scene.idle[0].fps
    lines = [
        "v=0",
        f"o=- {origin} {origin} IN IP4 0.0.0.0",
        f"s={name}",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=range:npt=now-",
        "a=control:*",
        f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
        f"a=rtpmap:{PAYLOAD_TYPE} {encoding}/{VIDEO_CLOCK_HZ}",
        f"a=fmtp:{PAYLOAD_TYPE} {_format_parameters(scene)}",
        f"a=framerate:{fps:g}",
        f"a=control:{TRACK}",
    ]
    return "".join(line + "\r\n" for line in lines).encode()


def _format_parameters(scene: PacketisedScene) -> str:
    sets = [b64encode(one).decode() for one in scene.parameter_sets]
    if scene.codec == "h265":
        return ";".join(f"sprop-{name}={text}" for name, text in zip(("vps", "sps", "pps"), sets, strict=True))
    profile = scene.parameter_sets[0][1:4].hex()
    return f"packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={','.join(sets)}"
