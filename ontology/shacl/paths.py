"""Which values nodes reach along a path: joins of columns."""

from __future__ import annotations

from functools import reduce

import polars as pl

from .data import Data
from .shapes import Alternative, Inverse, Path, Predicate, Sequence


def reached(data: Data, path: Path, nodes: pl.Series) -> pl.DataFrame:
    """node and value of all that some nodes reach, each pair once.

    >>> data = Data.of_ntriples(b"<urn:a> <urn:in> <urn:b> .\\n<urn:b> <urn:in> <urn:c> .")
    >>> from ontology.shacl.shapes import Repeat
    >>> reached(data, Repeat(Predicate("urn:in"), 1, is_endless=True), pl.Series(["<urn:a>"])).rows()
    [('<urn:a>', '<urn:b>'), ('<urn:a>', '<urn:c>')]
    """
    if isinstance(path, Predicate):
        return data.pairs(path.iri).join(nodes.alias("node").to_frame(), on="node", how="semi", maintain_order="left")
    start = pl.DataFrame({"node": nodes, "value": nodes}, schema={"node": pl.String, "value": pl.String})
    if isinstance(path, Sequence):
        return reduce(lambda pairs, step: _further(data, step, pairs), path.paths, start)
    if isinstance(path, Alternative):
        return pl.concat([reached(data, each, nodes) for each in path.paths]).unique(maintain_order=True)
    if isinstance(path, Inverse):
        return _inverse(data, path.path, nodes)
    found = start if path.least == 0 else _further(data, path.path, start)
    if not path.is_endless:
        return pl.concat([found, _further(data, path.path, start)]).unique(maintain_order=True)
    last = found
    while not last.is_empty():
        last = _further(data, path.path, last).join(found, on=["node", "value"], how="anti", maintain_order="left")
        found = pl.concat([found, last])
    return found


def _further(data: Data, step: Path, pairs: pl.DataFrame) -> pl.DataFrame:
    steps = reached(data, step, pairs["value"].unique(maintain_order=True)).rename({"node": "value", "value": "next"})
    joined = pairs.join(steps, on="value", maintain_order="left")
    return joined.select("node", pl.col("next").alias("value")).unique(maintain_order=True)


def _inverse(data: Data, path: Path, nodes: pl.Series) -> pl.DataFrame:
    if isinstance(path, Predicate):
        pairs = data.pairs(path.iri)
    else:
        everything = pl.concat([frame["node"] for frame in data.by_predicate.values()] + [nodes]).unique()
        values = pl.concat([frame["value"] for frame in data.by_predicate.values()]).unique()
        pairs = reached(data, path, pl.concat([everything, values]).unique())
    turned = pairs.select(pl.col("value").alias("node"), pl.col("node").alias("value"))
    return turned.join(nodes.alias("node").to_frame(), on="node", how="semi", maintain_order="left")
