"""Facts as N-Quads text, by whole columns.

No triple is ever in two graphs: what several graphs state is kept in the first of them (`asserted` before the
sources), and a consequence that is stated anyway is left out of `inferred`. The store answers over the union of its
graphs and does not remove duplicates, so this is what makes counts right.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

import polars as pl

from ontology import Schema

from ..facts import Facts
from .errors import FactsInvalid
from .names import INFERRED, RDF_TYPE, XSD_STRING, datatype_iri, graph_iri

ROWS_PER_CHUNK = 400_000

_NOT_IN_AN_IRI = r'[<>"{}|^`\\\x00-\x20]'
_NO_EDGES = pl.DataFrame(schema=dict.fromkeys(("subject", "predicate", "object", "graph"), pl.String()))
_LANGUAGE_TAG = r"^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*$"


def render(parts: Iterable[Facts], schema: Schema, base: str) -> Iterator[bytes]:
    """All quads of the facts with their consequences, as chunks of N-Quads lines; needs all nodes of the view.

    The parts are gone through twice. Raises `FactsInvalid` for frames that contradict themselves and
    `ontology.UnknownTerm` for a name that is no term.
    """
    stated = {name for part in parts for name in part.edges["predicate"].unique()}
    # A relation whose converse is stated, too, has consequences that may be stated in any part: these wait for the end.
    waiting = {name for name, others in converses(schema).items() if others & stated or name in others}
    kept: list[pl.DataFrame] = []
    for part in parts:
        yield from render_stated(part, schema, base)
        edges = current_edges(part.edges)
        is_waiting = pl.col("predicate").is_in(waiting)
        kept.append(edges.filter(is_waiting))
        yield from _inferred(converse_edges(edges.filter(~is_waiting), schema), schema, base)
    edges = pl.concat([_NO_EDGES, *kept])
    consequences = converse_edges(edges, schema)
    yield from _inferred(consequences.join(edges, on=["subject", "predicate", "object"], how="anti"), schema, base)


def _inferred(edges: pl.DataFrame, schema: Schema, base: str) -> Iterator[bytes]:
    return _lines(edges.with_columns(graph=pl.lit(INFERRED)), _edge_line(schema, base))


def render_stated(facts: Facts, schema: Schema, base: str) -> Iterator[bytes]:
    """The quads that follow from each node alone: types, superclasses, values and current edges, without converses."""
    check(facts)
    graphs = facts.nodes.select("key", "graph")
    types = facts.nodes.select("key", "graph", type="types").explode("type").drop_nulls()
    inferred = facts.nodes.select(
        "key", pl.lit(INFERRED).alias("graph"), type=pl.col("inferred").list.set_difference("types")
    )
    inferred = inferred.explode("type").drop_nulls()
    values = facts.values.join(graphs, on="key", how="left", maintain_order="left")
    return chain(
        _lines(types, _type_line(schema, base)),
        _lines(inferred, _type_line(schema, base)),
        _lines(values, _value_line(schema, base)),
        _lines(current_edges(facts.edges), _edge_line(schema, base)),
    )


def current_edges(edges: pl.DataFrame) -> pl.DataFrame:
    """The edges that hold now, each once: frame {subject, predicate, object, graph}."""
    return (
        edges.lazy()
        .filter("current")
        .select("subject", "predicate", "object", "graph")
        .group_by("subject", "predicate", "object", maintain_order=True)
        .agg(pl.col("graph").min())  # "asserted" sorts before every "source/..."
        .collect()
    )


def converse_edges(edges: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """What edges imply in the opposite direction, by inverse and symmetric relations."""
    pairs = [(name, other) for name, others in converses(schema).items() for other in sorted(others)]
    implied = pl.DataFrame(pairs, schema={"predicate": pl.String, "converse": pl.String}, orient="row")
    return (
        edges.join(implied, on="predicate")
        .select(subject="object", predicate="converse", object="subject")
        .unique(maintain_order=True)
    )


def converses(schema: Schema) -> Mapping[str, frozenset[str]]:
    """For each relation name p the relations q with: (a p b) implies (b q a)."""
    found: dict[str, set[str]] = {}
    for name, term in schema.properties.items():
        if term.symmetric:
            found.setdefault(name, set()).add(name)
        if term.inverse is not None:
            found.setdefault(name, set()).add(term.inverse)
            found.setdefault(term.inverse, set()).add(name)
    return {name: frozenset(others) for name, others in found.items()}


def check(facts: Facts) -> None:
    """Raise `FactsInvalid` when a frame can't become quads; names one example of each problem."""
    nodes, values, edges = facts.nodes, facts.values, facts.edges
    problems = [
        _example("the keys of `nodes` hold one twice", nodes["key"].filter(nodes["key"].is_duplicated())),
        _example("`values` has rows of a key that is not in `nodes`", _outside(values["key"], nodes["key"])),
        _example("`edges` start at a key that is not in `nodes`", _outside(edges["subject"], nodes["key"])),
        _example("`values` has a null value of", values.filter(pl.col("value").is_null())["property"]),
    ]
    for column in (nodes["key"], edges["object"], nodes["graph"].unique(), edges["graph"].unique()):
        forbidden = column.filter(column.str.contains(_NOT_IN_AN_IRI))
        problems.append(_example(f"`{column.name}` holds characters that an IRI can't; percent-encode them", forbidden))
    tags = values["language"].drop_nulls().unique()
    problems.append(_example("no language tag", tags.filter(~tags.str.contains(_LANGUAGE_TAG))))
    if found := [problem for problem in problems if problem]:
        raise FactsInvalid("The facts can't be written as RDF: " + "; ".join(found) + ".")


