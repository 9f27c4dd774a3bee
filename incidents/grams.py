"""Words cut so that an index finds them: Chinese by pairs of characters, Latin letters and digits by whole runs.

Neither database's own word cutter knows where a Chinese word ends, and one that cuts by three characters finds none of
two, which most words are. Both databases index these, so that both find the same.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 40
"""Characters of a run of letters or digits that count."""
MOST_TEXT = 8000
"""Characters of one case that are searched."""
SHORTEST_BEGINNING = 3
AREA = "¤"
"""Stands before an area's code. It is a sign of currency, so no word begins with it."""
_RUN = re.compile(r"[0-9a-z]+|[^\W_0-9a-z]+")
_NOT_CODE = re.compile(r"[^0-9a-z]")


@dataclass(frozen=True, slots=True)
class Sought:
    """`words`: each must stand somewhere in the folded text. `whole`, `beginnings`: what the index is asked for, all of
    them; both empty where nothing was given that can be found."""

    words: tuple[str, ...]
    whole: tuple[str, ...]
    beginnings: tuple[str, ...]


def folded(text: str) -> str:
    """As it is compared: full-width as half-width, capitals as small letters."""
    return unicodedata.normalize("NFKC", text).casefold()


def area_gram(code: str) -> str:
    return AREA + _NOT_CODE.sub(AREA, code.lower())


def document_grams(text: str, area_codes: Iterable[str] = ()) -> list[str]:
    """Of a folded text, each once, in order."""
    found = {area_gram(code) for code in area_codes}
    for run in _RUN.findall(text[:MOST_TEXT]):
        if run.isascii():
            found.add(run[:LONGEST])
        else:
            found.update(run[at : at + 2] for at in range(len(run)))
    return sorted(found)


def sought(text: str) -> Sought:
    """Chinese is found inside a word, Latin words by their beginning (from three letters on), numbers as a whole."""
    words = tuple(dict.fromkeys(folded(text).split()))
    whole: list[str] = []
    beginnings: list[str] = []
    single: list[str] = []
    for run in (run for word in words for run in _RUN.findall(word)):
        if not run.isascii():
            whole += [run[at : at + 2] for at in range(len(run) - 1)]
            single += [run] if len(run) == 1 else []
        elif run[0].isdigit() or len(run) < SHORTEST_BEGINNING:
            whole.append(run[:LONGEST])
        else:
            beginnings.append(run[:LONGEST])
    if not whole and not beginnings:
        # A single character stands in so many cases that beside anything else it only costs; the text is compared.
        beginnings = single
    return Sought(words, tuple(dict.fromkeys(whole)), tuple(dict.fromkeys(beginnings)))
