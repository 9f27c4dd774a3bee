"""What anybody may do without an account, where the town offers it: report, and ask how far his report has got."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from shapely import box
from shapely.geometry.base import BaseGeometry
from starlette.concurrency import run_in_threadpool

from api.centre import Centre
from api.photo import PhotoError, read_photo
from api.policy import public
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import FeatureCollection
from api.schemas.citizen import CitizenClass, CitizenPage, CitizenReceipt, FollowAnswer, FollowRequest
from api.security import client_address
from api.town_map import GeoJson, cut_to, serialised
from config.exchange import Citizens
from exchange.citizens import MAX_PHOTOS, MAX_WORDS, CitizenReport
from incidents.errors import Invalid, NotFound

router = APIRouter(prefix=f"{PREFIX}/citizen", tags=["citizen"], responses=REFUSALS)
EMPTY: GeoJson = {"type": "FeatureCollection", "features": []}


@router.get("", dependencies=[public], summary="What may be reported, and where", operation_id="get_citizen_page")
def get_page(centre: TheCentre) -> CitizenPage:
    page = _page(centre)
    town = centre.config.town
    known = {one.code: one for one in centre.incidents.town.case_classes.classes}
    offered = [known[code] for code in page.case_classes if code in known]
    return CitizenPage(
        town={"zh": town.name, "en": town.name_en or town.name},
        classes=[CitizenClass(code=one.code, name={"zh": one.zh, "en": one.en}) for one in offered],
        bounds=list(_ground(centre, page).bounds),
        photos=MAX_PHOTOS,
    )


@router.get(
    "/map",
    dependencies=[public],
    summary="Streets to find the place by",
    operation_id="get_citizen_map",
    response_model=FeatureCollection,
    response_class=Response,
)
def get_map(centre: TheCentre) -> Response:
    """The roads and nothing else: no grids, cameras or cases."""
    page = _page(centre)
    kept = centre.exchange.citizen_maps
    # Kept: who is not signed in must not be able to have it cut anew as often as he likes.
    if (found := kept.get(page.area)) is None:
        roads = centre.town_map.base.get("roads", EMPTY)
        kept[page.area] = found = serialised(cut_to(roads, _ground(centre, page)))
    body, tag = found
    return Response(body, media_type="application/geo+json", headers={"etag": tag, "cache-control": "max-age=86400"})


@router.post(
    "/reports", dependencies=[public], summary="Report something", operation_id="send_citizen_report", status_code=201
)
async def send_report(
    request: Request,
    centre: TheCentre,
    case_class: Annotated[str, Form(max_length=16)],
    lon: Annotated[float, Form(ge=-180, le=180)],
    lat: Annotated[float, Form(ge=-85, le=85)],
    words: Annotated[str, Form(max_length=MAX_WORDS)] = "",
    photo: Annotated[list[UploadFile] | None, File(description="JPEG, PNG or WebP; 10 MB in all")] = None,
) -> CitizenReceipt:
    """It waits for review. Photos are encoded anew; neither their EXIF nor who sent it is kept."""
    page = _page(centre)
    given = photo or []
    if len(given) > MAX_PHOTOS:
        raise Invalid(f"at most {MAX_PHOTOS} photos", "photo")
    citizens = centre.exchange.citizens
    await run_in_threadpool(citizens.admit, page, client_address(request))
    contents = [await one.read() for one in given]
    async with centre.photo_gate.passing():
        photos = await run_in_threadpool(_photos, contents)
    receipt = await run_in_threadpool(citizens.take, page, CitizenReport(case_class, lon, lat, words, photos))
    return CitizenReceipt(number=receipt.number, secret=receipt.secret)


@router.post("/follow", dependencies=[public], summary="How far a report has got", operation_id="follow_citizen_report")
def follow(body: FollowRequest, request: Request, centre: TheCentre) -> FollowAnswer:
    _page(centre)
    return FollowAnswer(progress=centre.exchange.citizens.follow(body.number, body.secret, client_address(request)))


def _page(centre: Centre) -> Citizens:
    """Raises NotFound where the town does not offer it: then there is no such interface."""
    page = centre.exchange.citizens_page
    if not page.on:
        raise NotFound("reports of citizens are not taken here")
    return page


def _ground(centre: Centre, page: Citizens) -> BaseGeometry:
    """The outline of where reports are taken."""
    within = page.area or centre.config.town.area
    return centre.town_map.outline([within]) or box(*centre.town_map.bounds)


def _photos(contents: list[bytes]) -> list[bytes]:
    """Raises Invalid."""
    try:
        return [read_photo(one).jpeg for one in contents]
    except PhotoError as error:
        raise Invalid(str(error), "photo") from error
