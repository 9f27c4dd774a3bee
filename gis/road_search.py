"""Who is soonest at a place by road: one search outward from the place, against the way people will come.

Dijkstra's algorithm over the arcs of a `RoadNetwork`, all modes in one queue. People stand in the edge they were last
seen on, so that reaching an edge finds them, and wait in the same queue: in its order they are final, and the search
ends with the last one wanted.
"""

import heapq
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gis.road_classes import MODES, Mode
from gis.road_network import RoadNetwork, RoadSpot

LONGEST_S = 2 * 3600.0


@dataclass(frozen=True, slots=True)
class Traveller:
    """Somebody at a place, WGS 84, and how he moves."""

    id: str
    lon: float
    lat: float
    mode: Mode


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody comes to the place: time, metres by road and beside it, and, where it was asked for, the line to
    draw: (lon, lat) from him to the place."""

    id: str
    mode: Mode
    seconds: float
    distance_m: float
    line: tuple[tuple[float, float], ...] = ()


class Travellers:
    """People on a road network, kept up as their positions come in. Not thread-safe."""

    def __init__(self, network: RoadNetwork) -> None:
        self.network = network
        self._placed: dict[str, tuple[Traveller, RoadSpot | None]] = {}
        self._on_edge: dict[Mode, dict[int, set[str]]] = {mode: {} for mode in MODES}

    def __len__(self) -> int:
        return len(self._placed)

    def move(self, people: Iterable[Traveller]) -> None:
        """Puts them where they now are; who has not moved costs nothing."""
        moved: dict[Mode, dict[str, Traveller]] = {}
        for one in people:
            known = self._placed.get(one.id)
            if known is None or known[0] != one:
                moved.setdefault(one.mode, {})[one.id] = one
        for mode, these in moved.items():
            spots = self.network.snap([(one.lon, one.lat) for one in these.values()], mode)
            for one, spot in zip(these.values(), spots, strict=True):
                self.remove(one.id)
                self._placed[one.id] = one, spot
                if spot is not None:
                    self._on_edge[mode].setdefault(spot.edge, set()).add(one.id)

    def remove(self, id_: str) -> None:
        """Nothing where he is not known."""
        known = self._placed.pop(id_, None)
        if known is not None and known[1] is not None:
            at, edge = self._on_edge[known[0].mode], known[1].edge
            at[edge].discard(id_)
            if not at[edge]:
                del at[edge]

    def nearest(
        self,
        lon: float,
        lat: float,
        count: int,
        *,
        among: Collection[str] | None = None,
        within_s: float = LONGEST_S,
        drawn: bool = False,
    ) -> list[Way]:
        """The `count` who are soonest at the place, soonest first, of all or of `among`; fewer where not so many can be
        there within the time. Who has no way by road (no road near, or of another part) is not among them."""
        if among is None or len(among) * 4 > len(self._placed):
            wanted = among if among is None or isinstance(among, set | frozenset) else frozenset(among)
            search = _Search(self.network, (lon, lat), self._placed, [self._on_edge[mode] for mode in MODES], wanted)
        else:
            search = _Search(self.network, (lon, lat), self._placed, self._edges_of(among), None)
            count = min(count, search.reachable())
        return [search.way(*one, drawn) for one in search.soonest(count, within_s)]

    def _edges_of(self, few: Collection[str]) -> list[dict[int, set[str]]]:
        """Few wanted of many: only their edges, so that the search ends when all of them are found."""
        found: list[dict[int, set[str]]] = [{} for _ in MODES]
        for one in few:
            if one in self._placed and (spot := self._placed[one][1]) is not None:
                found[MODES.index(self._placed[one][0].mode)].setdefault(spot.edge, set()).add(one)
        return found


_HERE = -1
"""Onward of nodes at the ends of the place's own edge, and of who is on it: no further node."""


