"""The media services: Media (ONVIF Media 1) and Media2, over the same profiles."""

from sim.onvif.device import Device, StreamInfo
from sim.onvif.ptz_spaces import configuration
from sim.onvif.service import Origin, Service, operation
from sim.onvif.soap import Call, SoapFault, invalid, leaf, tag

SOURCE = "VideoSource_1"


def snapshot_path(index: int) -> str:
    return f"/onvif/snapshot/{index}"


class _Profiles(Service):
    """What both media services need of the device."""

    def _stream_uri(self, token: str) -> str:
        host, port = self.device.settings.rtsp_address
        at = "" if port == 554 else f":{port}"
        return f"rtsp://{host}{at}{self._stream(token).path}"

    def _stream(self, token: str) -> StreamInfo:
        return self.device.settings.streams[self._index(token)]

    def _index(self, token: str) -> int:
        index = self.device.profile_index(token)
        if index is None:
            raise invalid(f"there is no profile {token[:64]!r}", "NoProfile")
        return index


class MediaService(_Profiles):
    prefix = "trt"

    @operation("GetProfiles")
    def _profiles(self, _call: Call, _origin: Origin) -> str:
        return "".join(self._profile("trt:Profiles", index) for index in range(len(self.device.settings.streams)))

    @operation("GetProfile")
    def _one(self, call: Call, _origin: Origin) -> str:
        return self._profile("trt:Profile", self._index(call.text("ProfileToken")))

    def _profile(self, name: str, index: int) -> str:
        stream, token = self.device.settings.streams[index], self.device.profile_token(index)
        turning = [configuration("tt:PTZConfiguration", self.device)] if self.device.dome else []
        # Media 1 has no H.265; devices name such a profile H264 or leave its encoder out. This one leaves it out.
        encoder = [_encoder("tt:VideoEncoderConfiguration", index, stream)] if stream.codec == "H264" else []
        return tag(name, leaf("tt:Name", stream.name), _source("tt:VideoSourceConfiguration", self.device), *encoder,
                   *turning, token=token, fixed="true")  # fmt: skip

    @operation("GetStreamUri")
    def _uri(self, call: Call, _origin: Origin) -> str:
        return _media_uri(self._stream_uri(call.text("ProfileToken")))

    @operation("GetSnapshotUri")
    def _snapshot(self, call: Call, origin: Origin) -> str:
        return _media_uri(origin.address(snapshot_path(self._index(call.text("ProfileToken")))))

    @operation("GetVideoSources")
    def _sources(self, _call: Call, _origin: Origin) -> str:
        size = tag("tt:Resolution", leaf("tt:Width", 1920), leaf("tt:Height", 1080))
        return tag("trt:VideoSources", leaf("tt:Framerate", 25.0), size, token=SOURCE)

    @operation("GetVideoEncoderConfigurations")
    def _encoders(self, _call: Call, _origin: Origin) -> str:
        streams = enumerate(self.device.settings.streams)
        return "".join(_encoder("trt:Configurations", index, one) for index, one in streams if one.codec == "H264")

    @operation("GetServiceCapabilities", open_to_all=True)
    def _capabilities(self, _call: Call, _origin: Origin) -> str:
        profiles = tag("trt:ProfileCapabilities", MaximumNumberOfProfiles="10")
        streaming = tag("trt:StreamingCapabilities", RTPMulticast="false", RTP_TCP="true", RTP_RTSP_TCP="true")
        return tag("trt:Capabilities", profiles, streaming, SnapshotUri="true", Rotation="false")


