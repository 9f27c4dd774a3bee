"""Displays and alarms on each kind of database: foreign keys, races and text are theirs to judge."""

from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest

from incidents import queries
from incidents.errors import Invalid, NotFound, SignInFailed
from incidents.rights import EVERYWHERE
from incidents.service import NewCase
from tests.incidents.world import CAMERAS, IN_A1, PASSWORD, World
from wall.alarm_rules import AlarmRules, RuleDraft
from wall.alarms import Alarms
from wall.display_admission import DisplayAdmission
from wall.displays import Displays
from wall.pairing import Collected, PairingRules
from wall.showing import ShowCamera
from wall.tours import tour_shelf

CAMERA = ShowCamera(kind="camera", camera="cam-a")


class Places:
    """The small world's cameras, by the paths of their villages."""

    def path(self, camera_id: str) -> str | None:
        camera = CAMERAS.get(camera_id)
        return f"/330603/QX/{camera.area}/" if camera else None


class Parts:
    def __init__(self, world: World) -> None:
        incidents = world.incidents
        store, clock, feed, rules = incidents.store, incidents.clock, incidents.feed, incidents.accounts.rules
        tours = tour_shelf(store, clock, Places())
        self.world = world
        self.displays = Displays(store, clock, feed, Places(), tours, rules)
        self.admission = DisplayAdmission(store, clock, feed, self.displays, rules, PairingRules())
        self.alarms = Alarms(store, clock, feed, self.displays, ZoneInfo("Asia/Shanghai"))
        self.rules = AlarmRules(store, clock, frozenset({"05-01"}))

    def ask(self) -> tuple[str, str]:
        waiting = self.admission.begin(None, address="10.0.0.7", browser="TV \x00\u2028", screen="1920x1080")
        return waiting.code, waiting.secret

    def pair(self, area: str = "QX") -> tuple[str, Collected]:
        code, secret = self.ask()
        view = self.admission.pair(self.world.admin, code, "大厅电视", area, address="10.0.0.1")
        found = self.admission.poll(secret, address="10.0.0.7")
        assert isinstance(found, Collected)
        return view.id, found

    def take(self, case_id: str) -> None:
        with self.world.incidents.store.read() as connection:
            self.alarms.take(*queries.get_case(connection, EVERYWHERE, case_id))


@pytest.fixture
def parts(world: World) -> Parts:
    return Parts(world)


def test_a_life_from_pairing_to_removal(parts: Parts) -> None:
    admin = parts.world.admin
    display, session = parts.pair()
    assert parts.displays.show(admin, display, CAMERA).left_out == []
    rule = parts.rules.create(admin, RuleDraft("QX", "全镇", display_id=display, hold_s=30))
    case = parts.world.incidents.create_case(admin, NewCase("05-01", *IN_A1, camera_id="cam-a"))
    parts.take(case.id)
    caller = parts.world.incidents.accounts.authenticate(session.token)
    assert caller is not None
    assert parts.displays.instructions(caller).see.kind == "case"
    parts.world.clock.pass_(31)
    parts.displays.tick()
    assert parts.displays.instructions(caller).see.kind == "camera"
    parts.rules.switch_mine(admin, rule.id, False)
    parts.ask()
    parts.admission.remove(admin, display)
    assert parts.world.incidents.accounts.authenticate(session.token) is None
    with pytest.raises(NotFound):
        parts.displays.instructions(caller)
    assert parts.rules.concerning(admin)[0].display_id is None
    parts.rules.delete(admin, rule.id)


def test_of_many_polls_at_once_one_gets_the_session(parts: Parts) -> None:
    code, secret = parts.ask()
    parts.admission.pair(parts.world.admin, code, "电视", "QX", address="10.0.0.1")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: parts.admission.poll(secret, address="10.0.0.7"), range(8)))
    assert sorted(isinstance(one, Collected) for one in found) == [False] * 7 + [True]


def test_of_many_who_type_a_code_at_once_one_makes_the_display(parts: Parts) -> None:
    code, _ = parts.ask()

    def pair(number: int) -> bool:
        try:
            parts.admission.pair(parts.world.admin, code, f"电视{number}", "QX", address="10.0.0.1")
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(pair, range(4))) == [False] * 3 + [True]
    assert len(parts.displays.visible(parts.world.admin)) == 1


