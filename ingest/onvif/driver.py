"""A camera's configuration into a device and its PTZ driver."""

from config.accounts import Account
from config.camera_device import Device as DeviceKeys
from config.camera_device import Ptz
from ingest.onvif.device import Device
from ingest.onvif.isapi_ptz import open_isapi_ptz
from ingest.onvif.onvif_ptz import open_onvif_ptz
from ingest.onvif.ptz import PtzDriver
from ingest.opening import Door
from runtime.clock import Clock


def device_of(keys: DeviceKeys, account: Account | None, door: Door, clock: Clock) -> Device:
    """The device as configured, not asked yet. Raises DeviceProblem when its address cannot be used."""
    return Device(keys.url, account, door, clock, keys.certificate_sha256)


async def open_ptz(device: Device, settings: Ptz, clock: Clock) -> PtzDriver:
    """The driver `settings` name, for a device that is open. Raises DeviceProblem."""
    driver = await open_onvif_ptz(device, settings, clock)
    return driver if settings.driver == "onvif" else await open_isapi_ptz(device, driver, clock, settings.channel)
