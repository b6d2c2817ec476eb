"""Our verdict on plane geometries against the 841 isValid cases of the JTS topology suite."""

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ingest.geometry import geometry_problems
from ingest.readers import Problem
from ingest.readers.vector_geometry import geometry_frame, shapes_of_table
from ontology import compile_schema, packaged_texts

pytestmark = pytest.mark.filterwarnings("ignore:invalid value encountered in from_wk.:RuntimeWarning")  # NaN is meant

_MEANT = {
    ("TestValid.xml", "LR - linear-ring bowtie (self-intersection)"): (
        "a ring alone is kept as a line, and a line may cross itself"
    ),
}


@dataclass(frozen=True, slots=True)
class Case:
    file: str
    description: str
    wkt: str
    is_valid: bool


@cache
def cases(folder: Path) -> tuple[Case, ...]:
    """All isValid cases. A file with a document type is refused, so that no entity is ever expanded."""
    found = []
    for path in sorted(folder.glob("*/*.xml")):
        text = path.read_text(encoding="utf-8")
        assert "<!DOCTYPE" not in text
        assert "<!ENTITY" not in text
        for case in ElementTree.fromstring(text).iter("case"):  # noqa: S314 - see above
            for operation in case.iter("op"):
                if operation.get("name") == "isValid":
                    wkt = case.findtext(operation.attrib["arg1"].lower(), "").strip()
                    expected = (operation.text or "").strip()
                    assert expected in ("true", "false")
                    description = " ".join((case.findtext("desc") or "").split())
                    found.append(Case(path.name, description, wkt, expected == "true"))
    return tuple(found)


@pytest.fixture
def suite(shared_data: Path) -> tuple[Case, ...]:
    folder = shared_data / "suite-jts-topology"
    if not folder.is_dir():
        pytest.skip(f"no suite-jts-topology in {shared_data}")
    return cases(folder)


def problems(given: tuple[Case, ...]) -> list[str | None]:
    """The reader's problem of each geometry, else the reason for which the ledger refuses it, else None."""
    rows = np.arange(len(given))
    found = shapes_of_table(pl.DataFrame({"wkt": [case.wkt for case in given]}))
    assert found is not None
    frame = geometry_frame(rows, found)
    records = pl.DataFrame({"@row": rows, "key": rows.astype(str), "class": ["any"] * len(rows)})
    refused = geometry_problems(frame, records, compile_schema(packaged_texts()), required=True)
    reasons = dict(refused.select("@row", "reason").iter_rows())
    return [problem or reasons.get(row) for row, problem in enumerate(frame["@problem"].to_list())]


def differing(given: tuple[Case, ...]) -> list[tuple[str, str]]:
    """Cases that JTS judges differently; emptiness is no matter of validity."""
    return [
        (case.file, case.description)
        for case, problem in zip(given, problems(given), strict=True)
        if (problem in (None, Problem.EMPTY)) != case.is_valid
    ]


def test_all_cases_are_there(suite: tuple[Case, ...]) -> None:
    assert len(suite) == 841
    assert sum(not case.is_valid for case in suite) == 56


def test_every_geometry_is_built_and_the_empty_ones_are_told(suite: tuple[Case, ...]) -> None:
    found = problems(suite)
    assert not {"unreadable", "missing", "unsupported-type"} & {problem for problem in found if problem}
    assert all("EMPTY" in case.wkt for case, problem in zip(suite, found, strict=True) if problem == "empty")
    assert found.count("empty") == 6


def test_the_verdict_is_that_of_jts_but_for_the_named_cases(suite: tuple[Case, ...]) -> None:
    found = differing(suite)
    assert len(found) == len(set(found))
    assert set(found) == set(_MEANT)