def test_no_password_opens_a_display(parts: Parts) -> None:
    parts.pair()
    accounts = parts.world.incidents.accounts
    name = next(one.username for one in accounts.list(parts.world.admin) if one.username.startswith("display-"))
    for password in ("!", "", PASSWORD):
        with pytest.raises(SignInFailed):
            accounts.sign_in(name, password, address="x")


def test_an_alarm_is_raised_once_however_often_its_case_is_told(parts: Parts) -> None:
    admin = parts.world.admin
    parts.rules.create(admin, RuleDraft("QX", "全镇"))
    case = parts.world.incidents.create_case(admin, NewCase("05-01", *IN_A1))
    again = Parts(parts.world)
    for one in (parts, parts, again):
        one.take(case.id)
    again.alarms.recover()
    assert [one.case.id for one in parts.alarms.waiting(admin)] == [case.id]
    assert parts.alarms.acknowledge(admin, [case.id])[0].acknowledged is not None
    again.take(case.id)
    assert parts.alarms.waiting(admin) == ()


def test_a_case_that_is_stepped_up_is_an_alarm_once_more(parts: Parts) -> None:
    admin, incidents, clock = parts.world.admin, parts.world.incidents, parts.world.clock
    parts.rules.create(admin, RuleDraft("QX", "新事件"))
    display, _ = parts.pair()
    late = RuleDraft("QX", "超时", new_cases=False, step_ups=True, display_id=display)
    late_rule = parts.rules.create(admin, late)
    case = incidents.create_case(admin, NewCase("05-01", *IN_A1))
    parts.take(case.id)
    (first,) = parts.alarms.waiting(admin)
    assert first.stepped_at is None
    assert late_rule.id not in {one.id for one in first.rules}
    parts.alarms.acknowledge(admin, [case.id])
    deadline = incidents.get_case(admin, case.id).case.deadline_at or 0.0
    for nth, answered in enumerate((True, False)):
        clock.pass_(deadline - clock.now() + 60)
        assert incidents.supervision.watch() == (0, 1)
        for one in (parts, parts, Parts(parts.world)):
            one.take(case.id)
        (again,) = parts.alarms.waiting(admin)
        assert (again.stepped_at, again.raised_at, [one.id for one in again.rules]) == (
            clock.now(), clock.now(), [late_rule.id]
        ), nth  # fmt: skip
        if answered:
            parts.alarms.acknowledge(admin, [case.id])
        incidents.act(admin, case.id, "supervise", {"reason": "马上处理"})
        parts.take(case.id)
        assert (parts.alarms.waiting(admin) == ()) is answered, "a person's supervision is no step-up"
        incidents.act(admin, case.id, "triage", {"level": 3 + nth})
        deadline = incidents.get_case(admin, case.id).case.deadline_at or 0.0
    clock.pass_(601)
    Parts(parts.world).alarms.recover()
    assert parts.alarms.waiting(admin)[0].stepped_at == again.stepped_at


def test_step_ups_nobody_heard_of_raise_their_alarms_at_the_start(parts: Parts) -> None:
    admin, incidents, clock = parts.world.admin, parts.world.incidents, parts.world.clock
    parts.rules.create(admin, RuleDraft("QX", "超时", step_ups=True))
    case = incidents.create_case(admin, NewCase("05-01", *IN_A1))
    clock.pass_((case.deadline_at or 0.0) - clock.now() + 1)
    incidents.supervision.watch()
    assert parts.alarms.waiting(admin) == ()
    parts.alarms.recover()
    (late,) = parts.alarms.waiting(admin)
    assert (late.case.id, late.stepped_at) == (case.id, clock.now())
    with pytest.raises(Invalid, match="new_cases, step_ups or both"):
        parts.rules.create(admin, RuleDraft("QX", "nothing", new_cases=False))


def test_old_cases_raise_nothing(parts: Parts) -> None:
    admin = parts.world.admin
    case = parts.world.incidents.create_case(admin, NewCase("05-01", *IN_A1))
    parts.rules.create(admin, RuleDraft("QX", "全镇"))
    parts.world.clock.pass_(601)
    parts.take(case.id)
    parts.alarms.recover()
    assert parts.alarms.waiting(admin) == ()
