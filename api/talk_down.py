"""Everything of loudspeakers that one API process is made of."""

import asyncio
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.camera_directory import CameraDirectory
from config.cameras import CamerasFile
from config.loudspeakers import Loudspeaker
from incidents.announcements import Announcements
from incidents.rights import Caller, Permission
from incidents.service import Incidents
from incidents.talk_record import Said, SaidAt, TalkRecord
from runtime.clock import Clock
from talkdown.desk import TalkDesk
from talkdown.reach_watch import ReachWatch
from talkdown.speakers import IN_QUIET_HOURS, Speakers
from talkdown.speech import program_for
from talkdown.talk import Talk, Target
from talkdown.ways import Ways
from wall.events import Event


@dataclass(frozen=True, slots=True)
class TalkDown:
    """`start` and `stop` belong to the event loop; stopping stops everything that is being said."""

    speakers: Speakers
    desk: TalkDesk
    watch: ReachWatch
    announcements: Announcements
    clock: Clock

    def start(self) -> None:
        self.watch.start()

    async def stop(self) -> None:
        await self.watch.stop()
        await self.desk.stop()

    def state_of(self, speaker: Loudspeaker) -> dict[str, Any]:
        """How it is now, as the contract shows it."""
        target, reach = self.desk.at(speaker.id), self.desk.reach(speaker.id)
        problem = reach.reason if reach is not None else None
        return {
            "id": speaker.id,
            "state": target.state.value if target is not None else ("idle" if speaker.enabled else "off"),
            "holder": {"id": target.voice.account_id, "name": target.voice.name} if target is not None else None,
            "since": target.began_at if target is not None else None,
            "quiet": self.speakers.quiet(speaker, self.clock.now()),
            "reached": None if reach is None else problem is None,
            "reached_at": reach.at if reach is not None else None,
            "problem": {"zh": problem.zh, "en": problem.en} if problem is not None else None,
        }

    def describe(self, caller: Caller, speaker: Loudspeaker, area_name: str) -> dict[str, Any]:
        """The loudspeaker as the contract shows it to one who may see it."""
        http, voice = speaker.http, self.speakers.voice(caller, speaker)
        programs = self.speakers.rules.speech
        reads = http is not None and http.text_url is not None
        plays = http is None or http.audio_url is not None
        return {
            "name": speaker.name,
            "name_en": speaker.name_en,
            "area": speaker.area,
            "area_name": area_name,
            "lon": speaker.place.lon,
            "lat": speaker.place.lat,
            "range_m": speaker.range_m,
            "driver": "http" if http is not None else "onvif",
            "camera": speaker.onvif.camera if speaker.onvif is not None else None,
            "takes_live": http is None or (http.audio_url is not None and http.audio == "stream"),
            "takes_chinese": reads or (plays and bool(program_for("中", programs))),
            "takes_english": reads or (plays and bool(program_for("a", programs))),
            "may_speak": voice is not None,
            "may_in_quiet_hours": voice is not None and voice.rank >= IN_QUIET_HOURS,
            **self.state_of(speaker),
        }

    def targets_for(self, caller: Caller, talk: Talk) -> list[Target]:
        """Those the caller may know of: all of his own talk, of another's those where he may speak himself."""
        if talk.account_id == caller.account_id:
            return list(talk.targets)
        scope = caller.scope(Permission.LOUDSPEAKER_SPEAK)
        return [target for target in talk.targets if scope.covers(target.path)]


class WrittenLog:
    """Talks into the store, off the event loop."""

    def __init__(self, record: TalkRecord) -> None:
        self._record = record
        self._rows: dict[str, list[int]] = {}

    async def began(self, talk: Talk) -> None:
        self._rows[talk.id] = await asyncio.to_thread(self._record.began, said(talk))

    async def ended(self, talk: Talk) -> None:
        rows = self._rows.pop(talk.id, None)
        if rows is not None:
            await asyncio.to_thread(self._record.ended, said(talk), rows)


def said(talk: Talk) -> Said:
    return Said(
        id=talk.id,
        account_id=talk.account_id,
        name=talk.name,
        how=talk.message.kind,
        text=talk.message.text,
        announcement=talk.message.name,
        case_id=talk.case_id,
        at=talk.began_at,
        where=[
            SaidAt(
                loudspeaker=target.speaker.id,
                name=target.speaker.name,
                name_en=target.speaker.name_en,
                path=target.path,
                outcome=target.state.value,
                reason=target.reason.why.value if target.reason is not None else "",
                began_at=target.began_at,
                seconds=target.seconds,
            )
            for target in talk.targets
        ],
    )


def build_talk_down(
    file: Callable[[], CamerasFile],
    base_dir: Path,
    incidents: Incidents,
    cameras: CameraDirectory,
    publish: Callable[[Event], None],
    clock: Clock,
) -> TalkDown:
    """`file` gives cameras.yaml as it is in force at the moment."""
    speakers = Speakers(file, cameras.area_path, incidents.town.timezone)
    rng = random.SystemRandom()
    ways = Ways(file, os.environ, base_dir, clock, rng)

    def follow(speaker_id: str) -> None:
        speaker = speakers.find(speaker_id)
        path = speakers.path(speaker) if speaker is not None else None
        if speaker is not None and path is not None:
            publish(Event("loudspeaker", made.state_of(speaker), (path,)))

    desk = TalkDesk(speakers, ways, clock, rng, WrittenLog(TalkRecord(incidents)), follow)
    made = TalkDown(speakers, desk, ReachWatch(desk, clock), Announcements(incidents.store, clock), clock)
    return made
