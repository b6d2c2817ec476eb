"""Columns to triples: our mapping, facts and rendering of records against morph-kgc on the same table.

What is compared is the whole source-record graph that the RDF view gets: the packaged nl-bag mapping's value of every
property, and what a record node says of itself (its types, key, class, scale level, dimension and source). morph-kgc
gets the mapping's own rules for the former and further rules of the same YARRRML for the latter, so that both make
the same set of triples; the table has canonical BAG ids, because morph-kgc has no notion of a code's written forms.
Timed is ours from the columns in memory to N-Quads, theirs from the CSV file to the set in memory.
"""

import json
import os
import subprocess
import sys
import time
import venv
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import psutil
import yaml

from ingest.apply import apply_mapping
from ingest.mapping import Mapping
from ingest.mappings import known_mappings
from ingest.readers.contract import FEATURE_COLUMNS
from kg.facts.attributes import attribute_values
from kg.facts.records import record_facts
from kg.facts.rows import GEOMETRY, MEMBER, Rows
from kg.rdf.render import render_stated
from kg.workspace import Workspace
from ontology import Property, Schema

BASE = "https://res3d.example/"
_HERE = Path(__file__).parent
_REQUIREMENTS = _HERE / "requirements-morph.txt"
_ENVIRONMENT = _HERE.parents[1] / ".venv-bench"
_MAPPING = "nl-bag.yml"
_TYPES = {"a", "rdf:type"}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Seconds on the clock and of computing (ours: all threads; theirs: all processes) for the same table."""

    rows: int
    triples: int
    our_seconds: float
    our_cpu: float
    our_parts: dict[str, float]
    their_seconds: float
    their_cpu: float

    @property
    def ratio(self) -> float:
        """How many times faster we are, by the clock."""
        return self.their_seconds / self.our_seconds

    @property
    def cpu_ratio(self) -> float:
        """How many times less computing we need; steadier on a machine with other work."""
        return self.their_cpu / self.our_cpu


def write_table(path: Path, rows: int) -> None:
    """A table with the columns of the BAG, values in their canonical form, all different where a register's are."""
    number = pl.int_range(rows, eager=True)
    table = pl.DataFrame(
        {
            "identificatie": "050310" + number.cast(pl.String).str.zfill(10),
            "oorspronkelijkbouwjaar": 1900 + number % 120,
            "status": pl.select(pl.when(number % 3 == 0).then(pl.lit("Bouw gestart")).otherwise(pl.lit("in gebruik")))[
                "literal"
            ],
            "begingeldigheid": pl.Series(["2011-01-25", "2016-05-01"]).gather(number % 2),
        }
    )
    table.write_csv(path)


def compare(folder: Path, schema: Schema, workspace: Workspace, rows: int = 200_000) -> Comparison:
    """Both on one table; raises AssertionError unless the compared graphs are equal."""
    path = folder / "buildings.csv"
    write_table(path, rows)
    (mapping,) = (one for one in known_mappings(workspace, schema, None) if one.name == _MAPPING)
    table = pl.read_csv(path, infer_schema=False)
    first = _ours(table, mapping, schema)
    theirs, their_seconds, their_cpu = _theirs(folder, path, mapping, schema)
    second = _ours(table, mapping, schema)
    slower = max(first, second, key=lambda one: sum(one.parts.values()))
    ours = {line.rpartition(" <")[0] for chunk in slower.quads for line in chunk.decode().splitlines()}
    if ours != theirs or not ours:
        example = sorted(ours ^ theirs)[:4]
        raise AssertionError(f"The graphs differ: {len(ours)} of ours, {len(theirs)} of theirs, such as {example}")
    return Comparison(rows, len(ours), sum(slower.parts.values()), slower.cpu, slower.parts, their_seconds, their_cpu)


@dataclass(frozen=True, slots=True)
class _Rendered:
    quads: list[bytes]
    parts: dict[str, float]  # seconds
    cpu: float


