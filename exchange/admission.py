"""Who a report comes from, and how often: keys and signatures checked, each source and each guesser slowed down."""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

from config.exchange import Source
from exchange.signature import ID_HEADER, MAX_ID, SIGNATURE_HEADER, TIMESTAMP_HEADER, WeakSecret, is_signed
from incidents.errors import NotAllowed, Throttled
from runtime.clock import Clock

WINDOW_SECONDS = 300
GUESSES_PER_MINUTE = 10
MOST_KEYS = 10_000


class Rate:
    """So many a minute (`seconds`) for each key, as many at once. Keeps the `MOST_KEYS` used last."""

    def __init__(self, clock: Clock, seconds: float = 60.0) -> None:
        self._clock, self._seconds = clock, seconds
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, key: str, per_minute: int) -> None:
        """Raises Throttled where nothing is left."""
        left, _ = self._now(key, per_minute)
        if left < 1.0:
            raise Throttled((1.0 - left) * self._seconds / per_minute)

    def count(self, key: str, per_minute: int) -> None:
        left, now = self._now(key, per_minute)
        self._left[key] = max(0.0, left - 1.0), now
        self._left.move_to_end(key)
        while len(self._left) > MOST_KEYS:
            self._left.popitem(last=False)

    def _now(self, key: str, per_minute: int) -> tuple[float, float]:
        now = self._clock.monotonic()
        left, at = self._left.get(key, (float(per_minute), now))
        return min(float(per_minute), left + (now - at) * per_minute / self._seconds), now


class Admission:
    """Call in one thread. `secret_of`: the signing secret of a source, read now; raises MissingPassword."""

    def __init__(self, clock: Clock, secret_of: Callable[[Source], str]) -> None:
        self._clock, self._secret_of = clock, secret_of
        self._rate, self._guesses = Rate(clock), Rate(clock)

    def by_key(self, sources: Sequence[Source], key: str, address: str) -> Source:
        """The Open311 source with this api_key. Raises NotAllowed, Throttled."""
        self._guesses.check(address, GUESSES_PER_MINUTE)
        digest = hashlib.sha256(key.encode()).hexdigest()
        found = [one for one in sources if one.key_sha256 and hmac.compare_digest(one.key_sha256, digest)]
        if not found:
            self._guesses.count(address, GUESSES_PER_MINUTE)
            raise NotAllowed("api_key is missing or wrong")
        return self._counted(found[0])

    def by_signature(self, source: Source | None, headers: Mapping[str, str], body: bytes, address: str) -> Source:
        """The webhook source, whose signature this is, made within five minutes. One that is not configured is
        answered as a wrong signature is. Raises NotAllowed, Throttled, MissingPassword."""
        self._guesses.check(address, GUESSES_PER_MINUTE)
        names = ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER
        message_id, timestamp, signature = (headers.get(name, "") for name in names)
        try:
            signed = (
                source is not None
                and 0 < len(message_id) <= MAX_ID
                and is_signed(self._secret_of(source), message_id, timestamp, body, signature)
            )
        except WeakSecret as problem:
            raise NotAllowed(f"{problem}; mend it in the configuration") from None
        if not signed or source is None:
            self._guesses.count(address, GUESSES_PER_MINUTE)
            raise NotAllowed("the signature does not fit")
        # Only after the signature: nobody else learns what our clock shows.
        if not timestamp.isdecimal() or abs(int(timestamp[:12]) - self._clock.now()) > WINDOW_SECONDS:
            raise NotAllowed(f"webhook-timestamp is more than {WINDOW_SECONDS} s away from our clock")
        return self._counted(source)

    def _counted(self, source: Source) -> Source:
        self._rate.check(source.id, source.per_minute)
        self._rate.count(source.id, source.per_minute)
        return source
