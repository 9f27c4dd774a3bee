"""Text to sound by a program the operator named: text on its input, a WAV file on its output, a process of its own."""

import asyncio
import contextlib
from collections.abc import Sequence

from config.loudspeakers import SpeechPrograms
from talkdown.reason import Failed, Reason, Why
from talkdown.sound import Samples, SoundProblem, read_wav

SECONDS = 20.0
_CHUNK = 64 * 1024


def program_for(text: str, programs: SpeechPrograms) -> tuple[str, ...]:
    """Command and arguments; none where the language has no program. A Han character makes a text Chinese."""
    chinese = any("\u3400" <= letter <= "\u9fff" for letter in text)
    return tuple(programs.zh if chinese else programs.en)


async def spoken(text: str, command: Sequence[str], longest_seconds: float) -> Samples:
    """Raises Failed, with the reason."""
    most = int(longest_seconds * 192_000 * 2)
    process = None
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(SECONDS):
            data = await _output(process, text, most)
        return await asyncio.to_thread(read_wav, _with_length(data), longest_seconds)
    except TimeoutError:
        raise _failed("语音合成超时", f"the speech program took more than {SECONDS:g} s") from None
    except OSError as problem:
        raise _failed("语音合成程序无法启动", f"the speech program cannot be run: {problem.strerror}") from None
    except SoundProblem as problem:
        raise _failed(f"语音合成：{problem.zh}", f"the speech program: {problem}") from None
    finally:
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _output(process: asyncio.subprocess.Process, text: str, most: int) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(ConnectionError):
        process.stdin.write(text.encode() + b"\n")
        await process.stdin.drain()
        process.stdin.close()
    pieces, size = [], 0
    while piece := await process.stdout.read(_CHUNK):
        size += len(piece)
        if size > most:
            raise _failed("语音合成输出过大", "the speech program writes without end")
        pieces.append(piece)
    if await process.wait() != 0:
        raise _failed("语音合成程序出错", f"the speech program ended with {process.returncode}")
    return b"".join(pieces)


def _with_length(data: bytes) -> bytes:
    """Programs that write into a pipe do not know the length beforehand, and leave nonsense in the header."""
    if len(data) < 44 or data[:4] != b"RIFF" or data[36:40] != b"data":
        return data
    whole, sound = ((len(data) - skipped).to_bytes(4, "little") for skipped in (8, 44))
    return data[:4] + whole + data[8:40] + sound + data[44:]


def _failed(zh: str, en: str) -> Failed:
    return Failed(Reason(Why.NO_SPEECH, zh, en))
