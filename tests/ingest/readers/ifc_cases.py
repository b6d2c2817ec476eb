"""The files of the shared folder `bad-ifc-gherkin`: which rule each is for, and whether it breaks it, by its name."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import ifcopenshell

from ingest.readers.ifc_rules import RULES, broken_rules

FOLDER = "bad-ifc-gherkin"
CHECKED = ("GRF", "SPS", "SPA", "PJS")
"""Families that our reader checks; of SPA there is only the rule that can't be broken."""
_IS_BAD = {"fail": True, "pass": False, "na": False}


@dataclass(frozen=True, slots=True)
class Case:
    """A file: its rule, and whether it is to fail it (else it passes the rule, or is of no concern to it)."""

    path: Path
    rule: str
    is_bad: bool

    @property
    def family(self) -> str:
        """The letters of the rule."""
        return self.rule[:3]

    @property
    def is_checked(self) -> bool:
        """Whether our reader has rules of this family."""
        return self.family in CHECKED

    def is_flagged(self, lines: tuple[str, ...]) -> bool:
        """Whether one of the lines says that the file breaks its rule."""
        return any(line.startswith(f"{self.rule}: ") for line in lines)


def cases(shared: Path) -> Iterator[Case]:
    """All files, by rule and name."""
    for path in sorted((shared / FOLDER).glob("*/*/*.ifc")):
        verdict, rule = path.name.split("-")[:2]
        yield Case(path, rule.upper(), _IS_BAD[verdict])


def flagged_cases(shared: Path) -> Iterator[tuple[Case, bool]]:
    """The files of families that we check, and whether each is flagged by its rule."""
    for case in cases(shared):
        if case.is_checked:
            yield case, case.is_flagged(broken_rules(ifcopenshell.open(case.path)))


ASKED = {rule.name: rule.asks for rule in RULES}
"""What each rule of ours asks."""