def _outside(keys: pl.Series, known: pl.Series) -> pl.Series:
    used = keys.unique()
    return used.filter(~used.is_in(known.implode()))


def _example(problem: str, offenders: pl.Series) -> str | None:
    return f"{problem}: {offenders[0]!r}" if len(offenders) else None


Line = Callable[[pl.DataFrame], pl.Expr]


def _lines(frame: pl.DataFrame, line: Line) -> Iterator[bytes]:
    if frame.is_empty():
        return
    expression = line(frame)
    for part in frame.iter_slices(ROWS_PER_CHUNK):
        text = io.BytesIO()
        part.select(expression).write_csv(text, include_header=False, quote_style="never")
        yield text.getvalue()


def _type_line(schema: Schema, base: str) -> Line:
    def line(frame: pl.DataFrame) -> pl.Expr:
        terms = _pieces(frame["type"], lambda name: f"> <{RDF_TYPE}> <{schema.class_(name).iri}>")
        return pl.concat_str(pl.lit(f"<{base}"), "key", terms, _graph_piece(frame, base))

    return line


def _value_line(schema: Schema, base: str) -> Line:
    def line(frame: pl.DataFrame) -> pl.Expr:
        terms = _pieces(frame["property"], lambda name: f'> <{schema.property_(name).iri}> "')
        escaped = pl.col("value").str.replace_many(["\\", '"', "\n", "\r"], ["\\\\", '\\"', "\\n", "\\r"])
        types = _pieces(frame["datatype"], lambda name: '"' if name == XSD_STRING else f'"^^<{datatype_iri(name)}>')
        ending = pl.when(pl.col("language").is_null()).then(types).otherwise(pl.lit('"@') + pl.col("language"))
        return pl.concat_str(pl.lit(f"<{base}"), "key", terms, escaped, ending, _graph_piece(frame, base))

    return line


def _edge_line(schema: Schema, base: str) -> Line:
    def line(frame: pl.DataFrame) -> pl.Expr:
        terms = _pieces(frame["predicate"], lambda name: f"> <{schema.property_(name).iri}> <{base}")
        return pl.concat_str(pl.lit(f"<{base}"), "subject", terms, "object", pl.lit(">"), _graph_piece(frame, base))

    return line


def _graph_piece(frame: pl.DataFrame, base: str) -> pl.Expr:
    return _pieces(frame["graph"], lambda name: f" <{graph_iri(base, name)}> .")


def _pieces(names: pl.Series, text: Callable[[str], str]) -> pl.Expr:
    """A column of few distinct names, each replaced by its piece of the line."""
    distinct = names.drop_nulls().unique().to_list()
    return pl.col(names.name).replace_strict(distinct, [text(name) for name in distinct], return_dtype=pl.String)
