"""A voice note from a phone: checked, bounded, and encoded anew as what every browser plays (AAC in MP4)."""

import io

import av
from av.audio.resampler import AudioResampler

MAX_BYTES = 4 * 1024 * 1024
LONGEST_SECONDS = 65.0
"""A phone records a minute; it may be slow to stop."""
RATE = 24_000
BIT_RATE = 32_000
FORMATS = {"webm": "matroska", "ogg": "ogg", "mp4": "mp4"}
CODECS = frozenset({"opus", "vorbis", "aac"})


class VoiceError(ValueError):
    """The bytes are no voice note we take; the message is fit for the person who sent it."""


def is_voice(data: bytes) -> bool:
    """By what browsers record: WebM (RFC 9559), Ogg (RFC 3533) or MP4. Pictures begin otherwise."""
    return _container(data) is not None


def _container(data: bytes) -> str | None:
    if data.startswith(b"\x1a\x45\xdf\xa3"):
        return FORMATS["webm"]
    if data.startswith(b"OggS"):
        return FORMATS["ogg"]
    return FORMATS["mp4"] if data[4:8] == b"ftyp" else None


def read_voice(data: bytes) -> bytes:
    """One sound of at most about a minute, mono, without metadata. Raises `VoiceError`."""
    container = _container(data)
    if container is None or len(data) > MAX_BYTES:
        raise VoiceError(f"a voice note is WebM, Ogg or MP4 of at most {MAX_BYTES} bytes")
    try:
        # The format is named: the library is not left to guess among the hundreds it knows.
        with av.open(io.BytesIO(data), mode="r", format=container) as given:
            if len(given.streams) != 1 or len(given.streams.audio) != 1:
                raise VoiceError("a voice note holds one sound and nothing else")
            if given.streams.audio[0].codec_context.name not in CODECS:
                raise VoiceError("a voice note is Opus, Vorbis or AAC")
            return _encode(given)
    except (av.FFmpegError, ValueError) as error:
        raise error if isinstance(error, VoiceError) else VoiceError("the voice note cannot be decoded") from error


def _encode(given: "av.container.InputContainer") -> bytes:
    made = io.BytesIO()
    resampler = AudioResampler(format="fltp", layout="mono", rate=RATE)
    samples = 0
    with av.open(made, "w", format="ipod") as output:
        stream = output.add_stream("aac", rate=RATE, layout="mono", bit_rate=BIT_RATE)
        for frame in given.decode(audio=0):
            for part in resampler.resample(frame):
                samples += part.samples
                if samples > LONGEST_SECONDS * RATE:
                    raise VoiceError("a voice note lasts a minute at most")
                part.pts = samples - part.samples
                output.mux(stream.encode(part))
        for part in resampler.resample(None):
            samples += part.samples
            part.pts = samples - part.samples
            output.mux(stream.encode(part))
        if not samples:
            raise VoiceError("the voice note is empty")
        output.mux(stream.encode(None))
    return made.getvalue()
