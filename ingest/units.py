"""Values that seem to be in another unit than the ontology says, told by what the geometry measures."""

from typing import Final

import numpy as np
import polars as pl

AREAS: Final = ("parcelArea", "footprintArea")
"""Properties that state the area of the geometry itself, in m2."""
HEIGHT: Final = "height"
_FEWEST: Final = 5  # values; fewer are chance
_NEAR: Final = 0.08  # how far, in parts of it, the median may be from what another unit would give
_SPREAD: Final = 0.25  # and half of all values from the median
_TALLEST_M: Final = 1000.0
_SQUARE_METRES: Final = {
    "square feet": 0.09290304, "square millimetres": 1e-6, "square centimetres": 1e-4, "square kilometres": 1e6,
    "hectares": 1e4, "ares": 100.0, "acres": 4046.8564224, "mu (亩)": 2000 / 3,
}  # fmt: skip


def declared_areas(records: pl.DataFrame, geometries: pl.DataFrame) -> pl.DataFrame:
    """Areas that records (`on` columns, attributes: JSON) state, beside those of their geometries (area, m2).

    Gives key, property, declared, measured; `records` and `geometries` share the column `key`. Of several geometries
    that of the lowest dimension and level of detail counts.
    """
    stated = records.select("key", *(stated_number(name) for name in AREAS)).unpivot(
        index="key", variable_name="property", value_name="declared"
    )
    stated = stated.filter(pl.col("declared") > 0)
    shapes = geometries.filter(pl.col("area") > 0).join(stated, on="key", how="semi").sort("key", "dimension", "lod")
    shapes = shapes.unique("key", keep="first", maintain_order=True).select("key", pl.col("area").alias("measured"))
    return stated.join(shapes, on="key", maintain_order="left")


def declared_heights(records: pl.DataFrame) -> pl.Series:
    """The heights that records state, in the unit that they are in."""
    return records.select(stated_number(HEIGHT)).to_series().drop_nulls()


def stated_number(name: str) -> pl.Expr:
    r"""The first number that a property has in `attributes`, which are flat and canonical JSON.

    By its text, which takes a tenth of the time of reading the JSON; within a text a quote is escaped, so that
    nothing there looks like a member.

    >>> texts = ['{"height":[3.5,4],"note":"\\"height\\":7"}', '{"note":"\\"height\\":7"}', '{"height":-1e3}']
    >>> pl.DataFrame({"attributes": texts}).select(stated_number("height")).to_series().to_list()
    [3.5, None, -1000.0]
    """
    found = pl.col("attributes").str.extract(rf'"{name}":\[?(-?[0-9][0-9.eE+-]*)')
    return found.cast(pl.Float64, strict=False).alias(name)


def unit_of_areas(declared: pl.Series, measured: pl.Series) -> str | None:
    """The unit that stated areas seem to be in, when most are other than measured ones (m2) by one known factor.

    >>> measured = pl.Series([100.0, 250.0, 80.0, 412.0, 96.0])
    >>> unit_of_areas(measured * 10.7639, measured), unit_of_areas(measured / 666.667, measured)
    ('square feet', 'mu (亩)')
    >>> unit_of_areas(measured * 1.3, measured) is None
    True
    """
    ratio = (declared / measured).to_numpy()
    ratio = np.sort(ratio[np.isfinite(ratio) & (ratio > 0)])
    if len(ratio) < _FEWEST:
        return None
    median = float(np.median(ratio))
    lower, upper = np.quantile(ratio, [0.25, 0.75])
    if max(median - lower, upper - median) > _SPREAD * median:
        return None
    units = {unit: 1 / size for unit, size in _SQUARE_METRES.items()}
    return next((unit for unit, factor in units.items() if abs(median / factor - 1) < _NEAR), None)


def doubts(areas: pl.DataFrame, heights: pl.Series) -> list[str]:
    """A line for each property of which most values seem to be in another unit; areas as of `declared_areas`."""
    said = []
    for (name,), group in areas.group_by("property", maintain_order=True):
        unit = unit_of_areas(group["declared"], group["measured"])
        if unit:
            ratio = np.median((group["declared"] / group["measured"]).to_numpy())
            said.append(
                f"{name} is {ratio:.4g} times the area of the geometry in the middle of {group.height:,} rows: "
                f"it seems to be in {unit}, expected m2; give m2, or map it to another property"
            )
    middle = heights.median()
    if len(heights) >= _FEWEST and isinstance(middle, float) and middle > _TALLEST_M:
        said.append(
            f"{HEIGHT} is {middle:,.0f} in the middle of {len(heights):,} rows: "
            "it seems to be in millimetres, expected m"
        )
    return said
