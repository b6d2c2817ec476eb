"""The tables of docs/ifc-checks.md: every file of buildingSMART's rules, and how our reader ends on it.

`python -m tests.ifc_rules_table FOLDER` reads them and writes the tables between the page's marks.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from ingest.readers import FileInfo, ReaderError, Request, get_reader
from tests.ingest.readers.ifc_cases import ASKED, Case, cases, flagged_cases
from tests.pages import put_tables
from tests.solid_table import row_of

PAGE: Final = Path(__file__).parents[1] / "docs" / "ifc-checks.md"
ABOUT: Final = {
    "BBX000": "whether there are bounding boxes", "BBX001": "type and identifier of a bounding box",
    "BLT000": "whether there are built elements", "BLT001": "how doors open is said where it is to be",
    "BLT002": "how windows are parted is said where it is to be", "BLT003": "parts of stairs",
    "GEM001": "each edge of a closed shell is used twice", "GEM002": "spaces have a shape",
    "GEM003": "an element has one representation of a name", "GEM004": "names of representations are the agreed ones",
    "GEM005": "buildings have a shape of the agreed kind", "GEM011": "segments of a composite curve fit",
    "GEM051": "there is a geometric context", "GEM052": "subcontexts are the agreed ones",
    "GEM111": "no point twice in a polyline or loop", "GEM112": "no point twice in an indexed curve",
    "GEM113": "arcs are not through points on one line", "IFC101": "the schema is an official one",
    "IFC102": "no deprecated entities", "IFC105": "all that is in the file belongs to something (must)",
    "IFC106": "all that is in the file belongs to something (should)", "POR000": "whether there are ports",
}  # fmt: skip
_TELLS = ("its units are ", "carried into columns", "not located", "located by ")
"""Beginnings of what the reader says of any file; everything else that it says is a note."""
Ends = dict[Path, str]


def end_of(case: Case) -> str:
    """How the reader ends: `taken`, `noted` (taken, and something doubtful is said), or `refused`."""
    try:
        parts = list(get_reader("ifc").read(Request(str(case.path))))
    except ReaderError:
        return "refused"
    info = parts[-1]
    said = info.warnings if isinstance(info, FileInfo) else ()
    return "noted" if any(not line.startswith(_TELLS) for line in said) else "taken"


def family_table(ends: Ends, checked: Sequence[Case]) -> Iterator[str]:
    """All families: how the reader ends on their files."""
    yield row_of(("family", "files", "must fail", "checked here", "taken, no note", "taken, a note", "refused"))
    yield "|---|---|---|---|---|---|---|"
    for family in sorted({case.family for case in checked}):
        files = [case for case in checked if case.family == family]
        bad = sum(case.is_bad for case in files)
        yield row_of((family, len(files), bad, "yes" if files[0].is_checked else "no", *_counts(ends, files)))
    bad = sum(case.is_bad for case in checked)
    yield row_of(("all", len(checked), bad, "", *_counts(ends, checked)))


def checked_table(flagged: Sequence[tuple[Case, bool]]) -> Iterator[str]:
    """The rules that we check: how many files each flags, with the names of those on which it is wrong."""
    yield row_of(("rule", "asks", "must fail", "flagged", "missed", "others", "flagged wrongly"))
    yield "|---|---|---|---|---|---|---|"
    for rule in sorted({case.rule for case, _ in flagged}):
        bad = [(case, found) for case, found in flagged if case.rule == rule and case.is_bad]
        others = [(case, found) for case, found in flagged if case.rule == rule and not case.is_bad]
        missed = [case.path.name for case, found in bad if not found]
        wrong = [case.path.name for case, found in others if found]
        hits = len(bad) - len(missed)
        asks = ASKED.get(rule, "nothing: it tells what a model uses")
        yield row_of((rule, asks, len(bad), hits, _names(missed), len(others), _names(wrong)))


def other_table(ends: Ends, checked: Sequence[Case]) -> Iterator[str]:
    """The rules that we do not check: how the reader ends on files that break them, and on the others."""
    ways = ("taken, no note", "a note", "refused")
    yield row_of(("rule", "is about", "must fail", *ways, "others", *ways))
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for rule in sorted({case.rule for case in checked if not case.is_checked}):
        bad = [case for case in checked if case.rule == rule and case.is_bad]
        others = [case for case in checked if case.rule == rule and not case.is_bad]
        yield row_of((rule, ABOUT[rule], len(bad), *_counts(ends, bad), len(others), *_counts(ends, others)))


def _counts(ends: Ends, files: Sequence[Case]) -> tuple[int, int, int]:
    found = Counter(ends[case.path] for case in files)
    return found["taken"], found["noted"], found["refused"]


def _names(files: Sequence[str]) -> str:
    return f"{len(files)}: {', '.join(files)}" if files else "0"


def write(shared: Path, page: Path = PAGE) -> None:
    """Put the tables into the page."""
    checked = list(cases(shared))
    ends = {case.path: end_of(case) for case in checked}
    tables = {
        "families": family_table(ends, checked),
        "checked": checked_table(list(flagged_cases(shared))),
        "others": other_table(ends, checked),
    }
    put_tables(page, tables)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
