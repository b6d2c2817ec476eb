"""Remake this folder's data from the originals: ``python ingest/sample/delft/remake.py FOLDER_OF_ORIGINALS``.

The originals are named in README.md, with where they come from and their sha256, which is checked here.
"""

import gzip
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BAG_ORIGINAL = ("bag_pand_2d.geojson", "56cf35618eae9d097201caa6f1f7ccf1e4b8a12705da20242e12761400682107")
TILE_ORIGINAL = ("3dbag_v210908_tile5910.city.json", "08aef97defad19124045bacad6ac910bf5280e325baf6552e6075797b2b35948")
BAG_COPY = "bag_pand.geojson"
TILE_COPY = "3dbag_tile5910.city.json.gz"
_DECIMALS = 3  # millimetres


def main(arguments: list[str]) -> None:
    """Write both files and print their sha256."""
    if len(arguments) != 1:
        sys.exit("usage: remake.py FOLDER_OF_ORIGINALS")
    originals = Path(arguments[0])
    bag = compact_bag(_original(originals, *BAG_ORIGINAL))
    # A fixed time and no name in the header: the same input gives the same bytes.
    tile = gzip.compress(_original(originals, *TILE_ORIGINAL), compresslevel=9, mtime=0)
    for name, content in ((BAG_COPY, bag), (TILE_COPY, tile)):
        (HERE / name).write_bytes(content)
        print(hashlib.sha256(content).hexdigest(), len(content), name)


def compact_bag(text: bytes) -> bytes:
    """The same features with coordinates in millimetres, one feature per line, without spaces."""
    collection = json.loads(text)
    features = collection.pop("features")
    for feature in features:
        feature["geometry"]["coordinates"] = _rounded(feature["geometry"]["coordinates"])
    head = _compact(collection)[:-1]
    lines = ",\n".join(map(_compact, features))
    return f'{head},"features":[\n{lines}\n]}}\n'.encode()


def _original(folder: Path, name: str, sha256: str) -> bytes:
    content = (folder / name).read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != sha256:
        sys.exit(f"{folder / name} has sha256 {found}, expected {sha256}: get the file that README.md names")
    return content


def _rounded(coordinates: Any) -> Any:  # lists in lists of numbers, as deep as the geometry type asks
    if isinstance(coordinates, list):
        return [_rounded(member) for member in coordinates]
    return round(coordinates, _DECIMALS)


def _compact(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main(sys.argv[1:])
