"""Sound as loudspeakers of the field take it: 8 kHz, one channel, 16-bit samples, little-endian; and its G.711 form."""

import io
import wave

import numpy as np
from numpy.typing import NDArray

RATE = 8000
FRAME_SECONDS = 0.02
FRAME_SAMPLES = 160
FRAME_BYTES = 2 * FRAME_SAMPLES
Samples = NDArray[np.int16]
_LEAST_RATE, _MOST_RATE = 4000, 192_000
_WIDTHS = (1, 2, 3, 4)


class SoundProblem(ValueError):
    """A file that is no sound we can use; the text says why, `zh` the same in Chinese."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh


def read_wav(data: bytes, longest_seconds: float) -> Samples:
    """PCM of a WAV file (RIFF, 8 to 32 bits, one or two channels, 4 to 192 kHz), brought to 8 kHz and one channel.
    Raises SoundProblem."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            channels, width, rate, frames = file.getparams()[:4]
            if channels not in (1, 2) or width not in _WIDTHS or not _LEAST_RATE <= rate <= _MOST_RATE:
                raise SoundProblem(
                    "声音须为单声道或双声道、8 至 32 位、4 至 192 kHz 的 WAV",
                    "sound must be a WAV file of one or two channels, 8 to 32 bits, 4 to 192 kHz",
                )
            frames = min(frames, len(data) // (channels * width))  # what the header says need not be there
            if frames > longest_seconds * rate:
                most = f"{longest_seconds:g}"
                raise SoundProblem(f"声音超过 {most} 秒", f"the sound is longer than {most} s")
            raw = file.readframes(frames)
    except (wave.Error, EOFError, ValueError, RuntimeError) as problem:
        if isinstance(problem, SoundProblem):
            raise
        raise SoundProblem("不是 PCM 编码的 WAV 文件", f"not a WAV file with PCM: {problem}") from None
    samples = _samples(raw[: len(raw) // (channels * width) * channels * width], width)
    mono = samples.reshape(-1, channels).mean(axis=1)
    if len(mono) < rate // 20:
        raise SoundProblem("声音太短", "the sound is shorter than 0.05 s")
    return _clipped(_resampled(mono, rate))


def _samples(raw: bytes, width: int) -> NDArray[np.float64]:
    """In units of 16-bit samples."""
    if width == 1:  # 8-bit WAV is unsigned
        return (np.frombuffer(raw, np.uint8).astype(np.float64) - 128.0) * 256.0
    if width == 2:
        return np.frombuffer(raw, "<i2").astype(np.float64)
    if width == 3:
        triples = np.frombuffer(raw, np.uint8).reshape(-1, 3).astype(np.int32)
        whole = (triples[:, 0] << 8 | triples[:, 1] << 16 | triples[:, 2] << 24) >> 8
        return whole.astype(np.float64) / 256.0
    return np.frombuffer(raw, "<i4").astype(np.float64) / 65536.0


def _resampled(sound: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """By its spectrum: what 8 kHz cannot hold is cut off instead of folding back."""
    if rate == RATE:
        return sound
    count = round(len(sound) * RATE / rate)
    spectrum = np.fft.rfft(sound)
    kept = np.zeros(count // 2 + 1, np.complex128)
    shared = min(len(kept), len(spectrum))
    kept[:shared] = spectrum[:shared]
    result: NDArray[np.float64] = np.fft.irfft(kept, count) * (count / len(sound))
    return result


def _clipped(sound: NDArray[np.float64]) -> Samples:
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


def write_wav(sound: Samples) -> bytes:
    """As a WAV file of 8 kHz."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.astype("<i2").tobytes())
    return buffer.getvalue()


def quieter(sound: Samples, percent: int) -> Samples:
    """At so much of its amplitude."""
    return sound if percent >= 100 else _clipped(sound.astype(np.float64) * (percent / 100.0))


def frames_of(sound: Samples) -> list[Samples]:
    """In pieces of 20 ms; the last is filled up with silence."""
    padded = np.concatenate([sound, np.zeros(-len(sound) % FRAME_SAMPLES, np.int16)])
    return list(padded.reshape(-1, FRAME_SAMPLES))


def _mu_law_table() -> NDArray[np.uint8]:
    """ITU-T G.711, μ-law: the code of each 16-bit sample, by the sample's bits."""
    sample = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.minimum(np.abs(sample), 32635) + 132
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    sign = np.where(sample < 0, 0x80, 0)
    codes: NDArray[np.uint8] = (~(sign | exponent << 4 | mantissa) & 0xFF).astype(np.uint8)
    return codes


def _a_law_table() -> NDArray[np.uint8]:
    """ITU-T G.711, A-law."""
    sample = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.where(sample >= 0, sample, -sample - 1) >> 3
    segment = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 4, 0)
    mantissa = (magnitude >> np.maximum(segment, 1)) & 0x0F
    mask = np.where(sample >= 0, 0xD5, 0x55)
    codes: NDArray[np.uint8] = ((segment << 4 | mantissa) ^ mask).astype(np.uint8)
    return codes


_ENCODED = {"PCMU": _mu_law_table(), "PCMA": _a_law_table()}


def g711(frame: Samples, encoding: str) -> bytes:
    """`PCMU` (μ-law) or `PCMA` (A-law), a byte a sample."""
    return _ENCODED[encoding][frame.view(np.uint16)].tobytes()