class Media2Service(_Profiles):
    prefix = "tr2"

    @operation("GetProfiles")
    def _profiles(self, call: Call, _origin: Origin) -> str:
        token = call.text("Token", "")
        chosen = [self._index(token)] if token else list(range(len(self.device.settings.streams)))
        types = {(one.text or "").strip() for one in call.body if one.tag.endswith("}Type")}
        return "".join(self._profile(index, types) for index in chosen)

    def _profile(self, index: int, types: set[str]) -> str:
        stream, everything = self.device.settings.streams[index], "All" in types
        parts = []
        if everything or "VideoSource" in types:
            parts.append(_source("tr2:VideoSource", self.device))
        if everything or "VideoEncoder" in types:
            parts.append(_encoder2("tr2:VideoEncoder", index, stream))
        if self.device.dome and (everything or "PTZ" in types):
            parts.append(configuration("tr2:PTZ", self.device))
        configurations = [tag("tr2:Configurations", *parts)] if parts else []
        token = self.device.profile_token(index)
        return tag("tr2:Profiles", leaf("tr2:Name", stream.name), *configurations, token=token, fixed="true")

    @operation("GetStreamUri")
    def _uri(self, call: Call, _origin: Origin) -> str:
        if call.text("Protocol", "RTSP") not in ("RTSP", "RtspUnicast", "RTSPoverHTTP"):
            raise SoapFault("only RTSP", "InvalidArgVal", "InvalidStreamSetup")
        return leaf("tr2:Uri", self._stream_uri(call.text("ProfileToken")))

    @operation("GetSnapshotUri")
    def _snapshot(self, call: Call, origin: Origin) -> str:
        return leaf("tr2:Uri", origin.address(snapshot_path(self._index(call.text("ProfileToken")))))

    @operation("GetVideoEncoderConfigurations")
    def _encoders(self, _call: Call, _origin: Origin) -> str:
        return "".join(_encoder2("tr2:Configurations", i, one) for i, one in enumerate(self.device.settings.streams))

    @operation("GetServiceCapabilities", open_to_all=True)
    def _capabilities(self, _call: Call, _origin: Origin) -> str:
        profiles = tag("tr2:ProfileCapabilities", MaximumNumberOfProfiles="10",
                       ConfigurationsSupported="VideoSource VideoEncoder PTZ")  # fmt: skip
        streaming = tag("tr2:StreamingCapabilities", RTSPStreaming="true", RTP_RTSP_TCP="true")
        return tag("tr2:Capabilities", profiles, streaming, SnapshotUri="true")


def _source(name: str, device: Device) -> str:
    used = len(device.settings.streams)
    bounds = tag("tt:Bounds", x=0, y=0, width=1920, height=1080)
    return tag(name, leaf("tt:Name", "VideoSourceConfig"), leaf("tt:UseCount", used), leaf("tt:SourceToken", SOURCE),
               bounds, token="VideoSourceToken")  # fmt: skip


def _size(stream: StreamInfo) -> str:
    return tag("tt:Resolution", leaf("tt:Width", stream.width), leaf("tt:Height", stream.height))


def _encoder(name: str, index: int, stream: StreamInfo) -> str:
    rate = tag("tt:RateControl", leaf("tt:FrameRateLimit", round(stream.fps)), leaf("tt:EncodingInterval", 1),
               leaf("tt:BitrateLimit", stream.kbits))  # fmt: skip
    h264 = tag("tt:H264", leaf("tt:GovLength", stream.gop), leaf("tt:H264Profile", "Main"))
    address = tag("tt:Address", leaf("tt:Type", "IPv4"), leaf("tt:IPv4Address", "0.0.0.0"))
    multicast = tag("tt:Multicast", address, leaf("tt:Port", 8860), leaf("tt:TTL", 128), leaf("tt:AutoStart", False))
    return tag(name, leaf("tt:Name", f"VideoEncoder_{index + 1}"), leaf("tt:UseCount", 1), leaf("tt:Encoding", "H264"),
               _size(stream), leaf("tt:Quality", 4.0), rate, h264, multicast, leaf("tt:SessionTimeout", "PT60S"),
               token=f"VideoEncoderToken_{index + 1}")  # fmt: skip


def _encoder2(name: str, index: int, stream: StreamInfo) -> str:
    rate = tag("tt:RateControl", leaf("tt:FrameRateLimit", stream.fps), leaf("tt:BitrateLimit", stream.kbits),
               ConstantBitRate="false")  # fmt: skip
    return tag(name, leaf("tt:Name", f"VideoEncoder_{index + 1}"), leaf("tt:UseCount", 1),
               leaf("tt:Encoding", stream.codec), _size(stream), rate, leaf("tt:Quality", 4.0),
               token=f"VideoEncoderToken_{index + 1}", GovLength=stream.gop, Profile="Main")  # fmt: skip


def _media_uri(uri: str) -> str:
    return tag("trt:MediaUri", leaf("tt:Uri", uri), leaf("tt:InvalidAfterConnect", False),
               leaf("tt:InvalidAfterReboot", False), leaf("tt:Timeout", "PT0S"))  # fmt: skip
