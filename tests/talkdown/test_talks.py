"""Talks at real (simulated) devices: what was heard there is compared with what was said, as sound."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from incidents.errors import Invalid, NotFound
from runtime.clock import SystemClock
from sim.loudspeakers import samples_of
from sim.rtsp.fault import Fault, FaultSetting
from talkdown.desk import TalkDesk, Wanted
from talkdown.reach_watch import ReachWatch
from talkdown.reason import Why
from talkdown.sound import frames_of
from talkdown.talk import Message, State, Target
from tests.talkdown.street import caller, likeness, speech_like, street

ALL = ("mu", "a", "deaf", "locked", "stream", "wav", "reads", "away", "night", "off")
DEVICE = {"mu": "cam-u", "a": "cam-a"}


def why(target: Target) -> Why | None:
    return target.reason.why if target.reason else None


async def test_an_announcement_is_heard_as_it_was_recorded(tmp_path: Path) -> None:
    said = speech_like(1.2)
    message = Message("announcement", "此处禁止摆摊", "禁止摆摊", said)
    async with street(tmp_path) as here:
        talk = here.desk.begin(caller(), Wanted(ALL, message))
        targets = await here.over(talk)
        for id_ in ("mu", "a", "stream", "wav"):
            (sound,) = here.hearing.of(DEVICE.get(id_, id_))
            heard = samples_of(sound)
            assert likeness(said, heard) > 0.98, id_
            assert sound.gaps == 0
            assert targets[id_].state is State.PLAYED, targets[id_].reason
            assert sound.ended == ("teardown" if id_ in DEVICE else "end")
        # Half as loud where the configuration says so.
        loud, quiet = (np.abs(samples_of(here.hearing.of(one)[0])).max() for one in ("wav", "stream"))
        assert quiet / loud == pytest.approx(0.5, abs=0.03)
        assert here.hearing.of("reads")[0].text == "此处禁止摆摊"
        expected = {
            "deaf": Why.NO_LOUDSPEAKER,
            "locked": Why.ACCOUNT,
            "away": Why.UNREACHABLE,
            "night": Why.QUIET_HOURS,
            "off": Why.DISABLED,
        }
        assert {id_: why(targets[id_]) for id_ in expected} == expected
        assert all(targets[id_].state is State.FAILED for id_ in expected)
        assert all(target.reason.zh and target.reason.en for target in targets.values() if target.reason)
        assert here.log.began_talks == here.log.ended_talks == [talk]
        assert here.cameras.sessions.count("cam-u") == 0
        assert "secret" not in repr(talk)


async def test_text_is_read_aloud_where_something_can_read_it(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        message = Message("text", "请立即离开", repeat=2)
        targets = await here.over(here.desk.begin(caller(), Wanted(("mu", "wav", "reads"), message)))
        assert {one.state for one in targets.values()} == {State.PLAYED}
        assert [sound.text for sound in here.hearing.of("reads")] == ["请立即离开"] * 2
        camera, whole = here.hearing.of("cam-u")[0].samples(), samples_of(here.hearing.of("wav")[0])
        # Twice what the program makes of five letters, a second between.
        assert len(whole) == 2 * 400 + 8000
        assert likeness(whole, camera) > 0.97
        english = await here.over(here.desk.begin(caller(), Wanted(("mu", "reads"), Message("text", "Leave now"))))
        assert (why(english["mu"]), english["reads"].state) == (Why.NO_SPEECH, State.PLAYED)


async def test_live_speech_reaches_all_that_can_be_spoken_to(tmp_path: Path) -> None:
    said = speech_like(2.0, seed=5)
    async with street(tmp_path, SystemClock()) as here:
        talk = here.desk.begin(caller(), Wanted(("mu", "stream", "wav", "reads"), Message("live")))
        by_id = {target.speaker.id: target for target in talk.targets}
        await here.until(lambda: by_id["mu"].state is by_id["stream"].state is State.SPEAKING)
        assert {why(by_id[id_]) for id_ in ("wav", "reads")} == {Why.NOT_LIVE}
        for number, frame in enumerate(frames_of(said)):
            for target in talk.targets:
                target.ears.put(number, frame)
            if number % 5 == 4:
                await asyncio.sleep(0.05)
        for target in talk.targets:
            target.ears.end()
        await here.over(talk)
        assert by_id["mu"].ears.sent == 99
        for device in ("cam-u", "stream"):
            heard = here.hearing.of(device)[0].samples()
            assert likeness(said, heard) > 0.95
        assert by_id["mu"].seconds > 0.5


async def test_a_speaker_who_vanishes_is_cut_off(tmp_path: Path) -> None:
    """Nobody says that it is over: network, browser or machine have died."""
    async with street(tmp_path, SystemClock()) as here:
        talk = here.desk.begin(caller(), Wanted(("mu",), Message("live")))
        (target,) = talk.targets
        for frame in frames_of(speech_like(0.2)):
            target.ears.put(0, frame)
        await here.over(talk)
        assert (target.state, why(target)) == (State.STOPPED, Why.CONNECTION_LOST)
        assert here.hearing.of("cam-u")[0].ended == "teardown"
        assert target.seconds < 5
        assert here.desk.at("mu") is None


async def test_one_speaks_at_a_time_and_a_higher_rank_takes_over(tmp_path: Path) -> None:
    long = Message("announcement", "", "长", speech_like(15.0))
    async with street(tmp_path, SystemClock()) as here:
        first = here.desk.begin(caller("village_room", "east"), Wanted(("mu",), long))
        await here.until(lambda: here.hearing.of("cam-u"))
        second = here.desk.begin(caller(), Wanted(("mu",), long, take_over=True))
        assert (second.targets[0].state, why(second.targets[0])) == (State.FAILED, Why.BUSY)
        assert "village_room@east" in second.targets[0].reason.zh
        meek = here.desk.begin(caller("supervisor"), Wanted(("mu",), long))
        assert why(meek.targets[0]) is Why.BUSY
        third = here.desk.begin(caller("supervisor"), Wanted(("mu",), long, take_over=True))
        await here.over(first)
        assert (first.targets[0].state, why(first.targets[0])) == (State.STOPPED, Why.TAKEN_OVER)
        await here.until(lambda: third.targets[0].state is State.SPEAKING)
        assert here.hearing.of("cam-u")[0].ended == "teardown"
        # An equal one looks on; the higher one, and he himself, stop it.
        here.desk.halt(caller("operator"), third.id)
        assert not third.targets[0].halted.is_set()
        here.desk.halt(caller("administrator"), third.id)
        await here.over(third)
        assert why(third.targets[0]) is Why.STOPPED
        assert here.hearing.of("cam-u")[1].ended == "teardown"
        assert {"mu"} == set(here.changes)


async def test_a_whole_message_is_silenced_at_the_device(tmp_path: Path) -> None:
    async with street(tmp_path, SystemClock()) as here:
        talk = here.desk.begin(caller(), Wanted(("wav",), Message("announcement", "", "长", speech_like(15.0))))
        await here.until(lambda: here.hearing.of("wav"))
        here.desk.halt(caller(), talk.id)
        targets = await here.over(talk)
        assert targets["wav"].state is State.STOPPED
        assert here.hearing.of("wav")[0].ended == "silenced audio"


async def test_quiet_hours_are_for_supervisors_who_say_so(tmp_path: Path) -> None:
    message = Message("announcement", "", "短", speech_like(0.3))
    async with street(tmp_path) as here:
        for who, said, heard in (("operator", True, False), ("supervisor", False, False), ("supervisor", True, True)):
            wanted = Wanted(("night",), message, in_quiet_hours=said)
            targets = await here.over(here.desk.begin(caller(who), wanted))
            assert (targets["night"].state is State.PLAYED) == heard, (who, said)
        assert len(here.hearing.of("night")) == 1


async def test_devices_that_fail_are_told_as_what_they_are(tmp_path: Path) -> None:
    message = Message("announcement", "短", "短", speech_like(0.3))
    async with street(tmp_path) as here:
        here.devices.trouble["stream"] = 503
        here.devices.trouble["wav"] = 500
        here.devices.trouble["reads"] = 302
        targets = await here.over(here.desk.begin(caller(), Wanted(("stream", "wav", "reads"), message)))
        assert [why(targets[id_]) for id_ in ("stream", "wav", "reads")] == [Why.BUSY, Why.REFUSED, Why.REFUSED]
        here.cameras.estate.cameras["cam-u"].fault = FaultSetting(Fault.FREEZE)
        frozen = await here.over(here.desk.begin(caller(), Wanted(("mu",), message)))
        assert why(frozen["mu"]) is Why.TOO_SLOW
        watch = ReachWatch(here.desk, SystemClock())
        await watch.run_once()
        reached = {id_: here.desk.reach(id_) for id_ in ("mu", "away", "off")}
        assert reached["off"] is None
        assert reached["mu"] is not None
        assert reached["mu"].reason is None
        assert reached["away"] is not None
        assert reached["away"].reason is not None
        assert reached["away"].reason.why is Why.UNREACHABLE


async def test_what_cannot_be_begun_is_refused_at_once(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        desk: TalkDesk = here.desk
        village = caller("village_room", "east")
        with pytest.raises(NotFound):
            desk.begin(village, Wanted(("mu", "reads"), Message("text", "西村的音柱")))
        with pytest.raises(NotFound):
            desk.begin(caller("grid_worker"), Wanted(("mu",), Message("text", "x")))
        with pytest.raises(NotFound):
            desk.begin(village, Wanted(("nothing",), Message("text", "x")))
        with pytest.raises(Invalid, match="at least one"):
            desk.begin(village, Wanted((), Message("text", "x")))
        with pytest.raises(Invalid, match="20 s are allowed"):
            desk.begin(village, Wanted(("mu",), Message("announcement", "", "x", speech_like(10), repeat=2)))
        talk = desk.begin(village, Wanted(("mu",), Message("announcement", "", "x", speech_like(0.2))))
        with pytest.raises(NotFound):
            desk.get(caller("village_room", "west"), talk.id)
        await here.over(talk)
        assert [one.id for one in here.log.began_talks] == [talk.id]
