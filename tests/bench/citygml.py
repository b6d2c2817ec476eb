"""Our CityGML reader beside a plain lxml DOM walk of the same file: processor seconds, their ratio, and peak memory.

`python -m tests.bench.citygml FILE [MEGABYTES]` repeats the members of a real file, with ids of their own, to about so
many megabytes. Each run is a process of its own. The peers do what a script does that wants the same from the file: a
whole tree (`etree.parse`), each thing with its texts, each surface as a shapely polygon, grouped by thing.
"""

import gc
import gzip
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.ratios import tell

_MEMBER = re.compile(rb"<((?:\w+:)?cityObjectMember)\b.*?</\1>", re.DOTALL)
_ID = re.compile(rb'((?:gml:id|xlink:href)="#?)([^"]+)"')


def write_large(source: Path, target: Path, megabytes: int) -> int:
    """The file with its members as often as it takes; gives how often."""
    content = source.read_bytes()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    found = list(_MEMBER.finditer(content))
    head, tail = content[: found[0].start()], content[found[-1].end() :]
    body = content[found[0].start() : found[-1].end()]
    times = max(1, megabytes * 1_000_000 // len(body))
    with target.open("wb") as out:
        out.write(head)
        for number in range(times):
            out.write(_ID.sub(rb"\g<1>\g<2>-%d" % number + b'"', body))
        out.write(tail)
    return times


def ours(path: Path) -> tuple[int, int]:
    """(things, polygons) by our reader, in this process."""
    import shapely

    from ingest.readers import Batch, Request, get_reader

    things = polygons = 0
    for part in get_reader("citygml").read(Request(str(path))):
        if isinstance(part, Batch):
            things += part.features.height
            shapes = shapely.from_wkb(part.geometries["@geometry"].drop_nulls().to_numpy())
            polygons += int(shapely.get_num_geometries(shapes).sum())
    return things, polygons


def plain(path: Path) -> tuple[int, int]:
    """(things, polygons) by a tree and a walk: ids, texts, and a shapely polygon for each Polygon and Triangle."""
    import shapely
    from lxml import etree

    tree = etree.parse(str(path), etree.XMLParser(huge_tree=True))
    gml = ("{http://www.opengis.net/gml}", "{http://www.opengis.net/gml/3.2}")
    things: dict[str, dict[str, str]] = {}
    shapes: dict[str, list[object]] = {}
    polygons = 0
    for element in tree.iter():
        if (
            not isinstance(element.tag, str)
            or element.tag.startswith(gml)
            or not element.tag.rpartition("}")[2][0].isupper()
        ):
            continue
        key = str(element.get(gml[0] + "id") or element.get(gml[1] + "id") or len(things))
        things[key] = {child.tag: child.text for child in element if len(child) == 0 and child.text}
        for prop in element:
            if not any(isinstance(child.tag, str) and child.tag.startswith(gml) for child in prop):
                continue
            for polygon in prop.iter(*(each + name for each in gml for name in ("Polygon", "Triangle"))):
                rings = []
                for ring in polygon.iter(*(each + "LinearRing" for each in gml)):
                    text = " ".join(position.text or "" for position in ring)
                    numbers = [float(number) for number in text.split()]
                    rings.append(list(zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)))
                shapes.setdefault(key, []).append(shapely.Polygon(rings[0], rings[1:]))
                polygons += 1
    return len(things), polygons


def bare(path: Path) -> tuple[int, int]:
    """A tree and a look at each of its elements, nothing made: what no reader by lxml can be quicker than by much."""
    from lxml import etree

    tree = etree.parse(str(path), etree.XMLParser(huge_tree=True))
    return sum(1 for _ in tree.iter()), 0


_WORK = {"ours": ours, "plain": plain, "bare": bare}


def timed(name: str, path: Path) -> tuple[float, float, str]:
    """(processor seconds, peak megabytes, what was counted) of one of them in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench.citygml", "--run", name, str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, peak, counted = ran.stdout.strip().split(";")
    return float(seconds), float(peak), counted


def main(arguments: list[str]) -> None:
    """Print a line for each."""
    if arguments[0] == "--run":
        gc.disable()  # as the process that parses does
        counted = _WORK[arguments[1]](Path(arguments[2]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(time.process_time(), peak, counted, sep=";")
        return
    source, megabytes = Path(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 150
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.gml"
        times = write_large(source, path, megabytes)
        print(f"{source.name} x {times}: {path.stat().st_size / 1e6:.0f} MB")
        results = {name: timed(name, path) for name in _WORK}
    for name, (seconds, peak, said) in results.items():
        print(f"{name:6} {seconds:7.1f} s {peak:7.0f} MB  {said}")
    seconds, peak, _ = results["ours"]
    figures = {f"CityGML, {name} / ours, processor": results[name][0] / seconds for name in ("plain", "bare")}
    goals = {"CityGML, plain / ours, processor": 3.0}
    tell("citygml", figures | {"CityGML parser, peak MB": peak}, at_least=goals)


if __name__ == "__main__":
    main(sys.argv[1:])
