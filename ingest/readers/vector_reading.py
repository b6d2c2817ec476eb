"""One layer of a file or of a table that GDAL opens, as batches."""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyogrio
from pyogrio.raw import open_arrow

from .contract import MOST_COLUMNS, Batch, FileInfo, Request
from .errors import FileDamaged, ReaderError, UnknownFormat, UnknownLayer
from .files import Sample, take_sample
from .gml import is_gml, seen_aside
from .json_geometry import marked
from .vector import TABLE_SUFFIXES, is_geojson, is_table
from .vector_drivers import (
    JsonTold,
    crs_warnings,
    json_features_have_ids,
    json_told,
    missing_parts,
    name_warnings,
    srs_name,
    with_osm_keys,
    wrong_count,
)
from .vector_frames import to_batch
from .vector_geometry import Wkb

_NOT_CONTENT = frozenset({"layer_styles"})  # QGIS keeps its drawing rules as a layer beside the data
_CSV_OPTIONS = {
    "HEADERS": "YES",  # names are needed, and the guess takes a first line of years for data
    "EMPTY_STRING_AS_NULL": "YES",
    "KEEP_GEOM_COLUMNS": "YES",  # WKT stays text, too
}
_TOO_WIDE = re.compile(r"(\d+) columns detected. Limiting to")
_SAVE_AS_UTF8 = "Save it as UTF-8, or put a .cpg file with its encoding beside a Shapefile"
_OWN_FID = "OGC_FID"  # pyogrio's name for row numbers that the format itself does not keep


def read_layer(request: Request) -> Iterator[FileInfo | Batch]:
    """See `VectorReader.read`."""
    path = Path(request.path)
    sample = take_sample(path)
    with warnings.catch_warnings(record=True) as noticed:
        warnings.simplefilter("always")
        try:
            yield from _read(_address(sample), sample, request, noticed)
        except pyogrio.errors.DataSourceError as error:
            raise _not_opened(request.path, sample, str(error)) from None
        except pyogrio.errors.GeometryError as error:
            what = f"a layer has geometries of a kind that is not read here: {error}"
            raise UnknownFormat(request.path, what, "Convert them to multi-polygons") from None
        except (pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError, pa.ArrowException, OSError) as error:
            is_text = "utf8" in str(error).lower()
            raise (_not_utf8(request.path) if is_text else _damaged(request.path, str(error))) from None
        except UnicodeDecodeError:
            raise _not_utf8(request.path) from None


@dataclass(frozen=True, slots=True)
class _Address:
    """How GDAL is told to open the file."""

    name: str
    options: dict[str, str]
    has_one_layer: bool = False  # by its format; then the layers need not be listed, which takes another pass
    layers: tuple[str, ...] = ()  # where they were listed already


def _read(
    address: _Address, sample: Sample, request: Request, noticed: list[warnings.WarningMessage]
) -> Iterator[FileInfo | Batch]:
    pyogrio.set_gdal_config_options(
        {
            "OGR_CSV_MAX_LINE_SIZE": "-1",  # at a line of 10 MB it else ends as if the file did; our memory limit holds
            "OGR_CSV_MAX_FIELD_COUNT": str(MOST_COLUMNS),  # it cuts tables at 2,000 else
            # editors give new things negative ids, which the quick index leaves out with all that is made of them
            "OSM_USE_CUSTOM_INDEXING": "NO" if b"<osm" in sample.head[:1000] else None,
        }
    )
    if address.has_one_layer:
        described = pyogrio.read_info(address.name, **address.options)
        layers: tuple[str, ...] = (str(described["layer_name"]),)
        layer = _choose_layer(request, layers)
    else:
        listed = address.layers or pyogrio.list_layers(address.name)[:, 0]
        layers = tuple(str(name) for name in listed if name not in _NOT_CONTENT)
        layer = _choose_layer(request, layers)
        described = pyogrio.read_info(address.name, layer=layer, **address.options)
    for notice in noticed:
        if found := _TOO_WIDE.search(str(notice.message)):
            what = f"its table has {int(found[1]):,} columns, at most {MOST_COLUMNS:,} are read"
            raise FileDamaged(request.path, what, "Split it, with the key in each part; or turn columns into rows")
    driver = str(described["driver"])
    miscount = wrong_count(sample, layer) if driver == "GPKG" else ()
    # its quick way trusts the count that the file keeps, and gives rows twice where that is wrong (GDAL 3.12)
    pyogrio.set_gdal_config_options({"OGR_GPKG_STREAM_BASE_IMPL": "YES" if miscount else None})
    has_own_ids = json_features_have_ids(sample) if driver.startswith("GeoJSON") else None
    told = json_told(sample) if driver.startswith("GeoJSON") else JsonTold()
    own_warnings = (
        name_warnings(sample, driver)
        + crs_warnings(sample, driver, described["crs"])
        + miscount
        + missing_parts(sample, driver)
    )
    info = FileInfo(
        driver,
        declared_crs=described["crs"] or srs_name(sample),
        rows=described["features"] if described["features"] >= 0 and not miscount else None,
        layers=layers,
        warnings=own_warnings,
        unsupported=told.left_out,
    )
    yield info
    row = 1
    with open_arrow(
        address.name,
        layer=layer,
        return_fids=True,
        use_pyarrow=True,
        batch_size=request.batch_rows,
        datetime_as_string=True,
        read_geometry=driver != "CSV",  # which we read from the text, to tell a broken one from none
        **address.options,
    ) as (meta, stream):
        fid_name = str(meta["fid_column"])
        geometry_name = str(meta["geometry_name"]) or "wkb_geometry"
        for arrow in stream:
            batch = to_batch(
                arrow,
                fid_name=fid_name,
                has_own_ids=fid_name != _OWN_FID if has_own_ids is None else has_own_ids,
                geometry_name=geometry_name if meta["geometry_type"] and driver != "CSV" else None,
                layer=layer,
                first_row=row,
                linear=lambda fids: _linear(address, layer, fids),
            )
            if told.parts is not None and len(told.parts) == described["features"]:
                batch = marked(batch, told.parts[row - 1 :])
            row += len(batch.features)
            yield with_osm_keys(batch, layer) if driver == "OSM" else batch
    if driver == "FlatGeobuf" and info.rows is not None and row - 1 < info.rows:
        what = f"the file is cut off: it says that it has {info.rows:,} features, {row - 1:,} are there"
        raise FileDamaged(request.path, what, "Get the file again")
    yield replace(info, rows=row - 1, warnings=own_warnings + _distinct(noticed))


