"""The town and its areas."""

from fastapi import APIRouter

from api.own_ground import own_ground
from api.policy import CurrentCaller, signed_in
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Names
from api.schemas.town import AreaAnswer, CaseClassAnswer, PostAnswer, SkillAnswer, TownAnswer
from incidents.rights import Permission

router = APIRouter(prefix=PREFIX, tags=["town"], responses=REFUSALS)


@router.get(
    "/town", dependencies=[signed_in], summary="Name, bounds, base layers, case classes", operation_id="get_town"
)
def get_town(caller: CurrentCaller, centre: TheCentre) -> TownAnswer:
    """Bounds and dwell times are those of the caller's own areas and cameras."""
    town = centre.config.town
    ground = own_ground(centre, caller)
    drawn = ground.outline if ground else None
    west, south, east, north = drawn.bounds if drawn is not None else centre.town_map.bounds
    cameras = centre.cameras.visible(caller.scope(Permission.CAMERA_SEE))
    dwells = sorted({zone.dwell_seconds for camera in cameras for zone in camera.zones})
    return TownAnswer(
        name=town.name,
        name_en=town.name_en,
        area=town.area,
        timezone=town.timezone,
        bounds=[west, south, east, north],
        centre=[(west + east) / 2, (south + north) / 2],
        base_layers=list(centre.town_map.base),
        case_classes=[
            CaseClassAnswer(
                code=one.code,
                name=Names(zh=one.zh, en=one.en),
                level=one.level,
                platform=one.platform,
                people=one.people,
                skills=one.skills,
            )
            for one in centre.incidents.town.case_classes.classes
        ],
        posts=[
            PostAnswer(id=one.id, name=Names(zh=one.zh, en=one.en), tier=one.tier, platform=one.platform, area=one.area)
            for one in centre.incidents.town.posts.posts
        ],
        skills=[
            SkillAnswer(id=one.id, name=Names(zh=one.zh, en=one.en))
            for one in centre.incidents.town.case_classes.skills
        ],
        accept_s=centre.dispatch.told.accept_minutes * 60,
        dwell=" – ".join(f"{seconds:g} s" for seconds in dict.fromkeys((*dwells[:1], *dwells[-1:]))),
    )


@router.get("/areas", dependencies=[signed_in], summary="Areas within the caller's rights", operation_id="list_areas")
def list_areas(caller: CurrentCaller, centre: TheCentre) -> list[AreaAnswer]:
    return [AreaAnswer.model_validate(area) for area in centre.incidents.list_areas(caller)]
