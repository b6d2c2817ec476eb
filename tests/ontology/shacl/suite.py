"""The Core part of the W3C SHACL test suite, read as cases; see w3c/README.md for its origin and licence."""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pyshacl
from rdflib import Graph

from ontology import OntologyText
from ontology import vocabulary as v
from ontology.read import Statements, read
from ontology.shacl import Shapes, as_graph, path_text, read_shapes, validate
from ontology.shacl.data import Data
from ontology.shacl.read import _path, _term

CORE = Path(__file__).parent / "w3c" / "core"
# It logs a traceback for each literal that is not well formed, which is what some cases are about.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)
_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_SHT = "http://www.w3.org/ns/shacl-test#"

Result = tuple[str, str, str, str, str, str]
"""focus, path, value, component, severity, source shape; what is a blank node or absent is `_` or empty."""


@dataclass(frozen=True)
class Case:
    """One test: a shapes graph, a data graph, and the report that is expected."""

    name: str
    shapes: Path
    data: Path
    fails: bool
    """The shapes graph is ill-formed and has to be refused."""
    conforms: bool
    results: Counter[Result]


def cases() -> list[Case]:
    """All cases of the suite, in order of their files."""
    manifests = [file for file in sorted(CORE.rglob("*.ttl")) if "sht:Validate" in file.read_text(encoding="utf-8")]
    return [case for file in manifests for case in _cases(file)]


def ntriples(file: Path) -> bytes:
    """A Turtle file as N-Triples, with its own address as the base."""
    parsed = ox.parse(path=str(file), format=ox.RdfFormat.TURTLE, base_iri=_address(file))
    triples = (ox.Triple(quad.subject, quad.predicate, quad.object) for quad in parsed)
    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""


def statements(file: Path) -> Statements:
    """A Turtle file as statements."""
    return read([OntologyText(file.name, ntriples(file).decode())])


def found(shapes_file: Path, data_file: Path) -> Counter[Result]:
    """The results of our validation."""
    shapes, findings = read_shapes(statements(shapes_file))
    if findings:
        raise ValueError(findings[0].message)
    results = validate(shapes, Data.of_ntriples(ntriples(data_file)))
    return Counter(ours(row, shapes) for row in results.iter_rows(named=True))


def reported(shapes_file: Path, data_file: Path) -> Counter[Result]:
    """The results of our validation, read back from its report."""
    shapes, _ = read_shapes(statements(shapes_file))
    report = as_graph(validate(shapes, Data.of_ntriples(ntriples(data_file))), shapes)
    said = read([OntologyText("report", report.decode())])
    return expected(said, root(said))


def by_pyshacl(shapes_file: Path, data_file: Path) -> Counter[Result]:
    """The results of pySHACL."""
    data, shapes = (Graph().parse(data=ntriples(file), format="nt") for file in (data_file, shapes_file))
    said = read([OntologyText("report", pyshacl_report(data, shapes))])
    return expected(said, root(said))


def pyshacl_report(data: Graph, shapes: Graph) -> str:
    """The report of pySHACL, as N-Triples."""
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=False, inference="none")
    return str(report.serialize(format="nt"))


def expected(said: Statements, report: str) -> Counter[Result]:
    """The results of a report that a test or another validator gives."""
    return Counter(_theirs(said, result) for result in said.nodes(report, v.SHACL + "result"))


def root(said: Statements) -> str:
    """The report among statements."""
    (root,) = (each for each, group in said.by_subject.items() if v.SHACL + "conforms" in group)
    return root


def _cases(file: Path) -> Iterator[Case]:
    said = statements(file)
    for case in said.with_type(frozenset({_SHT + "Validate"})):
        action, result = said.nodes(case, _MF + "action")[0], said.nodes(case, _MF + "result")[0]
        graphs = [said.nodes(action, _SHT + name)[0] for name in ("shapesGraph", "dataGraph")]
        yield Case(
            name=f"{file.parent.name}/{case.rpartition('/')[2]}",
            shapes=_file(graphs[0]),
            data=_file(graphs[1]),
            fails=result == _SHT + "Failure",
            conforms=said.is_true(result, v.SHACL + "conforms"),
            results=expected(said, result),
        )


def _address(file: Path) -> str:
    return f"urn:core/{file.relative_to(CORE).as_posix()}" if file.is_relative_to(CORE) else "urn:data"


def _file(address: str) -> Path:
    return CORE / address.removeprefix("urn:core/")


def ours(row: dict[str, str], shapes: Shapes) -> Result:
    """A row of our results."""
    shape = shapes[row["shape"]]
    path = row["predicate"] or (path_text(shape.path) if shape.path else "")
    severity = shape.severity if ":" in shape.severity else v.SHACL + shape.severity
    source = "_" if shape.id.startswith("_:") else shape.id
    return _named(row["focus"]), path, _named(row["value"] or ""), row["component"], severity, source


def _theirs(said: Statements, result: str) -> Result:
    path, value = said.nodes(result, v.SHACL + "resultPath"), said.values(result, v.SHACL + "value")
    component = said.nodes(result, v.SHACL + "sourceConstraintComponent")[0]
    source = said.nodes(result, v.SHACL + "sourceShape")[0]
    return (
        _named(_term(said.values(result, v.SHACL + "focusNode")[0])),
        path_text(_path(said, path[0])) if path else "",
        _named(_term(value[0])) if value else "",
        component.removeprefix(v.SHACL).removesuffix("ConstraintComponent"),
        said.nodes(result, v.SHACL + "resultSeverity")[0],
        "_" if source.startswith("_:") else source,
    )


def _named(term: str) -> str:
    return "_" if term.startswith("_:") else term
