"""How each loudspeaker is reached: address, account, and what it can be told."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.accounts import Account, account_named
from config.cameras import CamerasFile
from config.loudspeakers import HttpSpeaker, Loudspeaker
from ingest.opening import Door, open_back_channel
from ingest.rtsp.address import CameraUrl, parse_networks, resolve_permitted
from runtime.clock import Clock
from talkdown.line import Authority, BackChannelLine, HttpLine, Line, host_of
from talkdown.reason import Failed, Reason, Why


@dataclass(frozen=True, slots=True)
class Ways:
    """`file` gives cameras.yaml as it is in force now; passwords are read when they are needed."""

    file: Callable[[], CamerasFile]
    environ: Mapping[str, str]
    base_dir: Path
    clock: Clock
    rng: random.Random

    def door(self) -> Door:
        return Door(parse_networks(self.file().allowed_networks), self.rng)

    def authority(self, speaker: HttpSpeaker) -> Authority:
        """Raises MissingPassword."""
        return Authority(speaker, self._account(speaker.credentials), self.clock, self.rng)

    async def open(self, speaker: Loudspeaker) -> Line:
        """For sound as it is spoken. Raises one of `talkdown.reason.EXPECTED`; the caller bounds the time."""
        if speaker.http is not None:
            assert speaker.http.audio_url is not None
            authority = self.authority(speaker.http)
            return await HttpLine.open(speaker.http.audio_url, authority, self.door(), speaker.volume_percent)
        url, credentials = self._stream(speaker)
        channel = await open_back_channel(url, self._account(credentials), self.door())
        return BackChannelLine(channel, speaker.volume_percent)

    async def knock(self, speaker: Loudspeaker) -> None:
        """Whether somebody listens at its address: a connection that says nothing. Raises one of EXPECTED; the caller
        bounds the time."""
        if speaker.http is not None:
            url = speaker.http.audio_url or speaker.http.text_url or ""
        else:
            url = self._stream(speaker)[0]
        host, port = host_of(url)
        door = self.door()
        address = await resolve_permitted(CameraUrl(url, host, port, False), door.networks, door.resolve)
        (await door.connect(address, port)).close()

    def _stream(self, speaker: Loudspeaker) -> tuple[str, str | None]:
        """Address and credentials of a camera's own loudspeaker. Raises Failed."""
        assert speaker.onvif is not None
        if speaker.onvif.url is not None:
            return speaker.onvif.url, speaker.onvif.credentials
        camera = next((one for one in self.file().cameras if one.id == speaker.onvif.camera), None)
        if camera is None:
            raise Failed(Reason(Why.NO_LOUDSPEAKER, "其摄像机已不在配置中", "its camera is no longer configured"))
        stream = camera.streams.main or camera.streams.sub
        return stream.url, speaker.onvif.credentials or camera.credentials

    def _account(self, name: str | None) -> Account | None:
        return account_named(name, self.file(), self.environ, self.base_dir)
