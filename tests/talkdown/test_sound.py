"""Sound as devices take it, held against FFmpeg; and what a file must not be."""

import io
import wave

import av
import numpy as np
import pytest

from ingest.rtsp.sdp import UnsupportedStream, parse_back_channel
from sim.hearing import DECODED
from talkdown.sound import RATE, SoundProblem, frames_of, g711, quieter, read_wav, write_wav

EVERY = np.arange(-32768, 32768).astype(np.int16)


@pytest.mark.parametrize(("encoding", "codec"), [("PCMU", "pcm_mulaw"), ("PCMA", "pcm_alaw")])
def test_g711_is_what_others_decode(encoding: str, codec: str) -> None:
    decoder = av.CodecContext.create(codec, "r")
    decoder.sample_rate, decoder.format, decoder.layout = RATE, "s16", "mono"
    (frame,) = decoder.decode(av.Packet(g711(EVERY, encoding)))
    heard = frame.to_ndarray()[0].astype(int)
    # Half a step of the coarsest segment, and μ-law's clipping at 32635.
    assert np.abs(heard - EVERY).max() <= 650
    small = np.abs(EVERY.astype(int)) < 256
    assert np.abs(heard - EVERY)[small].max() <= 8
    codes = np.arange(256, dtype=np.uint8)
    (all_codes,) = decoder.decode(av.Packet(codes.tobytes()))
    assert (all_codes.to_ndarray()[0] == DECODED[encoding]).all()


def wav(samples: np.ndarray, rate: int, channels: int, width: int) -> bytes:
    """`samples` from -1 to 1."""
    levels = np.repeat(samples, channels)
    if width == 1:
        raw = np.round(levels * 127 + 128).astype(np.uint8).tobytes()
    else:
        whole = np.round(levels * (2 ** (8 * width - 1) - 1)).astype("<i4")
        raw = b"".join(int(one).to_bytes(width, "little", signed=True) for one in whole)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        file.writeframes(raw)
    return buffer.getvalue()


@pytest.mark.parametrize(("rate", "channels", "width"), [(8000, 1, 1), (16_000, 2, 2), (44_100, 1, 3), (48_000, 2, 4)])
def test_files_of_all_kinds_become_8_khz(rate: int, channels: int, width: int) -> None:
    at = np.arange(rate // 2) / rate
    voice, hiss = 0.5 * np.sin(2 * np.pi * 700 * at), 0.4 * np.sin(2 * np.pi * 5500 * at) * (rate > 8000)
    sound = read_wav(wav(voice + hiss, rate, channels, width), 10)
    assert len(sound) == 4000
    wanted = 16384 * np.sin(2 * np.pi * 700 * np.arange(4000) / RATE)
    assert np.abs(sound - wanted)[200:-200].max() < 400


def test_what_is_written_is_read() -> None:
    sound = (np.sin(np.arange(1000)) * 9000).astype(np.int16)
    assert (read_wav(write_wav(sound), 1) == sound).all()
    assert np.abs(quieter(sound, 25)).max() == pytest.approx(2250, abs=2)
    frames = frames_of(sound)
    assert (len(frames), {len(frame) for frame in frames}) == (7, {160})


BAD = [
    ("nothing", b"", "not a WAV file"),
    ("text", b"hello there, this is no sound at all, is it", "not a WAV file"),
    ("cut off in the head", write_wav(np.zeros(800, np.int16))[:30], "not a WAV file"),
    ("too short", write_wav(np.zeros(100, np.int16)), "shorter"),
    ("too long", write_wav(np.zeros(9000, np.int16)), "longer than 1 s"),
    ("too many channels", wav(np.zeros(800), 8000, 6, 2), "one or two channels"),
    ("a rate nobody has", wav(np.zeros(800), 400_000, 1, 2), "4 to 192 kHz"),
]


@pytest.mark.parametrize(("data", "said"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_is_no_sound_is_refused_with_its_reason(data: bytes, said: str) -> None:
    with pytest.raises(SoundProblem, match=said) as problem:
        read_wav(data, 1.0)
    assert problem.value.zh


VIDEO = "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=1\r\n"
TRACKS = [
    ("named", "m=audio 0 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=sendonly\r\na=control:back\r\n", ("PCMA", 8)),
    ("static type", "m=audio 0 RTP/AVP 0\r\na=sendonly\r\na=control:back\r\n", ("PCMU", 0)),
    ("after others", "m=audio 0 RTP/AVP 97 0\r\na=rtpmap:97 MPEG4-GENERIC/16000\r\na=sendonly\r\na=control:back\r\n",
     ("PCMU", 0)),
    ("beside a microphone", "m=audio 0 RTP/AVP 0\r\na=recvonly\r\na=control:mic\r\n"
     "m=audio 0 RTP/AVP 8\r\na=sendonly\r\na=control:back\r\n", ("PCMA", 8)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), [row[1:] for row in TRACKS], ids=[row[0] for row in TRACKS])
def test_the_back_channel_is_found(text: str, wanted: tuple[str, int]) -> None:
    track, aggregate = parse_back_channel((VIDEO + text).encode(), "rtsp://10.0.0.1/live/")
    assert (track.encoding, track.payload_type) == wanted
    assert (track.control, aggregate) == ("rtsp://10.0.0.1/live/back", "rtsp://10.0.0.1/live/")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "offers no loudspeaker"),
        ("m=audio 0 RTP/AVP 0\r\na=recvonly\r\n", "offers no loudspeaker"),
        ("m=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/16000\r\na=sendonly\r\n", "MPEG4-GENERIC/16000"),
        ("m=audio 0 RTP/AVP 98\r\na=rtpmap:98 PCMU/16000\r\na=sendonly\r\n", "PCMU/16000"),
    ],
)
def test_cameras_without_one_say_what_they_have(text: str, said: str) -> None:
    with pytest.raises(UnsupportedStream, match=said):
        parse_back_channel((VIDEO + text).encode(), "rtsp://10.0.0.1/live/")
