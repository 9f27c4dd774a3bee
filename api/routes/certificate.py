"""The certificate authority of this installation, for rooms to trust."""

from fastapi import APIRouter, Response

from api.policy import public
from api.redirect import CA_PATH, authority_file
from api.routes.dependencies import TheCentre
from incidents.errors import NotFound

router = APIRouter()


@router.get(CA_PATH, dependencies=[public], include_in_schema=False)
def get_authority(centre: TheCentre) -> Response:
    """404 where the operator's own certificate is used, or no https at all."""
    if centre.settings.authority is None:
        raise NotFound("this server has no certificate authority of its own")
    return authority_file(centre.settings.authority)
