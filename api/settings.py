"""What the API process is started with. Read once by the command line, never changed after."""

from dataclasses import dataclass, field
from pathlib import Path

from api.verification import VerificationRules
from wall.live_hub import HubLimits
from wall.page_buffer import PageLimits
from wall.pairing import PairingRules
from wall.whep_limits import WhepLimits, WhepNetwork

DEFAULT_STATIC = Path(__file__).parent.parent / "wall" / "static"


@dataclass(frozen=True, slots=True)
class Settings:
    data_dir: Path
    """Evidence files lie below it."""
    cameras_file: Path | None = None
    """The cameras.yaml this runs by: what administrators change the estate in."""
    static_dir: Path = DEFAULT_STATIC
    """The built web UI: `index.html` and `assets/`."""
    host: str = "127.0.0.1"
    port: int = 8080
    secure: bool = False
    """The site is reached by https: cookies are marked Secure and browsers are told to stay with https."""
    authority: Path | None = None
    """The certificate authority this installation made for itself; served for rooms to trust."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses whose X-Forwarded-For is believed; throttling counts by client address."""
    pages_per_account: int = 16
    rights_poll_seconds: float = 2.0
    """How often open pages are checked against sessions and roles: revocation reaches them within this time."""
    page: PageLimits = field(default_factory=PageLimits)
    hub: HubLimits = field(default_factory=HubLimits)
    whep: WhepLimits = field(default_factory=WhepLimits)
    whep_network: WhepNetwork = field(default_factory=WhepNetwork)
    whep_origins: frozenset[str] = frozenset()
    """Sites whose pages may play cameras by WHEP with a token of their own, as `https://player.example`."""
    pairing: PairingRules = field(default_factory=PairingRules)
    verification: VerificationRules = field(default_factory=VerificationRules)

    @property
    def stay_with_https(self) -> bool:
        """Whether browsers are told never to come by plain http again (HSTS). Not under an authority of our own: a
        room whose trust in it is lost could then not even look at the page that says how to restore it."""
        return self.secure and self.authority is None
