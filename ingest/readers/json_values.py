"""Values of parsed JSON, which may be anything: looked at where they are used."""

from typing import Any, TypeGuard

import orjson

from .errors import FileDamaged

JsonObject = dict[str, Any]  # as parsed; what is in it is looked at where it is used


def json_object(text: bytes, path: str, give: str, *, part: str = "", line: int = 1) -> JsonObject:
    """The object that a JSON text is; `part` names it where it is not the whole file, `line` is where it begins.

    Raises `FileDamaged` with the place for broken JSON, and for another value than an object, with `give`: a file of
    which kind to give instead.

    >>> json_object(b'{"a": 1}', "town.json", "Give a CityJSON file")
    {'a': 1}
    >>> json_object(b'{"a": 1,}', "town.json", "Give a CityJSON file", line=3)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ingest.readers.errors.FileDamaged: town.json: the JSON is broken: ... (line 3, column 8). Get the file again; ...
    """
    of = f" of {part}" if part else ""
    try:
        found = orjson.loads(text.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        place = f"line {line + error.lineno - 1}, column {error.colno}"
        what = f"the JSON{of} is broken: {error.msg}"
        raise FileDamaged(path, what, "Get the file again; it may be cut off", place=place) from None
    if not isinstance(found, dict):
        what = f"{part} is no object" if part else "expected a JSON object"
        raise FileDamaged(path, what, give, place=f"line {line}")
    return found


def list_of(value: object) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def member_of(value: object, name: str) -> JsonObject:
    """The member of an object if both are objects, else an empty one."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def text_of(value: object) -> str | None:
    """The value if it is text, else None."""
    return value if isinstance(value, str) else None


def is_index(value: object, count: int) -> TypeGuard[int]:
    """Whether the value is a position in a list of so many members."""
    return type(value) is int and 0 <= value < count
