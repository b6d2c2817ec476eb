"""The cells of a batch and their dual graph, as the reader of IndoorGML gives them, and what is wrong between them."""

import numpy as np
import numpy.typing as npt
import orjson
import polars as pl
import shapely

from .solid import Tolerances, soup_of
from .solid.indoor import Cell, Network, State, Transition, check_cells

Shapes = npt.NDArray[np.object_]

_COLUMNS = {"@class", "@key", "duality"}


def has_network(features: pl.DataFrame) -> bool:
    """Whether a batch has cells and states that name each other."""
    if not set(features.columns) >= _COLUMNS or features["duality"].dtype != pl.String:
        return False
    return bool(features["@class"].is_in(["State"]).any() or features["@class"].str.ends_with("Space").any())


def network_errors(
    features: pl.DataFrame, rows: pl.DataFrame, shapes: Shapes, tolerances: Tolerances, *, is_whole: bool
) -> pl.DataFrame:
    """What is wrong between the cells, states and transitions of a batch: @row, code, name, text.

    `rows` are those geometries (@row, @solid, @shells) whose shapes are given, with heights. Unless the batch
    `is_whole`, nothing is said of links to what is not in it.
    """
    network = _network(features, rows, shapes, is_whole=is_whole)
    found = check_cells(network, soup_of(shapes, rows["@solid"], tolerances, rows["@shells"]), tolerances)
    known = features.select("@row", pl.col("@key").alias("id")).unique("id", keep="first")
    return found.join(known, on="id", maintain_order="left").select("@row", "code", "name", "text")


def _network(features: pl.DataFrame, rows: pl.DataFrame, shapes: Shapes, *, is_whole: bool) -> Network:
    solid = rows.with_row_index("place").filter(pl.col("@solid").fill_null(value=False)).unique("@row", keep="first")
    cells = features.filter(pl.col("@class").str.ends_with("Space")).join(solid, on="@row", how="left")
    states = features.filter(pl.col("@class") == "State").with_columns(_target("duality").alias("cell"))
    layer = dict(states.select("@key", "@parent").iter_rows())
    dual = cells.select("@key", _target("duality").alias("dual"), "place").drop_nulls("@key")
    at = dict(zip(rows["@row"], shapes, strict=True))
    return Network(
        [Cell(key, state, layer.get(state), place) for key, state, place in dual.iter_rows()],
        {key: State(_place(at.get(row)), cell) for key, row, cell in states.select("@key", "@row", "cell").iter_rows()},
        _transitions(features),
        is_whole,
    )


def _target(column: str) -> pl.Expr:
    """The id that a link leads to; null for one into another file, and for several."""
    return pl.col(column).str.extract(r"^#(.+)$")


def _transitions(features: pl.DataFrame) -> list[Transition]:
    if "connects" not in features.columns or features["connects"].dtype != pl.String:
        return []
    given = features.filter((pl.col("@class") == "Transition") & pl.col("connects").str.starts_with("["))
    return [
        Transition(key, tuple(end[1:] for end in orjson.loads(ends) if isinstance(end, str) and end[:1] == "#"))
        for key, ends in given.select("@key", "connects").drop_nulls().iter_rows()
    ]


def _place(shape: shapely.Geometry | None) -> tuple[float, float, float] | None:
    if shape is None or shapely.get_dimensions(shape) != 0:
        return None
    x, y, z = shapely.get_coordinates(shape, include_z=True)[0].tolist()
    return x, y, z
