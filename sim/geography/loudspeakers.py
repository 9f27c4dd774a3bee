"""Loudspeakers of the simulated town, as `cameras.yaml` lists them: some of cameras, some on the network."""

import json
from collections.abc import Sequence

from gis.plane import Plane
from sim.geography.placement import PlacedCamera

_HEAD = """
talk_down: {{quiet_hours: []}}   # so that a demonstration can be heard at night too

# Those with onvif are cameras' own; the simulated town plays the others at port {port}.
loudspeakers:
"""


def write_loudspeakers(cameras: Sequence[PlacedCamera], count: int, host: str, port: int, centre: Plane) -> str:
    """The sections `talk_down` and `loudspeakers`, spread over the cameras; empty where there are to be none."""
    if not count or not cameras:
        return ""
    step = max(1, len(cameras) // count)
    chosen = cameras[::step][:count]
    return _HEAD.format(port=port) + "".join(_entry(n, one, host, port, centre) for n, one in enumerate(chosen, 1))


def _entry(number: int, camera: PlacedCamera, host: str, port: int, centre: Plane) -> str:
    lon, lat = centre.to_degrees(camera.site.x, camera.site.y)
    id_, base = f"horn-{number:02d}", f"http://{host}:{port}/speakers/horn-{number:02d}"
    way = (
        f"onvif: {{camera: {camera.id}}}",
        f"http: {{audio_url: '{base}/audio'}}",
        f"http: {{audio_url: '{base}/audio', audio: wav, text_url: '{base}/text'}}",
        f"http: {{text_url: '{base}/text'}}",
    )[(number - 1) % 4]
    name, name_en = f"{camera.name.zh}音柱", f"{camera.name.en} loudspeaker"
    return (
        f"  - id: {id_}\n"
        f"    name: {json.dumps(name, ensure_ascii=False)}\n"
        f"    name_en: {json.dumps(name_en)}\n"
        f"    area: {json.dumps(camera.site.village.code)}\n"
        f"    place: {{lon: {lon:.6f}, lat: {lat:.6f}}}\n"
        f"    range_m: {80 if camera.site.built_up else 150}\n"
        f"    {way}\n"
    )
