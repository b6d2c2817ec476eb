"""Rules of buildingSMART: each of its files that fails a rule of ours is flagged by it, and no other is."""

from pathlib import Path

import pytest

from ingest.readers.ifc_rules import RULES
from tests.ifc_rules_table import PAGE, checked_table

from .ifc_cases import Case, cases, flagged_cases

# rule -> files that fail it, files that pass it or that it does not concern; counted by their names
EXPECTED = {
    "GRF000": (0, 4), "GRF001": (5, 4), "GRF002": (3, 2), "GRF003": (2, 2), "GRF004": (5, 6), "GRF005": (2, 4),
    "GRF006": (3, 2), "GRF007": (2, 3), "GRF008": (2, 1), "PJS000": (0, 2), "PJS001": (14, 12), "PJS002": (3, 2),
    "PJS003": (7, 2), "PJS101": (3, 1), "SPA000": (0, 3), "SPS001": (10, 4), "SPS002": (2, 6), "SPS003": (1, 2),
    "SPS004": (1, 2), "SPS005": (2, 1), "SPS006": (1, 3), "SPS007": (6, 8), "SPS008": (6, 6),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(shared_data: Path) -> list[tuple[Case, bool]]:
    """The files of our families, and whether each is flagged by its rule."""
    return list(flagged_cases(shared_data))


@pytest.mark.parametrize("rule", EXPECTED)
def test_a_rule_flags_the_files_that_break_it_and_no_others(found: list[tuple[Case, bool]], rule: str) -> None:
    files = [(case, is_flagged) for case, is_flagged in found if case.rule == rule]
    assert [case.path.name for case, is_flagged in files if case.is_bad != is_flagged] == []
    bad = sum(case.is_bad for case, _ in files)
    assert (bad, len(files) - bad) == EXPECTED[rule]


def test_every_rule_of_ours_has_a_file_that_breaks_it(found: list[tuple[Case, bool]]) -> None:
    assert {case.rule for case, _ in found} == set(EXPECTED)
    assert {case.rule for case, _ in found if case.is_bad} == {rule.name for rule in RULES}


def test_the_page_says_what_is_found(found: list[tuple[Case, bool]], shared_data: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert "\n".join(checked_table(found)) in page
    others = {case.rule for case in cases(shared_data) if not case.is_checked}
    assert len(others) == 22
    assert all(f"\n| {rule} | " in page.partition("<!-- others -->")[2] for rule in others)
