"""Alarms, their acknowledgement, and the rules that raise them."""

from fastapi import APIRouter

from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Done
from api.schemas.alarms import (
    AcknowledgeRequest,
    AlarmAnswer,
    AlarmList,
    MineRequest,
    RuleAnswer,
    RuleList,
    RuleRequest,
)
from incidents.rights import Permission
from wall.alarm_rules import RuleDraft

router = APIRouter(prefix=PREFIX, tags=["alarms"], responses=REFUSALS)
ANSWER = requires(Permission.ALARM_ANSWER)
MANAGE = requires(Permission.ALARM_MANAGE)


@router.get("/alarms", dependencies=[ANSWER], summary="Alarms nobody has acknowledged", operation_id="list_alarms")
def list_alarms(caller: CurrentCaller, centre: TheCentre) -> AlarmList:
    """Of the last day, oldest first, at most 1000."""
    return AlarmList(items=[AlarmAnswer.model_validate(one) for one in centre.alarms.waiting(caller)])


@router.post(
    "/alarms/acknowledge", dependencies=[ANSWER], summary="Acknowledge alarms", operation_id="acknowledge_alarms"
)
def acknowledge(body: AcknowledgeRequest, caller: CurrentCaller, centre: TheCentre) -> AlarmList:
    """The alarms as they stand after: one acknowledged before says by whom."""
    found = centre.alarms.acknowledge(caller, body.cases)
    return AlarmList(items=[AlarmAnswer.model_validate(one) for one in found])


@router.get("/alarm-rules", dependencies=[ANSWER], summary="Rules for the caller's areas", operation_id="list_rules")
def list_rules(caller: CurrentCaller, centre: TheCentre) -> RuleList:
    """Those set at the caller's areas, and those of areas above, which concern his cases too."""
    return RuleList(items=[RuleAnswer.model_validate(one) for one in centre.alarm_rules.concerning(caller)])


@router.post(
    "/alarm-rules", dependencies=[MANAGE], summary="Set a rule at an area", operation_id="create_rule", status_code=201
)
def create_rule(body: RuleRequest, caller: CurrentCaller, centre: TheCentre) -> RuleAnswer:
    return RuleAnswer.model_validate(centre.alarm_rules.create(caller, _draft(body)))


@router.put("/alarm-rules/{rule_id}", dependencies=[MANAGE], summary="Replace a rule", operation_id="replace_rule")
def replace_rule(rule_id: str, body: RuleRequest, caller: CurrentCaller, centre: TheCentre) -> RuleAnswer:
    return RuleAnswer.model_validate(centre.alarm_rules.replace(caller, rule_id, _draft(body)))


@router.delete("/alarm-rules/{rule_id}", dependencies=[MANAGE], summary="Delete a rule", operation_id="delete_rule")
def delete_rule(rule_id: str, caller: CurrentCaller, centre: TheCentre) -> Done:
    centre.alarm_rules.delete(caller, rule_id)
    return Done()


@router.put(
    "/alarm-rules/{rule_id}/mine",
    dependencies=[ANSWER],
    summary="Switch a rule for oneself",
    operation_id="switch_rule",
)
def switch_mine(rule_id: str, body: MineRequest, caller: CurrentCaller, centre: TheCentre) -> Done:
    """For the caller's own pages alone; displays are not concerned."""
    centre.alarm_rules.switch_mine(caller, rule_id, body.on)
    return Done()


def _draft(body: RuleRequest) -> RuleDraft:
    return RuleDraft(
        area=body.area,
        name=body.name,
        enabled=body.enabled,
        classes=tuple(body.classes),
        min_level=body.min_level,
        hours=tuple(body.hours),
        to_wall=body.to_wall,
        display_id=body.display_id,
        hold_s=body.hold_s,
        sound=body.sound,
        new_cases=body.new_cases,
        step_ups=body.step_ups,
    )
