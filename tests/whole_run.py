"""All tests side by side; the few that failed once more, alone.

    python -m tests.whole_run [arguments for pytest]

With three processes on two processors a browser now and then stands still for longer than any bound one would write
down. What fails beside others and passes alone is named as such at the end, so that somebody looks at it; what is wrong
fails twice. More than a few failures are no matter of time, and are not tried again.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

MOST_TRIED_AGAIN = 12
SIDE_BY_SIDE = ("--numprocesses", "3", "--dist", "loadfile", "--no-loadscope-reorder")
TESTS_FAILED = 1  # pytest.ExitCode.TESTS_FAILED; every other code is of the run, not of a test


def main(arguments: Sequence[str], where: Path) -> int:
    """The exit code of the run, or of the second where there was one."""
    code = _pytest([*SIDE_BY_SIDE, *arguments], where)
    failed = _failed(where)
    if code != TESTS_FAILED or not 0 < len(failed) <= MOST_TRIED_AGAIN:
        return code
    print("\nfailed beside others, now alone:", *failed, sep="\n  ", flush=True)
    code = _pytest(failed, where)
    if code == 0:
        print("\nFAILED BESIDE OTHERS, PASSED ALONE (a matter of time?):", *failed, sep="\n  ", flush=True)
    return code


def _pytest(arguments: Sequence[str], where: Path) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=where, check=False).returncode


def _failed(where: Path) -> list[str]:
    kept = where / ".pytest_cache" / "v" / "cache" / "lastfailed"
    return sorted(json.loads(kept.read_text(encoding="utf-8"))) if kept.exists() else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path.cwd()))
