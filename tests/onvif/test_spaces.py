"""Spaces of a PTZ node: every range is the device's own, and what is sent stays within it."""

import pytest

from config.camera_device import Ptz
from ingest.onvif.problem import Code, DeviceProblem
from ingest.onvif.spaces import PtzNode, Rates, node_in, turned_into, within
from ingest.onvif.xml_reply import read_xml
from tests.onvif.brands import PAN_TILT, VELOCITY, ZOOM, ZOOM_VELOCITY, Hikvision, node, space
from tests.onvif.test_brands import turning


def read(*spaces: str, settings: Ptz | None = None) -> PtzNode:
    return node_in(read_xml(node(*spaces).encode()), "N", settings or Ptz())


def test_speeds_and_velocities_are_the_devices_own() -> None:
    own = read(
        space("PanTiltSpeedSpace", "PanTiltSpaces/GenericSpeedSpace", (1, 8)),
        space("ZoomSpeedSpace", "ZoomSpaces/ZoomGenericSpeedSpace", (0, 7)),
        space("ContinuousPanTiltVelocitySpace", "PanTiltSpaces/VelocityGenericSpace", (-0.8, 0.5), (0, 1)),
    )
    assert [own.speed.speed(share) for share in (0, 0.5, 1)] == [1, 4.5, 8]
    assert own.zoom_speed.speed(0.5) == 3.5
    assert own.velocity is not None
    assert [own.velocity[0].velocity(share) for share in (-1, -0.5, 0, 1)] == [-0.8, -0.4, 0, 0.5]
    assert [own.velocity[1].velocity(share) for share in (-1, 1)] == [0, 1]
    usual = read()
    assert (usual.speed, usual.zoom_speed, usual.velocity) == (Rates(0, 1), Rates(0, 1), None)


@pytest.mark.parametrize("ends", [(7, 3), (1, 1), (float("nan"), 1), (-1e9, 1e9)], ids=str)
def test_ranges_that_make_no_sense_are_the_usual_ones(ends: tuple[float, float]) -> None:
    own = read(
        space("PanTiltSpeedSpace", "PanTiltSpaces/GenericSpeedSpace", ends),
        space("AbsolutePanTiltPositionSpace", "PanTiltSpaces/PositionGenericSpace", ends, ends),
    )
    assert own.speed == Rates(0, 1)
    assert own.pan is not None
    assert (own.pan.low, own.pan.high) == (-1, 1)


def test_a_zoom_without_length_is_none() -> None:
    """yi-hack-Allwinner-v2 #767, onvif_simple_server #62: the camera cannot zoom and lists the space all the same."""
    flat = (1, 1)
    own = read(
        space("AbsoluteZoomPositionSpace", "ZoomSpaces/PositionGenericSpace", flat),
        space("RelativeZoomTranslationSpace", "ZoomSpaces/TranslationGenericSpace", flat),
        space("ContinuousZoomVelocitySpace", "ZoomSpaces/VelocityGenericSpace", flat),
    )
    assert (own.zoom, own.zoom_translation, own.zoom_velocity) == (None, None, None)
    assert read(ZOOM).zoom is not None


async def test_moves_are_paced_within_the_speed_spaces() -> None:
    device = Hikvision()
    device.replies["GetNodes"] = node(
        PAN_TILT, ZOOM, VELOCITY, ZOOM_VELOCITY,
        space("PanTiltSpeedSpace", "PanTiltSpaces/GenericSpeedSpace", (0.1, 0.6)),
        space("ZoomSpeedSpace", "ZoomSpaces/ZoomGenericSpeedSpace", (0, 0.25)),
    )  # fmt: skip
    async with turning(device, Ptz()) as (driver, _, _):
        for speed, turn, zoom in ((1.0, "0.6", "0.25"), (9.0, "0.6", "0.25"), (0.0, "0.1", "0.0"), (-1, "0.1", "0.0")):
            await driver.absolute(0, 0, 1, speed=speed)
            _, _, paced = device.moved[-1].partition("Speed>")
            assert f'x="{turn}" y="{turn}"' in paced
            assert f'x="{zoom}"' in paced.split("Zoom")[1]
        await driver.goto_preset("1", 0.5)
        assert 'x="0.35" y="0.35"' in device.moved[-1]
        await driver.absolute(0, 0, 1)
        assert "Speed" not in device.moved[-1]


async def test_a_relative_move_counts_as_the_position_space_does() -> None:
    """A translation of ±360 beside a position of 0 to 360 (yi-hack-Allwinner-v2 #767): degrees, not shares."""
    device = Hikvision()
    device.replies["GetNodes"] = node(
        space("AbsolutePanTiltPositionSpace", "PanTiltSpaces/PositionGenericSpace", (0, 360), (0, 180)),
        space("RelativePanTiltTranslationSpace", "PanTiltSpaces/TranslationGenericSpace", (-360, 360), (-180, 180)),
    )
    device.status = lambda: "<tptz:GetStatusResponse><tptz:PTZStatus/></tptz:GetStatusResponse>"  # type: ignore[method-assign]
    async with turning(device, Ptz(pan_deg=(0, 360), tilt_deg=(-90, 90))) as (driver, _, _):
        await driver.relative(45, -20)
        assert 'x="45.0" y="-20.0"' in device.moved[-1]


def test_directions_are_turned_into_the_range_or_refused() -> None:
    assert [turned_into(pan, (-180, 180)) for pan in (190, -190, 540, 180.03)] == [-170, 170, 180, 180]
    assert within(20.04, (-90, 20), "tilt") == 20
    for pan, ends in ((100.0, (-90.0, 90.0)), (float("nan"), (-180.0, 180.0))):
        with pytest.raises(DeviceProblem) as caught:
            turned_into(pan, ends)
        assert caught.value.code is Code.OUT_OF_RANGE
