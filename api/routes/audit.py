"""The audit: who looked at which camera, signed in, changed accounts, took data away."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from api.audit_table import as_csv
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.audit import AuditAnswer, AuditEntry
from incidents.audit import Kind
from incidents.audit_queries import MAX_PAGE, AuditFilter
from incidents.looking import How
from incidents.rights import Permission

router = APIRouter(prefix=f"{PREFIX}/audit", tags=["audit"], responses=REFUSALS)
SEE = requires(Permission.AUDIT_SEE)
MOST_EXPORTED = 100_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What may be asked of the audit, the same for the list and the table."""

    kind: Annotated[list[Kind] | None, Query(max_length=8)] = None
    how: Annotated[How | None, Query()] = None
    camera: Annotated[str | None, Query(max_length=64)] = None
    account: Annotated[str | None, Query(max_length=64, description="id of who did it")] = None
    area: Annotated[str | None, Query(max_length=64)] = None
    from_at: Annotated[float | None, Query(alias="from", ge=0, le=1e11, description="Unix time")] = None
    to_at: Annotated[float | None, Query(alias="to", ge=0, le=1e11, description="Unix time")] = None

    def filter(self, limit: int, cursor: str | None = None) -> AuditFilter:
        kinds = frozenset(one.value for one in self.kind or ())
        how = self.how.value if self.how else None
        return AuditFilter(kinds, how, self.camera, self.account, self.area, self.from_at, self.to_at, cursor, limit)


TheAsked = Annotated[Asked, Depends()]


@router.get("", dependencies=[SEE], summary="Who did what no case tells, newest first", operation_id="list_audit")
def list_audit(
    asked: TheAsked,
    caller: CurrentCaller,
    centre: TheCentre,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
    cursor: Annotated[str | None, Query(max_length=12)] = None,
) -> AuditAnswer:
    """What was done or went on between `from` and `to`. Somebody who looks is told within seconds."""
    page = centre.audit.list(caller, asked.filter(limit, cursor))
    return AuditAnswer(items=[AuditEntry.model_validate(one) for one in page.items], cursor=page.cursor)


@router.get(
    "/export",
    dependencies=[SEE],
    summary="The same as a table",
    operation_id="export_audit",
    response_class=Response,
    response_model=bytes,
)
def export_audit(
    asked: TheAsked,
    caller: CurrentCaller,
    centre: TheCentre,
    form: Annotated[Literal["csv"], Query()] = "csv",
) -> Response:
    """At most 100 000 rows, the newest; that it was taken is in the audit too."""
    rows = centre.audit.every(caller, asked.filter(MAX_PAGE), MOST_EXPORTED)
    names = {camera.id: camera.name for camera in centre.cameras.visible(caller.scope(Permission.AUDIT_SEE))}
    centre.audit.exported(caller, "audit", caller.scope(Permission.AUDIT_SEE), {"rows": len(rows)})
    table = as_csv(rows, names, centre.incidents.town.timezone)
    headers = {"content-disposition": f'attachment; filename="audit.{form}"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)
