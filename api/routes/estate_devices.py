"""The estate camera by camera, and finding devices on the network. What is taken over becomes an import's preview."""

from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool

from api.centre import Centre
from api.discovery_desk import Discovery, Trying, read_estate
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.routes.estate import allowed
from api.schemas.estate import ImportPreview
from api.schemas.estate_devices import (
    ChosenDevice,
    DiscoveryAnswer,
    DiscoveryImport,
    DiscoveryRequest,
    EstateCamera,
    EstateCameras,
    FoundAnswer,
    InterfaceAnswer,
    Interfaces,
)
from config.accounts import Account
from config.cameras import Camera, CamerasFile
from estate.brands import maker_by_stream
from estate.check import Checked, as_data
from estate.found_table import Chosen
from estate.interfaces import own_interfaces
from estate.preview import preview
from estate.search import FoundDevice, Wanted, cameras_by_host
from incidents.errors import Conflict, Invalid
from incidents.rights import Caller, Permission
from ingest.onvif.probe import RangeRefused, StreamFound, addresses_in
from ingest.rtsp.address import parse_networks

router = APIRouter(prefix=f"{PREFIX}/estate", tags=["estate"], responses=REFUSALS)
MANAGE = requires(Permission.ESTATE_MANAGE)


@router.get("/cameras", dependencies=[MANAGE], summary="The cameras one may change", operation_id="list_estate_cameras")
async def list_cameras(caller: CurrentCaller, centre: TheCentre) -> EstateCameras:
    """Those in the caller's areas, in the order of cameras.yaml."""
    cameras = centre.cameras.visible(caller.scope(Permission.ESTATE_MANAGE))
    return EstateCameras(items=[_camera(camera, centre.estate.newest(camera.id)) for camera in cameras])


def _camera(camera: Camera, checked: tuple[float, Checked] | None) -> EstateCamera:
    at, newest = checked if checked is not None else (None, None)
    told = newest.device.information if newest is not None and newest.device is not None else None
    device, main = camera.device, camera.streams.main
    return EstateCamera(
        id=camera.id,
        name=camera.name,
        name_en=camera.name_en,
        area=camera.area,
        national_code=camera.national_code,
        enabled=camera.enabled,
        position=camera.position.model_dump() if camera.position is not None else None,
        host=urlsplit(camera.streams.sub.url).hostname or "",
        sub_url=camera.streams.sub.url,
        main_url=main.url if main is not None else "",
        credentials=camera.credentials,
        device_url=device.url if device is not None else "",
        device_credentials=device.credentials if device is not None else None,
        maker=told.manufacturer if told is not None else maker_by_stream(camera.streams.sub.url),
        model=told.model if told is not None else "",
        turns=camera.ptz is not None,
        zones=len(camera.zones),
        checked_at=at,
        check=as_data(newest) if newest is not None else None,
    )


@router.get(
    "/interfaces", dependencies=[MANAGE], summary="Where devices can be looked for", operation_id="list_interfaces"
)
async def list_interfaces(caller: CurrentCaller, centre: TheCentre) -> Interfaces:
    """This machine's own addresses within the allowed networks, with the networks they are in."""
    networks = (await run_in_threadpool(read_estate, allowed(caller, centre))).allowed_networks
    found = [InterfaceAnswer.model_validate(one) for one in own_interfaces(parse_networks(networks))]
    return Interfaces(items=found, allowed_networks=networks)


@router.post(
    "/discovery", dependencies=[MANAGE], summary="Look for devices", operation_id="start_discovery", status_code=202
)
async def start_discovery(body: DiscoveryRequest, caller: CurrentCaller, centre: TheCentre) -> DiscoveryAnswer:
    """One at a time; `GET` tells how far it is. Nothing outside the allowed networks is asked."""
    config = allowed(caller, centre)
    if body.username and body.password is None:
        raise Invalid("a user name needs a password", "password", "请填写密码")
    file = await run_in_threadpool(read_estate, config)
    account = Account(body.username, body.password.get_secret_value()) if body.username and body.password else None
    trying = Trying("" if account is not None else body.credentials, account)
    wanted = await run_in_threadpool(_wanted, body, file)
    run = centre.discovery.start(file, config.parent, wanted, trying, caller.account_id, centre.clock)
    return _answer(run, caller, centre)