def _address(sample: Sample) -> _Address:
    """The driver is named where the content says something else than the name of the file."""
    if is_gml(sample):
        aside = seen_aside(sample)
        return _Address(str(aside.place), aside.options, layers=aside.layers)
    name = str(sample.path.absolute())
    if sample.is_gzip:
        name = f"/vsigzip/{name}"
    if is_geojson(sample) and b'"Topology"' not in sample.head[:1000]:
        return _Address(f"GeoJSON:{name}" if sample.suffix in TABLE_SUFFIXES else name, {}, has_one_layer=True)
    if is_table(sample) or (sample.suffix in TABLE_SUFFIXES and not sample.is_json):
        _check_utf8(sample)
        named = name if sample.suffix in {".csv", ".tsv", ".psv"} else f"CSV:{name}"
        return _Address(named, _CSV_OPTIONS, has_one_layer=True)
    return _Address(name, {})


def _check_utf8(sample: Sample) -> None:
    try:
        sample.head.decode()
    except UnicodeDecodeError as error:
        is_cut_character = error.start >= len(sample.head) - 3 and error.reason == "unexpected end of data"
        if not is_cut_character:
            raise _not_utf8(str(sample.path)) from None


def _choose_layer(request: Request, layers: tuple[str, ...]) -> str:
    if not layers:
        raise FileDamaged(request.path, "it has no layer", "Give a file with at least one table or layer")
    if request.layer is None and len(layers) > 1:
        raise UnknownLayer(
            request.path,
            f"it has {len(layers)} layers: {', '.join(layers)}",
            "Name one of them by layer=",
            layers=layers,
        )
    if request.layer is not None and request.layer not in layers:
        raise UnknownLayer(request.path, f"it has no layer {request.layer!r}", f"Name one of: {', '.join(layers)}")
    return request.layer or layers[0]


def _linear(address: _Address, layer: str, fids: list[int]) -> Wkb:
    """The geometries of some features with arcs drawn as short lines."""
    _, _, geometry, _ = pyogrio.raw.read(address.name, layer=layer, fids=fids, columns=[], **address.options)
    shapes: Wkb = geometry.tolist()
    return shapes


def _distinct(noticed: list[warnings.WarningMessage]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(one.message) for one in noticed))


def _not_opened(path: str, sample: Sample, reason: str) -> ReaderError:
    if "not recognized as being in a supported" in reason and not is_geojson(sample):
        return UnknownFormat(path, "no reader knows its content", "Check that the name fits the content", detail=reason)
    return _damaged(path, reason)


def _damaged(path: str, reason: str) -> FileDamaged:
    place = re.search(r"(?i)at line (\d+), character (\d+):? *", reason)
    return FileDamaged(
        path,
        f"the file is damaged or cut off: {(reason.replace(place[0], '') if place else reason).rstrip('.')}",
        "Get the file again",
        place=f"line {place[1]}, column {place[2]}" if place else None,
        detail=reason,
    )


def _not_utf8(path: str) -> FileDamaged:
    return FileDamaged(path, "its text is not UTF-8", _SAVE_AS_UTF8)
