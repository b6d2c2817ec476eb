"""What a CityJSON file says that can't be so, though it can be read: told by name and number, never passed over.

orjson keeps the last of two members of one name without a word, and nothing of an appearance is kept here: without
these checks an object would be lost, or a material that is nowhere, and nobody would know.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson

from .json_values import JsonObject, list_of

_FIRST_OF_RING = re.compile(rb"\[(\d+)")
_NUMBER = re.compile(rb"\d+")


class _Repeated(Exception):
    pass


def repeated_name(text: bytes, content: object) -> str | None:
    """A member name that an object of the JSON text has twice, None when there is none.

    content: what was parsed of the text. Written again it has as many names as the text, unless some were dropped; only
    where the numbers differ (blanks before a colon do that, too) every object is looked at.

    >>> text = b'{"CityObjects": {"a": {"type": "Building"}, "a": {"type": "Bridge"}}}'
    >>> repeated_name(text, orjson.loads(text))
    'a'
    """
    if text.count(b'":') == orjson.dumps(content).count(b'":'):
        return None

    def look(pairs: list[tuple[str, Any]]) -> None:
        names = Counter(name for name, _ in pairs)
        for name, number in names.items():
            if number > 1:
                raise _Repeated(name)

    try:
        json.loads(text, object_pairs_hook=look)
    except _Repeated as found:
        return str(found)
    return None


def lost_relatives(objects: JsonObject, left_out: Counter[str]) -> None:
    """Count parents and children that are not in the file, or in the feature of a sequence."""
    for content in objects.values():
        if isinstance(content, dict):
            for member in ("parents", "children"):
                names = list_of(content.get(member)) if member in content else []
                left_out[f"name in {member!r} that no object has"] += sum(
                    not (isinstance(name, str) and name in objects) for name in names
                )


def lost_appearance(geometry: JsonObject, appearance: JsonObject, left_out: Counter[str]) -> None:
    """Count the themes of a geometry that point at a material, texture or place on it that is not there.

    >>> found = Counter()
    >>> lost_appearance({"material": {"day": {"value": 2}}}, {"materials": [{}]}, found)
    >>> found
    Counter({'material that points nowhere': 1})
    """
    materials, textures, places = (
        len(list_of(appearance.get(name))) for name in ("materials", "textures", "vertices-texture")
    )
    for theme in _themes(geometry, "material"):
        values = theme["value"] if "value" in theme else theme.get("values")
        left_out["material that points nowhere"] += _greatest(_NUMBER, values) >= materials
    for theme in _themes(geometry, "texture"):
        is_lost = _greatest(_FIRST_OF_RING, theme.get("values")) >= textures
        beside = _FIRST_OF_RING.sub(b"[", orjson.dumps(theme.get("values")))
        left_out["texture that points nowhere"] += is_lost or _greatest_in(_NUMBER, beside) >= places


def _themes(geometry: JsonObject, member: str) -> Iterator[JsonObject]:
    themes = geometry.get(member)
    return (each for each in (themes.values() if isinstance(themes, dict) else ()) if isinstance(each, dict))


def _greatest(pattern: re.Pattern[bytes], values: object) -> int:
    return _greatest_in(pattern, orjson.dumps(values))


def _greatest_in(pattern: re.Pattern[bytes], text: bytes) -> int:
    """The greatest index that the pattern finds; -1 where there is none."""
    found = pattern.findall(text)
    return int(np.array(found, dtype="S").astype(np.int64).max()) if found else -1
