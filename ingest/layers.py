"""The layers that QGIS and GDAL list in the ledger file: one per class and dimension of current entities."""

import polars as pl
from pyproj import CRS
from sqlalchemy import and_, select

from kg.ledger import Ledger, in_force
from kg.ledger import tables as t
from kg.ledger.geopackage import Layer, set_layers
from kg.workspace import Workspace
from ontology import Schema


def refresh_layers(workspace: Workspace, ledger: Ledger, schema: Schema) -> tuple[Layer, ...]:
    """Bring the GeoPackage's layers in step with the classes that have geometry; none on another database."""
    if ledger.engine.dialect.name != "sqlite":
        return ()
    e, m, g = t.entity, t.membership, t.geometry
    query = (
        select(e.c["class"], g.c.dimension)
        .join_from(e, m, m.c.entity == e.c.id)
        .join(g, and_(g.c.source == m.c.source, g.c.key == m.c.key))
        .where(in_force(e), in_force(m), in_force(g))
        .distinct()
    )
    present = ledger.read(query).sort("class", "dimension").filter(pl.col("class").is_in(list(schema.classes)))
    layers = tuple(Layer(name, dimension, _columns(schema, name)) for name, dimension in present.rows())
    crs = CRS.from_user_input(workspace.storage_crs)
    with ledger.engine.begin() as connection:
        set_layers(connection, layers, int(crs.to_epsg() or 0), crs.to_wkt("WKT1_GDAL"))
    return layers


def _columns(schema: Schema, class_name: str) -> tuple[tuple[str, bool], ...]:
    """The attributes and codes of a class, and whether they may have several values."""
    line = {class_name, *schema.classes[class_name].ancestors}
    return tuple(
        sorted(
            (term.name, term.maximum != 1)
            for term in schema.properties.values()
            if term.kind != "relation" and term.ledger_column is None and (not term.domain or line & set(term.domain))
        )
    )