class _Search:
    """One search. A state is a node in a mode, `mode * nodes + node`; people are negative numbers in the queue."""

    def __init__(
        self,
        network: RoadNetwork,
        place: tuple[float, float],
        placed: Mapping[str, tuple[Traveller, RoadSpot | None]],
        on_edge: Sequence[Mapping[int, Collection[str]]],
        wanted: Collection[str] | None,
    ) -> None:
        self._network, self._nodes = network, len(network.part)
        self._placed, self._on_edge, self._wanted = placed, on_edge, wanted
        self._places = [network.snap([place], mode)[0] for mode in MODES]
        self._seconds = [(network.along[m].data, network.against[m].data) for m in range(len(MODES))]
        self._best: dict[int, float] = {}
        self._onward: dict[int, tuple[int, int]] = {}
        """Of a state: the next one, and the edge to it (~edge: against it)."""
        self._queue: list[tuple[float, int]] = []
        self._met: list[tuple[str, int, int, int]] = []
        """Who was met, in which mode, from which state, over which edge; the negative number in the queue is -1 - i."""

    def soonest(self, count: int, within_s: float) -> Iterator[tuple[float, int]]:
        """(seconds, number of who was met), soonest first."""
        queue, met, done, people = self._queue, self._met, set[int](), set[str]()
        self._begin()
        while queue and len(people) < count:
            time, state = heapq.heappop(queue)
            if time > within_s:
                return
            if state >= 0:
                if state not in done:
                    done.add(state)
                    self._leave(time, state)
            elif met[-1 - state][0] not in people:
                people.add(met[-1 - state][0])
                yield time, -1 - state

    def _leave(self, time: float, state: int) -> None:
        """Everybody on the roads that lead here, and on to where they come from."""
        mode, node = divmod(state, self._nodes)
        arcs, on_edge, best = self._network.arcs[MODES[mode]], self._on_edge[mode], self._best
        start, end, offset = arcs.start[node], arcs.start[node + 1], state - node
        for over, node, seconds in zip(
            arcs.edge[start:end], arcs.node[start:end], arcs.seconds[start:end], strict=True
        ):
            edge = over if over >= 0 else ~over
            if edge in on_edge:
                self._meet(mode, edge, over, state, time)
            other, there = node + offset, time + seconds
            if there < best.get(other, math.inf):
                best[other] = there
                self._onward[other] = state, over
                heapq.heappush(self._queue, (there, other))

    def _begin(self) -> None:
        """From the place to the ends of its own edge, and to who is on it."""
        for mode, place in enumerate(self._places):
            if place is None or not self._on_edge[mode]:
                continue
            along, against = (one[place.edge] for one in self._seconds[mode])
            ends = int(self._network.begin[place.edge]), int(self._network.end[place.edge])
            for node, over, time in (
                (ends[0], place.edge, place.share * along if place.share else 0.0),
                (ends[1], ~place.edge, (1 - place.share) * against if place.share < 1 else 0.0),
            ):
                state = mode * self._nodes + node
                if place.off_s + time < self._best.get(state, math.inf):
                    self._best[state] = place.off_s + time
                    self._onward[state] = _HERE, over
                    heapq.heappush(self._queue, (place.off_s + time, state))
            for one in self._on_edge[mode].get(place.edge, ()):
                share = self._spot(one).share
                if share <= place.share:
                    self._push(one, mode, _HERE, place.edge, place.off_s + _part(place.share - share, along))
                if share >= place.share:
                    self._push(one, mode, _HERE, ~place.edge, place.off_s + _part(share - place.share, against))

    def _meet(self, mode: int, edge: int, over: int, state: int, time: float) -> None:
        along, against = self._seconds[mode]
        for one in self._on_edge[mode][edge]:
            share = self._spot(one).share
            rest = _part(1 - share, along[edge]) if over >= 0 else _part(share, against[edge])
            self._push(one, mode, state, over, time + rest)

    def _push(self, one: str, mode: int, state: int, over: int, time: float) -> None:
        if time < math.inf and (self._wanted is None or one in self._wanted):
            self._met.append((one, mode, state, over))
            heapq.heappush(self._queue, (time + self._spot(one).off_s, -len(self._met)))

    def _spot(self, one: str) -> RoadSpot:
        spot = self._placed[one][1]
        assert spot is not None
        return spot

    def reachable(self) -> int:
        """How many at most hang together with the place: when all are found, the rest of the town is not searched."""
        part, begin, total = self._network.part, self._network.begin, 0
        for place, on_edge in zip(self._places, self._on_edge, strict=True):
            if place is not None and on_edge:
                same = part[begin[list(on_edge)]] == part[begin[place.edge]]
                total += sum(len(there) for there, one in zip(on_edge.values(), same, strict=True) if one)
        return total

    def way(self, seconds: float, number: int, drawn: bool) -> Way:
        id_, mode, state, over = self._met[number]
        spot, place = self._spot(id_), self._places[mode]
        assert place is not None
        legs: list[tuple[int, float, float]] = []
        share, edge = spot.share, over if over >= 0 else ~over
        while state != _HERE:
            legs.append((edge, share, 1.0 if over >= 0 else 0.0))
            state, over = self._onward[state]
            edge = over if over >= 0 else ~over
            share = 0.0 if over >= 0 else 1.0
        legs.append((edge, share, place.share))
        metres = sum(abs(b - a) * float(self._network.length_m[edge]) for edge, a, b in legs)
        line = self._line(spot, place, legs) if drawn else ()
        return Way(id_, MODES[mode], seconds, spot.off_m + metres + place.off_m, line)

    def _line(
        self, spot: RoadSpot, place: RoadSpot, legs: list[tuple[int, float, float]]
    ) -> tuple[tuple[float, float], ...]:
        points = [point for leg in legs for point in self._network.stretch(*leg)]
        kept = [one for i, one in enumerate(points) if i == 0 or one != points[i - 1]]
        roads = [self._network.plane.to_degrees(*one) for one in kept]
        return ((spot.lon, spot.lat), *roads, (place.lon, place.lat))


def _part(share: float, seconds: float) -> float:
    """None of an edge takes no time, also where it may not be gone."""
    return share * seconds if share > 0 else 0.0
