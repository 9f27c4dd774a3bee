"""Saying one message at one loudspeaker, from the first knock to the certain stop."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np

from config.loudspeakers import TalkDown
from runtime.clock import Clock
from talkdown.line import Line, post_text, post_wav, stop_post
from talkdown.reason import Failed, Why, reason
from talkdown.sound import FRAME_SECONDS, RATE, Samples, frames_of, quieter, write_wav
from talkdown.speech import program_for, spoken
from talkdown.talk import Message, State, Target
from talkdown.ways import Ways

OPEN_SECONDS = 6.0
SEND_SECONDS = 3.0
LEAD_SECONDS = 0.1
"""A recording runs so far ahead of its time, for the device to have something in hand."""
SILENT_SECONDS = 1.0
"""Live speech of which nothing comes for so long has lost its speaker: it is stopped, not waited for."""
PAUSE_SECONDS = 1.0
"""Between repetitions."""
TEXT_SECONDS_PER_LETTER = 0.35
"""How long a device that speaks itself may take: slow speech, and twice that for its answer."""


class Saying:
    """One message for all loudspeakers of its talk: what is read aloud by a program is made once."""

    def __init__(self, message: Message, rules: TalkDown, ways: Ways, clock: Clock) -> None:
        self._message, self._rules, self._ways, self._clock = message, rules, ways, clock
        self._made: asyncio.Task[Samples] | None = None

    async def close(self) -> None:
        if self._made is not None:
            self._made.cancel()
            await asyncio.gather(self._made, return_exceptions=True)

    async def at(self, target: Target, began: Callable[[], None]) -> None:
        """Returns when it was said, or stopped (`target.halted`). `began` is called when it begins to be heard. Raises
        one of `talkdown.reason.EXPECTED`."""
        speaker, message = target.speaker, self._message
        http = speaker.http
        if message.kind == "live":
            if http is not None and (http.audio_url is None or http.audio == "wav"):
                raise Failed(reason(Why.NOT_LIVE))
            await self._streamed(target, began, self._live)
        elif http is not None and http.text_url is not None and message.text and not self._better_as_sound(target):
            authority = self._ways.authority(http)
            seconds = max(5.0, 2 * TEXT_SECONDS_PER_LETTER * len(message.text) * message.repeat)
            for _ in range(message.repeat):
                began()
                posting = post_text(message.text, authority, self._ways.door(), speaker.volume_percent, seconds)
                await self._posted(target, posting)
        else:
            await self._sound(target, began)

    def _better_as_sound(self, target: Target) -> bool:
        """A recording is played as it was recorded wherever that is possible."""
        http = target.speaker.http
        return self._message.sound is not None and http is not None and http.audio_url is not None

    async def _sound(self, target: Target, began: Callable[[], None]) -> None:
        http = target.speaker.http
        if http is not None and http.audio_url is None:
            raise Failed(reason(Why.NO_SPEECH) if not self._message.text else reason(Why.NOT_LIVE))
        sound = await self._whole()
        if http is not None and http.audio == "wav":
            began()
            wav = write_wav(quieter(sound, target.speaker.volume_percent))
            await self._posted(target, post_wav(wav, self._ways.authority(http), self._ways.door(), len(sound) / RATE))
            return

        async def recorded(target: Target, line: Line) -> None:
            await self._paced(target, line, sound)

        await self._streamed(target, began, recorded)

    async def _whole(self) -> Samples:
        """With its repetitions. Raises Failed."""
        if self._made is None:
            self._made = asyncio.create_task(self._make())
        return await asyncio.shield(self._made)

    async def _make(self) -> Samples:
        once = self._message.sound
        if once is None:
            command = program_for(self._message.text, self._rules.speech)
            if not command:
                raise Failed(reason(Why.NO_SPEECH))
            once = await spoken(self._message.text, command, float(self._rules.longest_seconds))
        pause = np.zeros(round(RATE * PAUSE_SECONDS), np.int16)
        pieces = [once, *(piece for _ in range(self._message.repeat - 1) for piece in (pause, once))]
        return np.concatenate(pieces)[: self._rules.longest_seconds * RATE]

    async def _posted(self, target: Target, posting: Coroutine[Any, Any, None]) -> None:
        """Until the device has answered, or somebody stops it: then the device is asked to be silent."""
        assert target.speaker.http is not None
        task, halted = asyncio.create_task(posting), asyncio.create_task(target.halted.wait())
        try:
            await asyncio.wait({task, halted}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                await task
        finally:
            undone = not task.done()
            for one in (task, halted):
                one.cancel()
            await asyncio.gather(task, halted, return_exceptions=True)
            if undone:
                await stop_post(self._ways.authority(target.speaker.http), self._ways.door())

    async def _streamed(
        self, target: Target, began: Callable[[], None], pump: Callable[[Target, Line], Coroutine[Any, Any, None]]
    ) -> None:
        async with asyncio.timeout(OPEN_SECONDS):
            line = await self._ways.open(target.speaker)
        try:
            if not target.halted.is_set():
                began()
                await pump(target, line)
            if not target.halted.is_set():
                await line.finish()
        finally:
            await line.close()

    async def _paced(self, target: Target, line: Line, sound: Samples) -> None:
        start = self._clock.monotonic()
        for number, frame in enumerate(frames_of(sound)):
            early = start + number * FRAME_SECONDS - LEAD_SECONDS - self._clock.monotonic()
            if early > 0:
                await self._clock.sleep(early)
            if target.halted.is_set():
                return
            async with asyncio.timeout(SEND_SECONDS):
                await line.send(frame)
        # The end is in the device's hand for as long as we were ahead.
        await self._clock.sleep(2 * LEAD_SECONDS)

    async def _live(self, target: Target, line: Line) -> None:
        ends = self._clock.monotonic() + self._rules.longest_seconds
        while not target.halted.is_set():
            if self._clock.monotonic() >= ends:
                target.halt(reason(Why.TIME_LIMIT))
                return
            try:
                async with asyncio.timeout(SILENT_SECONDS):
                    came = await target.ears.next()
            except TimeoutError:
                target.halt(reason(Why.CONNECTION_LOST))
                return
            if came is None:
                return
            async with asyncio.timeout(SEND_SECONDS):
                await line.send(came[1])
            target.ears.sent = came[0]


def ended(target: Target) -> State:
    """What it came to, of one that ended without an error."""
    return State.STOPPED if target.halted.is_set() else State.PLAYED