def _ours(table: pl.DataFrame, mapping: Mapping, schema: Schema) -> _Rendered:
    """From columns to N-Quads, by the functions that a delivery and a projection go through."""
    cpu, begun = time.process_time(), time.perf_counter()
    structure = {name: pl.lit(None, dtype=kind).alias(name) for name, kind in FEATURE_COLUMNS.items()}
    structure["@row"] = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("@row")
    mapped = apply_mapping(mapping, table.select(*structure.values(), pl.all()), schema)
    if not mapped.problems.is_empty():
        raise AssertionError(f"Every row was to be sound: {mapped.problems}")
    mapped_at = time.perf_counter()
    records = mapped.records.select(
        pl.lit(mapping.header.source).alias("source"),
        pl.exclude("@row"),
        pl.col("@row").alias("fid"),
        pl.lit(mapping.header.scale_level, dtype=pl.String).alias("scale_level"),
        pl.lit(0, dtype=pl.Int64).alias("dimension"),
        pl.lit(None, dtype=pl.String).alias("lod"),
    )
    nothing = pl.DataFrame()
    rows = Rows(
        entities=nothing,
        members=pl.DataFrame(schema=dict.fromkeys(MEMBER, pl.String) | {"confidence": pl.Float64}),
        records=records,
        codes=nothing,
        relations=nothing,
        lineage=nothing,
        geometries=pl.DataFrame(
            schema=dict.fromkeys(GEOMETRY, pl.String) | {"dimension": pl.Int64, "geometry": pl.Binary}
        ),
        sources=nothing,
    )
    facts = record_facts(rows, attribute_values(records, schema), schema, "2020-01-01")
    made_at = time.perf_counter()
    quads = list(render_stated(facts, schema, BASE))
    ended = time.perf_counter()
    parts = {"map and check": mapped_at - begun, "facts": made_at - mapped_at, "render": ended - made_at}
    return _Rendered(quads, parts, time.process_time() - cpu)


def _theirs(folder: Path, table: Path, mapping: Mapping, schema: Schema) -> tuple[set[str], float, float]:
    """The triples of morph-kgc, with its seconds and its computing."""
    rules, config, output = folder / "rules.yml", folder / "morph.ini", folder / "morph.nt"
    rules.write_text(as_plain_yarrrml(mapping, table, schema), encoding="utf-8")
    config.write_text(
        f"[CONFIGURATION]\nnumber_of_processes: 2\nlogging_level: ERROR\n[table]\nmappings: {rules}\n",
        encoding="utf-8",
    )
    command = [_peer_python(), str(_HERE / "morph_peer.py"), str(config), str(output)]
    before = psutil.Process().cpu_times()
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    after = psutil.Process().cpu_times()
    cpu = sum(after[2:4]) - sum(before[2:4])  # of children that have ended: user and system
    lines = output.read_text(encoding="utf-8").splitlines()
    return {line.removesuffix(" .").rstrip() for line in lines}, float(json.loads(answer.stdout)["seconds"]), cpu


def as_plain_yarrrml(mapping: Mapping, table: Path, schema: Schema) -> str:
    """Our mapping as YARRRML that any engine reads: without our header, with the table as its source.

    The class of the thing is a value of the record; the record's own class and superclasses are its types.
    """
    document = yaml.safe_load(mapping.text)
    columns = set(pl.read_csv(table, n_rows=1).columns)
    (rule,) = document["mappings"].values()
    record = schema.with_ledger_table("record")
    types = [record.iri, *(schema.class_(name).iri for name in record.ancestors)]
    (class_,) = (schema.class_(pair[1].removeprefix("res:")).name for pair in rule["po"] if pair[0] in _TYPES)
    said = {
        "key": mapping.records[0].key.text,
        "class": class_,
        "scale_level": mapping.header.scale_level,
        "dimension": "0",
    }
    terms = {name: schema.with_ledger_column(f"record.{name}") for name in said}
    of_source = schema.with_ledger_column("record.source").iri
    pairs = [
        *(["a", f"{iri}~iri"] for iri in types),
        *([terms[name].iri, value, *_datatype(terms[name])] for name, value in said.items()),
        [of_source, f"{BASE}source/{mapping.header.source}~iri"],
        *(pair for pair in rule["po"] if pair[0] not in _TYPES and str(pair[1])[2:-1] in columns),
    ]
    plain = {"sources": [[f"{table}~csv"]], "s": BASE + rule["s"], "po": pairs}
    prefixes = document["prefixes"] | {"xsd": "http://www.w3.org/2001/XMLSchema#"}
    return str(yaml.safe_dump({"prefixes": prefixes, "mappings": {"record": plain}}, sort_keys=False))


def _datatype(term: Property) -> list[str]:
    return [] if term.datatype in {None, "xsd:string"} else [str(term.datatype)]


def _peer_python() -> str:
    """The Python of the peer's environment, which is made when it is not there or its versions changed."""
    python = _ENVIRONMENT / "bin" / "python"
    mark = _ENVIRONMENT / ".ready"
    wanted = _REQUIREMENTS.read_text(encoding="utf-8")
    if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
        print(f"Making {_ENVIRONMENT.name} for morph-kgc ...", file=sys.stderr)
        venv.create(_ENVIRONMENT, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, "-r", str(_REQUIREMENTS)], check=True, env={**os.environ})
        mark.write_text(wanted, encoding="utf-8")
    return str(python)
