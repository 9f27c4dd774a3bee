"""Who speaks where: one at a loudspeaker at a time, taken over by rank, stopped for certain, and told afterwards."""

import asyncio
import logging
import random
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from incidents.errors import Conflict, Invalid, NotFound
from incidents.rights import Caller, Permission
from runtime.clock import Clock
from talkdown.reason import EXPECTED, Reason, Why, busy, reason, reason_of, taken_over
from talkdown.sound import RATE
from talkdown.speakers import IN_QUIET_HOURS, Speakers, Voice
from talkdown.speaking import PAUSE_SECONDS, Saying, ended
from talkdown.talk import OVER, Message, State, Talk, Target
from talkdown.ways import Ways

logger = logging.getLogger(__name__)

MOST_TALKS = 40
KEPT_TALKS = 400
TAKE_OVER_SECONDS = 6.0
_WORTH_KNOWING = frozenset({Why.UNREACHABLE, Why.TOO_SLOW, Why.ACCOUNT, Why.REFUSED, Why.NO_LOUDSPEAKER})


class TalkLog(Protocol):
    """Told in order, from one task; both may take their time."""

    async def began(self, talk: Talk) -> None: ...

    async def ended(self, talk: Talk) -> None: ...


@dataclass(frozen=True, slots=True)
class Reach:
    """What is known of a loudspeaker since it was last tried."""

    at: float
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """`take_over`: from lower ranks, said expressly; `in_quiet_hours`: likewise, and for supervisors only."""

    speakers: Sequence[str]
    message: Message
    case_id: str | None = None
    take_over: bool = False
    in_quiet_hours: bool = False


