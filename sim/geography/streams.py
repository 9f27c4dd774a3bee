"""Which streams the cameras of a scene have: most as one would wish, a few as one meets them."""

from dataclasses import dataclass

from sim.rtsp.estate import Main
from sim.rtsp.nal import Codec


@dataclass(frozen=True, slots=True)
class Streams:
    """`note` says what is out of the ordinary."""

    sub: Codec = "h264"
    main: Main = "h264"
    note: str = ""


_ORDINARY = Streams()
# Scenes of which a small town has one each, so that it has one camera of every kind.
_ODD = {
    "bicycle-station": Streams("h265", "h265", "Both streams are H.265."),
    "temple": Streams("h265", "h264", "The sub-stream is H.265, the main stream H.264."),
    "car-park": Streams(main="none", note="It has no main stream."),
    "school-gate": Streams(main="refused", note="The camera refuses its main stream."),
}


def streams_of(scene_id: str) -> Streams:
    return _ODD.get(scene_id, _ORDINARY)
