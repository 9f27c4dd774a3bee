"""Which profiles become the main and the sub stream, over the lists that devices really have."""

import pytest

from ingest.onvif.profiles import VideoProfile, choose_streams, profiles_in
from ingest.onvif.xml_reply import read_xml
from tests.onvif.brands import profile as media1
from tests.onvif.brands import profile2 as media2


def one(token: str, codec: str, size: str = "0x0", fps: float = 25, source: str = "S", ptz: str = "") -> VideoProfile:
    width, height = map(int, size.split("x"))
    return VideoProfile(token, token, source, codec, width, height, fps, 50, 1024, ptz)


MAIN, SUB = one("main", "H264", "1920x1080"), one("sub", "H264", "640x360")
MAIN_265 = one("main", "H265", "2560x1440")
THIRD = one("third", "H264", "1280x720")
JPEG = one("jpeg", "JPEG", "1920x1080")
CASES: dict[str, tuple[list[VideoProfile], str | None, str | None]] = {
    "two of one codec": ([MAIN, SUB], "sub", "main"),
    "the other way round": ([SUB, MAIN], "sub", "main"),
    "H.265 main with an H.264 sub": ([MAIN_265, SUB], "sub", "main"),
    "H.265 in both": ([MAIN_265, one("sub", "H265", "640x360")], "sub", "main"),
    "an H.265 sub and a larger H.264 third": ([MAIN_265, one("sub", "H265", "640x360"), THIRD], "third", "main"),
    "a third that is nearer to the wall's size": ([MAIN, one("cif", "H264", "352x288"), SUB], "sub", "main"),
    "a third between the two": ([MAIN, THIRD, SUB], "sub", "main"),
    "three in odd order": ([THIRD, SUB, MAIN], "sub", "main"),
    "4:3 main and sub": ([one("main", "H264", "2592x1944"), one("sub", "H264", "640x480")], "sub", "main"),
    "4:3 sub of a 16:9 main": ([MAIN, one("sub", "H264", "704x576")], "sub", "main"),
    "a sub of 720p is the largest there may be": ([MAIN_265, THIRD], "third", "main"),
    "two large ones": ([one("a", "H264", "3840x2160"), MAIN], "main", "a"),
    "the same picture twice": ([MAIN, one("copy", "H264", "1920x1080")], "main", None),
    "the same size, other codec": ([one("a", "H265", "1920x1080"), MAIN], "main", None),
    "the same size, more frames": ([MAIN, one("fast", "H264", "1920x1080", 50)], "main", None),
    "only one": ([MAIN], "main", None),
    "only a small one": ([SUB], "sub", None),
    "sizes missing in one": ([one("unknown", "H264"), MAIN, SUB], "sub", "main"),
    "sizes missing in all": ([one("a", "H264"), one("b", "H265")], None, None),
    "codec missing, as Media has it of H.265": ([one("main", "", "2560x1440"), SUB], "sub", None),
    "MJPEG beside": ([JPEG, MAIN, SUB], "sub", "main"),
    "MJPEG as the only small one": ([MAIN, one("jpeg", "JPEG", "640x360")], "main", None),
    "MJPEG only": ([JPEG], None, None),
    "MPEG-4 only": ([one("a", "MPEG4", "640x480")], None, None),
    "audio only": ([one("audio", "")], None, None),
    "none": ([], None, None),
    "the turning source of two": (
        [MAIN, SUB, one("ptz-main", "H264", "1280x960", source="T", ptz="C"), one("ptz-sub", "H264", "640x480",
            source="T", ptz="C")], "ptz-sub", "ptz-main"),
    "the first source of a recorder": ([MAIN, SUB, one("b", "H265", "3840x2160", source="S2")], "sub", "main"),
    "a turning source without pictures": ([one("ptz", "", source="T", ptz="C"), MAIN, SUB], "sub", "main"),
}  # fmt: skip


@pytest.mark.parametrize(("profiles", "sub", "main"), CASES.values(), ids=CASES.keys())
def test_streams_are_chosen(profiles: list[VideoProfile], sub: str | None, main: str | None) -> None:
    chosen = choose_streams(profiles, next((p.token for p in profiles if p.ptz), ""))
    assert [p.token if p else None for p in (chosen.sub, chosen.main)] == [sub, main]


REPLIES: dict[str, tuple[str, list[tuple[str, str, int]], str | None, str | None]] = {
    "Media, H.265 without its encoder (easy_onvif_workspace #20)": (
        '<Profiles token="A"><VideoEncoderConfiguration token="E"><Name>x</Name></VideoEncoderConfiguration></Profiles>'
        + media1("B", "H264", (640, 480)), [("A", "", 0), ("B", "H264", 640)], "B", None),
    "Media that says H265 all the same (use-go/onvif #43)": (
        media1("A", "H265", (1920, 1080)) + media1("B", "H264", (704, 576)),
        [("A", "H265", 1920), ("B", "H264", 704)], "B", "A"),
    "Media2 only": (
        media2("A", "H265", 2688, 1520) + media2("B", "H264", 640, 360),
        [("A", "H265", 2688), ("B", "H264", 640)], "B", "A"),
    "Media2 with MIME types": (
        media2("A", "video/H265", 1920, 1080) + media2("B", "video/MP4V-ES", 640, 360),
        [("A", "H265", 1920), ("B", "MPEG4", 640)], "A", None),
    "audio only": (
        '<Profiles token="A"><Name>a</Name><AudioEncoderConfiguration token="E"><Encoding>AAC</Encoding>'
        "</AudioEncoderConfiguration></Profiles>", [("A", "", 0)], None, None),
    "sizes beyond reason": (
        media1("A", "H264", (99999, 9)) + media1("B", "H264", (640, -1)), [("A", "H264", 0), ("B", "H264", 640)],
        None, None),
    "tokens missing, empty and endless": (
        media1("", "H264", (640, 360)) + "<Profiles/>" + media1("t" * 65, "H264", (640, 360)), [], None, None),
}  # fmt: skip


@pytest.mark.parametrize(("inner", "read", "sub", "main"), REPLIES.values(), ids=REPLIES.keys())
def test_profiles_are_read(inner: str, read: list[tuple[str, str, int]], sub: str | None, main: str | None) -> None:
    found = profiles_in(read_xml(f"<GetProfilesResponse>{inner}</GetProfilesResponse>".encode()))
    assert [(p.token, p.codec, p.width) for p in found] == read
    chosen = choose_streams(found)
    assert [p.token if p else None for p in (chosen.sub, chosen.main)] == [sub, main]
