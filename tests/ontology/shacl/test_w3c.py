"""The W3C Core test cases: our results equal those that the suite lists, and those of pySHACL."""

import pytest

from ontology import OntologyError

from .suite import Case, by_pyshacl, cases, found, reported

_CASES = cases()
REFUSED = {"path/path-unused-001": "lead back to themselves"}
"""What we refuse by name: a path that is part of itself, though no shape uses it."""
PYSHACL_DIFFERS = {
    "property/datatype-001": "rdflib writes the literal anew before it is checked",
    "property/uniqueLang-002": "it takes 1 for the term true",
}
"""Where pySHACL itself does not give what the suite lists."""


def test_the_suite_is_there() -> None:
    assert len(_CASES) == 98
    assert {case.name for case in _CASES} > REFUSED.keys()


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_equals_the_suite(case: Case) -> None:
    if case.name in REFUSED:
        with pytest.raises(OntologyError, match=REFUSED[case.name]):
            found(case.shapes, case.data)
        return
    if case.fails:
        with pytest.raises(ValueError, match="the shape"):
            found(case.shapes, case.data)
        return
    results = found(case.shapes, case.data)
    assert results == case.results
    assert (not results) == case.conforms
    assert reported(case.shapes, case.data) == results


@pytest.mark.parametrize(
    "case", [case for case in _CASES if not case.fails and case.name not in REFUSED], ids=lambda case: case.name
)
def test_equals_pyshacl(case: Case) -> None:
    is_equal = found(case.shapes, case.data) == by_pyshacl(case.shapes, case.data)
    assert is_equal == (case.name not in PYSHACL_DIFFERS)
