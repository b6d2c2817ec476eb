"""Rules of buildingSMART: each of its files that fails a rule of ours is flagged by it, and no other is."""

from pathlib import Path

import ifcopenshell
import pytest

from ingest.readers.ifc_rules import RULES, broken_rules

FAMILIES = ("GRF", "SPS", "SPA", "PJS")
# rule -> files that fail it, files that pass it or that it does not concern; counted by their names
EXPECTED = {
    "GRF000": (0, 4), "GRF001": (5, 4), "GRF002": (3, 2), "GRF003": (2, 2), "GRF004": (5, 6), "GRF005": (2, 4),
    "GRF006": (3, 2), "GRF007": (2, 3), "GRF008": (2, 1), "PJS000": (0, 2), "PJS001": (14, 12), "PJS002": (3, 2),
    "PJS003": (7, 2), "PJS101": (3, 1), "SPA000": (0, 3), "SPS001": (10, 4), "SPS002": (2, 6), "SPS003": (1, 2),
    "SPS004": (1, 2), "SPS005": (2, 1), "SPS006": (1, 3), "SPS007": (6, 8), "SPS008": (6, 6),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(shared_data: Path) -> dict[str, list[tuple[str, bool, bool]]]:
    """For each rule its files: name, whether it is to fail, whether it is flagged."""
    table: dict[str, list[tuple[str, bool, bool]]] = {}
    for path in sorted(path for family in FAMILIES for path in shared_data.glob(f"bad-ifc-gherkin/{family}/*/*.ifc")):
        verdict, rule = path.name.split("-")[:2]
        lines = broken_rules(ifcopenshell.open(path))
        is_flagged = any(line.startswith(f"{rule.upper()}: ") for line in lines)
        table.setdefault(rule.upper(), []).append((path.name, verdict == "fail", is_flagged))
    return table


@pytest.mark.parametrize("rule", EXPECTED)
def test_a_rule_flags_the_files_that_break_it_and_no_others(
    found: dict[str, list[tuple[str, bool, bool]]], rule: str
) -> None:
    files = found[rule]
    assert [name for name, is_bad, is_flagged in files if is_bad != is_flagged] == []
    bad = sum(is_bad for _, is_bad, _ in files)
    assert (bad, len(files) - bad) == EXPECTED[rule]


def test_every_rule_of_ours_has_a_file_that_breaks_it(found: dict[str, list[tuple[str, bool, bool]]]) -> None:
    assert set(found) == set(EXPECTED)
    assert {rule for rule, files in found.items() if any(is_bad for _, is_bad, _ in files)} == {
        rule.name for rule in RULES
    }