def _wanted(body: DiscoveryRequest, file: CamerasFile) -> Wanted:
    networks = parse_networks(file.allowed_networks)
    own = {one.address for one in own_interfaces(networks)}
    for address in body.interfaces:
        if address not in own:
            raise Invalid(
                f"{address} is no address of this machine within allowed_networks",
                "interfaces",
                f"{address} 不是本机在允许网段内的地址",
            )
    try:
        addresses = tuple(addresses_in(body.range, networks)) if body.range.strip() else ()
        wanted = Wanted(tuple(body.interfaces), addresses, tuple(dict.fromkeys(body.ports)))
    except RangeRefused as rule:
        raise Invalid(str(rule), "range", rule.zh) from rule
    if not wanted.interfaces and not wanted.addresses:
        raise Invalid("choose an interface, give a range of addresses, or both", "range", "请选择网卡或填写地址范围")
    return wanted


@router.get("/discovery", dependencies=[MANAGE], summary="How far the search is", operation_id="get_discovery")
async def get_discovery(caller: CurrentCaller, centre: TheCentre) -> DiscoveryAnswer:
    """Of the one that runs, or the last one since the start."""
    allowed(caller, centre)
    run = centre.discovery.last(centre.clock)
    if run is None:
        raise Conflict("nothing was searched for since the start", zh="启动以来还没有查找过")
    return _answer(run, caller, centre)


@router.delete("/discovery", dependencies=[MANAGE], summary="End the search", operation_id="stop_discovery")
async def stop_discovery(caller: CurrentCaller, centre: TheCentre) -> DiscoveryAnswer:
    """What was found until then stays."""
    allowed(caller, centre)
    await centre.discovery.stop()
    return await get_discovery(caller, centre)


@router.post(
    "/discovery/import", dependencies=[MANAGE], summary="Preview taking devices over", operation_id="import_discovered"
)
async def import_discovered(body: DiscoveryImport, caller: CurrentCaller, centre: TheCentre) -> ImportPreview:
    """As a table would be previewed; apply it the same way. The account that was tried is taken over with them."""
    config = allowed(caller, centre)
    run = centre.discovery.last(centre.clock)
    if run is None:
        raise Conflict("nothing was searched for since the start", zh="启动以来还没有查找过")
    there = {device.number: device for device in run.search.devices}
    chosen = [_chosen(one, there, index) for index, one in enumerate(body.devices)]
    plan = await centre.discovery.plan(config, chosen, body.height_m, caller.account_id, centre.clock)
    plan_id = centre.estate.keep(plan, caller.account_id, centre.clock)
    return ImportPreview.model_validate({"id": plan_id, **preview(plan)})


def _chosen(one: ChosenDevice, there: dict[int, FoundDevice], index: int) -> Chosen:
    device = there.get(one.number)
    if device is None:
        raise Invalid(
            f"the search found no device number {one.number}", f"devices.{index}.number", "查找结果已更新，请重新选择"
        )
    if (one.lon is None) != (one.lat is None):
        raise Invalid("lon and lat go together", f"devices.{index}.lon", "经度和纬度要一起填写")
    if not one.area and one.lon is None:
        raise Invalid("choose a village or a place", f"devices.{index}.area", "请选点或选择所属区域")
    place = (one.lon, one.lat) if one.lon is not None and one.lat is not None else None
    return Chosen(device, one.name, one.name_en, one.area, place, one.height_m)


def _answer(run: Discovery, caller: Caller, centre: Centre) -> DiscoveryAnswer:
    search = run.search
    known = cameras_by_host(centre.cameras.visible(caller.scope(Permission.ESTATE_MANAGE)))
    return DiscoveryAnswer(
        listening=search.listening,
        done=search.done,
        total=search.total,
        left_out=search.left_out,
        problem=search.problem,
        credentials=run.trying.credentials,
        typed=run.trying.account is not None and run.account_id == caller.account_id,
        started_at=run.started_at,
        ended_at=run.ended_at,
        devices=[_found(device, known.get(device.address, [])) for device in search.devices],
    )


def _found(device: FoundDevice, known: list[Camera]) -> FoundAnswer:
    probed = device.probed
    told = probed.information if probed is not None else None
    problem = probed.problem if probed is not None else None
    return FoundAnswer(
        number=device.number,
        address=device.address,
        url=device.url,
        name=device.name,
        hardware=device.hardware,
        asked=probed is not None,
        manufacturer=told.manufacturer if told is not None else "",
        model=told.model if told is not None else "",
        firmware=told.firmware if told is not None else "",
        sub=_stream(probed.sub) if probed is not None else None,
        main=_stream(probed.main) if probed is not None else None,
        turns=probed is not None and probed.turns,
        clock_offset_s=probed.clock_offset_s if probed is not None else None,
        problem={"code": problem.code.value, "zh": problem.zh, "en": problem.en} if problem is not None else None,
        known_as=[camera.id for camera in known],
    )


def _stream(found: StreamFound | None) -> dict[str, Any] | None:
    if found is None:
        return None
    profile = found.profile
    return {"codec": profile.codec, "width": profile.width, "height": profile.height, "usable": found.url is not None}
