"""Every layer of the shared data sets read by us and by another reader: counts, areas and values side by side.

`python -m tests.formats FOLDER` writes the table of docs/formats.md. The other reader is pyogrio's
`read_dataframe`, which takes GDAL's features one by one; ours takes Arrow batches and builds its own geometries.
"""

import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import polars as pl
import pyogrio
import shapely

from ingest.mapping import Mapping, rank_mappings
from ingest.readers import Batch, FileInfo, ReaderError, Request, detect, get_reader
from ingest.readers.crs import split_crs
from ingest.readers.files import is_gzip
from ingest.unpack import unpacked
from tests.pages import put_tables

FOLDERS = (
    "formats-small", "nl-delft-bgt", "us-nyc-mappluto", "cz-bubenec", "eu-inspire-cp", "es-catastro-tenerife",
    "de-alkis-neuwerk", "fr-edigeo", "at-dkm-cadastre", "jp-chino-parcels", "cn-admin-divisions", "osm-monaco",
)  # fmt: skip
NO_DATA = {".md", ".properties", ".laz", ".obj"}
PAGE = Path(__file__).parents[1] / "docs" / "formats.md"


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer as we read it; `refused` is why a file was not read."""

    folder: str
    name: str
    path: Path
    layer: str | None
    info: FileInfo | None
    features: pl.DataFrame
    geometries: pl.DataFrame
    refused: str | None = None

    @property
    def area(self) -> float:
        """The sum of the areas of all flat geometries, in the units of their CRS."""
        return float(np.nansum(shapely.area(shapely.from_wkb(self.geometries["@geometry"].to_list()))))


def layers_of(shared: Path, folder: str) -> Iterator[Layer]:
    """All layers of all files of a folder, read in this process."""
    with unpacked([shared / folder]) as found:
        for given in found:
            if isinstance(given, ReaderError):
                yield _refused(folder, Path(given.path).name, Path(given.path), str(given))
                continue
            name = given.name.split(f"{folder}/", 1)[1]
            is_ours = given.path.name == "FILES.csv" or "truth/" in name
            if is_ours or given.path.suffix in NO_DATA or ".city.json" in name:
                continue
            try:
                layers = _layer_names(given.path)
            except ReaderError as error:
                yield _refused(folder, name, given.path, f"{error.what}")
                continue
            for layer in layers:
                parts = list(get_reader(detect(given.path).name).read(Request(str(given.path), layer)))
                info = next(part for part in reversed(parts) if isinstance(part, FileInfo))
                batches = [part for part in parts if isinstance(part, Batch)]
                nothing = pl.DataFrame(schema={"@geometry": pl.Binary, "@problem": pl.String})
                features = [each.features for each in batches]
                geometries = [each.geometries for each in batches]
                yield Layer(
                    folder,
                    name,
                    given.path,
                    layer,
                    info,
                    pl.concat(features, how="diagonal_relaxed") if batches else pl.DataFrame(),
                    pl.concat(geometries) if batches else nothing,
                )


def by_another(layer: Layer) -> gpd.GeoDataFrame:
    """The same layer by pyogrio."""
    if layer.path.suffix == ".parquet":
        return gpd.read_parquet(layer.path)
    name = f"/vsigzip/{layer.path.absolute()}" if is_gzip(layer.path) else str(layer.path)
    pyogrio.set_gdal_config_options({"OSM_USE_CUSTOM_INDEXING": "NO"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pyogrio.read_dataframe(name, layer=layer.layer)


def _layer_names(path: Path) -> list[str | None]:
    try:
        info = next(iter(get_reader(detect(path).name).read(Request(str(path)))))
        assert isinstance(info, FileInfo)
        return [info.layers[0] if info.layers else None]
    except ReaderError as error:
        if not error.layers:
            raise
        return list(error.layers)


def _refused(folder: str, name: str, path: Path, why: str) -> Layer:
    return Layer(folder, name, path, None, None, pl.DataFrame(), pl.DataFrame(), why)


def mapping_of(layer: Layer, mappings: list[Mapping]) -> str:
    """The built-in mapping that reads a layer."""
    if layer.info is None or layer.features.is_empty():
        return ""
    found = rank_mappings(mappings, frozenset(layer.features.columns), layer.info.format, layer.layer)
    return found[0].name.removesuffix(".yml") if len(found) == 1 else ""


def main(shared: Path) -> None:
    """Write the table."""
    from ingest.mappings import known_mappings
    from kg.workspace import create_workspace
    from ontology import compile_schema, packaged_texts

    with tempfile.TemporaryDirectory() as place:
        workspace = create_workspace(Path(place) / "w")
        mappings = known_mappings(workspace, compile_schema(packaged_texts()))
    lines = [
        "| data set | file and layer | format | rows | CRS | built-in mapping | noticed |",
        "|---|---|---|---|---|---|---|",
    ]
    for folder in FOLDERS:
        for layer in layers_of(shared, folder):
            place_ = f"{layer.name} {layer.layer}" if layer.info and len(layer.info.layers) > 1 else layer.name
            if layer.info is None:
                lines.append(f"| {folder} | {place_} | - | - | - | - | refused: {layer.refused} |")
                continue
            problems = layer.geometries["@problem"].drop_nulls().value_counts().sort("@problem").rows()
            noticed = [f"{number} x {problem}" for problem, number in problems]
            noticed += [text for text in layer.info.warnings if "sqlite" not in text][:2]
            crs = split_crs(layer.info.declared_crs)[0] if layer.info.declared_crs else "-"
            crs = crs if len(crs) < 20 else "WKT"
            row = (
                folder,
                place_,
                layer.info.format,
                f"{layer.features.height:,}",
                crs,
                mapping_of(layer, mappings) or "-",
            )
            lines.append(f"| {' | '.join(row)} | {'; '.join(noticed)[:160].replace('|', '/')} |")
    put_tables(PAGE, {"table": lines})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
