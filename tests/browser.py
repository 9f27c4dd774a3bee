"""Where Chromium is and how it is started for tests."""

import shutil

# Nothing but the page's own requests: no look-ups of its maker's hosts, no window, no GPU.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str:
    """Raises AssertionError where there is none; `tests/install_tools.sh` installs one."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    assert found, "no Chromium on this machine: run tests/install_tools.sh"
    return found
