"""Files into models. Every problem of a file is found in one go and raised as one ConfigError."""

import logging
from dataclasses import dataclass
from pathlib import Path

from config.cameras import CamerasFile
from config.case_classes import DEFAULT_CASE_CLASSES, CaseClasses
from config.checks import Parts, errors_in, parts_of, unknown_classes, warnings_in
from config.escalation import DEFAULT_ESCALATION, Escalation
from config.posts import DEFAULT_POSTS, Posts
from config.problem import ConfigError, Problem
from config.validation import Model, validate
from config.working_calendar import DEFAULT_WORKING_CALENDAR, WorkingCalendar
from config.yaml_document import Document, read_document

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadedCameras:
    """A usable cameras.yaml, its catalogue, and what its author should look at again."""

    file: CamerasFile
    case_classes: CaseClasses
    warnings: tuple[Problem, ...]


def load_cameras(path: Path) -> CamerasFile:
    """Read and check cameras.yaml; warnings go to the log. Raises ConfigError with every problem found."""
    loaded = read_cameras(path)
    for warning in loaded.warnings:
        _log.warning("%s", warning)
    return loaded.file


def read_cameras(path: Path) -> LoadedCameras:
    """Read and check cameras.yaml and the catalogue it names. Raises ConfigError with every problem found."""
    document = read_document(path)
    file, problems = validate(document, CamerasFile)
    parts = parts_of(file, document.value)
    problems = [*document.problems, *problems, *errors_in(document, parts)]
    classes = _classes(document, parts, problems)
    _check_calendar(document, parts, problems)
    _check_escalation(document, parts, problems, classes)
    _check_posts(document, parts, problems, classes)
    if file is None or classes is None or problems:
        raise ConfigError(sorted(problems, key=lambda problem: (problem.file != path, problem.line)))
    return LoadedCameras(file, classes, tuple(warnings_in(document, parts)))


def _load(path: Path, model: type[Model]) -> Model:
    """Raises ConfigError with every problem found."""
    document = read_document(path)
    found, problems = validate(document, model)
    problems = [*document.problems, *problems]
    if found is None or problems:
        raise ConfigError(problems)
    return found


def load_case_classes(path: Path = DEFAULT_CASE_CLASSES) -> CaseClasses:
    """Read a catalogue of case classes; by default the one that comes along. Raises ConfigError."""
    return _load(path, CaseClasses)


def load_working_calendar(path: Path = DEFAULT_WORKING_CALENDAR) -> WorkingCalendar:
    """Read a working calendar; by default the one that comes along. Raises ConfigError."""
    return _load(path, WorkingCalendar)


def load_posts(path: Path = DEFAULT_POSTS) -> Posts:
    """Read posts and routing; by default those that come along. Raises ConfigError."""
    return _load(path, Posts)


def posts_of(file: CamerasFile, base_dir: Path) -> Posts:
    """The posts that `file`, read from the folder `base_dir`, names. Raises ConfigError."""
    name = file.town.files.posts
    return load_posts() if name is None else load_posts(base_dir / name)


def load_escalation(path: Path = DEFAULT_ESCALATION) -> Escalation:
    """Read step-up ladders; by default those that come along. Raises ConfigError."""
    return _load(path, Escalation)


def escalation_of(file: CamerasFile, base_dir: Path) -> Escalation:
    """The step-up ladders that `file`, read from the folder `base_dir`, names. Raises ConfigError."""
    name = file.town.files.escalation
    return load_escalation() if name is None else load_escalation(base_dir / name)


def case_classes_of(file: CamerasFile, base_dir: Path) -> CaseClasses:
    """The catalogue that `file`, read from the folder `base_dir`, names. Raises ConfigError."""
    name = file.town.files.case_classes
    return load_case_classes() if name is None else load_case_classes(base_dir / name)


def working_calendar_of(file: CamerasFile, base_dir: Path) -> WorkingCalendar:
    """The working calendar that `file`, read from the folder `base_dir`, names. Raises ConfigError."""
    name = file.town.files.working_calendar
    return load_working_calendar() if name is None else load_working_calendar(base_dir / name)


def _check_calendar(document: Document, parts: Parts, problems: list[Problem]) -> None:
    name = parts.town.files.working_calendar if parts.town is not None else None
    if name is None or not (document.file.parent / name).is_file():
        return  # what is missing is among the problems already
    try:
        load_working_calendar(document.file.parent / name)
    except ConfigError as error:
        problems.extend(error.problems)


def _check_posts(document: Document, parts: Parts, problems: list[Problem], classes: CaseClasses | None) -> None:
    """The posts that are named, and that the catalogue names none but those."""
    files = parts.town.files if parts.town is not None else None
    path = DEFAULT_POSTS if files is None or files.posts is None else document.file.parent / files.posts
    if not path.is_file():
        return  # what is missing is among the problems already
    try:
        posts = load_posts(path)
    except ConfigError as error:
        problems.extend(error.problems)
        return
    if files is None or files.case_classes is None or classes is None:
        return
    read = read_document(document.file.parent / files.case_classes)
    for at, one in enumerate(classes.classes):
        if one.post is not None and one.post not in posts.by_id:
            problems.append(read.problem(("classes", at, "post"), one.post, f"no such post in {path.name}"))


def _check_escalation(document: Document, parts: Parts, problems: list[Problem], classes: CaseClasses | None) -> None:
    name = parts.town.files.escalation if parts.town is not None else None
    if name is None or not (document.file.parent / name).is_file():
        return  # what is missing is among the problems already
    path = document.file.parent / name
    try:
        ladders = load_escalation(path)
    except ConfigError as error:
        problems.extend(error.problems)
        return
    if classes is None:
        return
    read = read_document(path)
    for at, ladder in enumerate(ladders.ladders):
        for place, code in enumerate(ladder.classes):
            if classes.get(code) is None:
                problems.append(read.problem(("ladders", at, "classes", place), code, "no such class in the catalogue"))


def _classes(document: Document, parts: Parts, problems: list[Problem]) -> CaseClasses | None:
    """The catalogue of the file, None where it is faulty; problems are added to the list."""
    name = parts.town.files.case_classes if parts.town is not None else None
    path = DEFAULT_CASE_CLASSES if name is None else document.file.parent / name
    if name is not None and not path.is_file():
        return None  # already among the problems
    try:
        classes = load_case_classes(path)
    except ConfigError as error:
        problems.extend(error.problems)
        return None
    problems.extend(unknown_classes(document, parts, classes))
    return classes
