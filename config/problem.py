"""What is wrong with a file an operator wrote, said so that it can be mended without asking."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule at one place. `value` is what stood there, already free of secrets ("" where none is shown)."""

    file: Path
    line: int
    """Counted from 1; 0 where the problem has no line, such as a file that cannot be opened."""
    key: str
    """As it would be written in a program: `cameras[3].streams.sub.url`."""
    value: str
    rule: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        subject = f"{self.key} = {self.value}" if self.key and self.value else self.key
        return f"{place}: {subject}: {self.rule}" if subject else f"{place}: {self.rule}"


class ConfigError(Exception):
    """A file cannot be used. `problems` lists everything found, in the order of the file, never only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def of(cls, file: Path, rule: str) -> "ConfigError":
        """One problem of the whole file."""
        return cls([Problem(file, 0, "", "", rule)])