class TalkDesk:
    """Belongs to one event loop. In memory: what is being said ends with the process.

    `follow` is called with the id of a loudspeaker whenever something changes there."""

    def __init__(
        self,
        speakers: Speakers,
        ways: Ways,
        clock: Clock,
        rng: random.Random,
        log: TalkLog,
        follow: Callable[[str], None],
    ) -> None:
        self.speakers, self.ways = speakers, ways
        self._clock, self._rng, self._log, self._follow = clock, rng, log, follow
        self._floors: dict[str, Target] = {}
        self._reach: dict[str, Reach] = {}
        self._talks: OrderedDict[str, Talk] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """Everything that is being said stops, and is told."""
        for talk in self._talks.values():
            talk.halt(reason(Why.STOPPED))
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=8.0)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def begin(self, caller: Caller, wanted: Wanted) -> Talk:
        """Begins at once wherever it can; what stands against it elsewhere is told at each loudspeaker. Raises
        NotFound for a loudspeaker the caller may not speak at, Invalid, Conflict."""
        self._check(wanted)
        going_on = sum(not talk.over for talk in self._talks.values())
        if going_on >= MOST_TALKS:
            raise Conflict(f"{MOST_TALKS} talks are going on already", "loudspeakers", "同时进行的喊话过多")
        targets = [self._target(caller, one) for one in dict.fromkeys(wanted.speakers)]
        now, talk_id = self._clock.now(), f"{self._rng.getrandbits(96):024x}"
        talk = Talk(talk_id, caller.account_id, caller.name, wanted.message, targets, now, wanted.case_id)
        for target in targets:
            self._claim(target, wanted)
        self._talks[talk.id] = talk
        while len(self._talks) > KEPT_TALKS:
            self._talks.popitem(last=False)
        task = asyncio.create_task(self._run(talk), name=f"talk {talk.id}")
        self._tasks.add(task)
        task.add_done_callback(self._ended_task)
        return talk

    def get(self, caller: Caller, talk_id: str) -> Talk:
        """One's own, or one at a loudspeaker one may speak at. Raises NotFound."""
        talk = self._talks.get(talk_id)
        scope = caller.scope(Permission.LOUDSPEAKER_SPEAK)
        own = talk is not None and talk.account_id == caller.account_id
        if talk is None or not (own or any(scope.covers(target.path) for target in talk.targets)):
            raise NotFound("no such talk", "talk", "没有该喊话")
        return talk

    def halt(self, caller: Caller, talk_id: str) -> Talk:
        """Stops one's own everywhere, another's where one has the higher rank. Raises NotFound."""
        talk = self.get(caller, talk_id)
        for target in talk.targets:
            voice = self.speakers.voice(caller, target.speaker)
            if talk.account_id == caller.account_id:
                target.halt(reason(Why.STOPPED))
            elif voice is not None and voice.rank > target.voice.rank:
                target.halt(Reason(Why.STOPPED, f"被 {caller.name} 停止", f"stopped by {caller.name}"))
        return talk

    def at(self, speaker_id: str) -> Target | None:
        """Whose turn it is there."""
        return self._floors.get(speaker_id)

    def reach(self, speaker_id: str) -> Reach | None:
        return self._reach.get(speaker_id)

    def tried(self, speaker_id: str, problem: Reason | None) -> None:
        """Somebody knocked there."""
        before = self._reach.get(speaker_id)
        self._reach[speaker_id] = Reach(self._clock.now(), problem)
        if before is None or (before.reason is None) != (problem is None):
            self._follow(speaker_id)

    def _check(self, wanted: Wanted) -> None:
        rules, message = self.speakers.rules, wanted.message
        if not wanted.speakers:
            raise Invalid("name at least one loudspeaker", "loudspeakers", "请选择音柱")
        if len(wanted.speakers) > rules.at_once:
            most = rules.at_once
            raise Invalid(f"at most {most} loudspeakers at once", "loudspeakers", f"一次最多 {most} 个音柱")
        if message.sound is not None:
            seconds = message.repeat * len(message.sound) / RATE + (message.repeat - 1) * PAUSE_SECONDS
            if seconds > rules.longest_seconds:
                most = rules.longest_seconds
                text = f"with its repetitions it takes {seconds:.0f} s; {most} s are allowed"
                raise Invalid(text, "repeat", f"连同重复共 {seconds:.0f} 秒，超过上限 {most} 秒")

    def _target(self, caller: Caller, speaker_id: str) -> Target:
        speaker = self.speakers.get(caller.scope(Permission.LOUDSPEAKER_SPEAK), speaker_id)
        voice, path = self.speakers.voice(caller, speaker), self.speakers.path(speaker)
        assert voice is not None
        assert path is not None
        return Target(speaker, path, voice)

    def _claim(self, target: Target, wanted: Wanted) -> None:
        """Takes the floor there, or says why not."""
        speaker, voice = target.speaker, target.voice
        if not speaker.enabled:
            return self._refuse(target, reason(Why.DISABLED))
        quiet = self.speakers.quiet(speaker, self._clock.now())
        if quiet and not (wanted.in_quiet_hours and voice.rank >= IN_QUIET_HOURS):
            return self._refuse(target, reason(Why.QUIET_HOURS))
        holder = self._floors.get(speaker.id)
        if holder is not None:
            if not (wanted.take_over and _may_take(voice, holder.voice)):
                return self._refuse(target, busy(holder.voice.name))
            holder.halt(taken_over(voice.name))
            target.after = holder
        self._floors[speaker.id] = target

    def _refuse(self, target: Target, why: Reason) -> None:
        target.state, target.reason = State.FAILED, why
        target.done.set()

    async def _run(self, talk: Talk) -> None:
        saying = Saying(talk.message, self.speakers.rules, self.ways, self._clock)
        waiting = [target for target in talk.targets if target.state is State.WAITING]
        try:
            await self._log.began(talk)  # nothing is said that nobody put down
            await asyncio.gather(*(self._serve(saying, target) for target in waiting))
        finally:
            for target in waiting:
                if target.state not in OVER:
                    self._close(target, State.STOPPED, reason(Why.STOPPED))
            await saying.close()
            try:
                await self._log.ended(talk)
            finally:  # whoever learns that it is over finds it put down
                talk.ended_at = self._clock.now()

    async def _serve(self, saying: Saying, target: Target) -> None:
        try:
            if target.after is not None:
                async with asyncio.timeout(TAKE_OVER_SECONDS):
                    await target.after.done.wait()
            target.state = State.OPENING
            self._follow(target.speaker.id)
            await saying.at(target, lambda: self._began(target))
            self._close(target, ended(target), target.halt_reason)
            self.tried(target.speaker.id, None)
        except EXPECTED as problem:
            why = reason_of(problem)
            self._close(target, State.FAILED, why)
            if why.why in _WORTH_KNOWING:
                self.tried(target.speaker.id, why)
        finally:
            if target.state not in OVER:
                self._close(target, State.STOPPED, target.halt_reason or reason(Why.STOPPED))

    def _began(self, target: Target) -> None:
        if target.state is not State.SPEAKING:
            target.state, target.began_at = State.SPEAKING, self._clock.now()
            self._follow(target.speaker.id)

    def _close(self, target: Target, state: State, why: Reason | None) -> None:
        if target.began_at is not None:
            target.seconds = max(0.0, self._clock.now() - target.began_at)
        target.state, target.reason = state, why
        target.after = None
        if self._floors.get(target.speaker.id) is target:
            del self._floors[target.speaker.id]
        target.done.set()
        self._follow(target.speaker.id)

    def _ended_task(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            logger.error("%s failed", task.get_name(), exc_info=problem)


def _may_take(voice: Voice, holder: Voice) -> bool:
    return voice.account_id == holder.account_id or voice.rank > holder.rank
