"""Near misses: registered codes close to one that nobody bears."""

import string
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final

from sqlalchemy import Connection

from coding import CodeError
from coding.entity_id import EntityId
from coding.real_estate import prefixes
from coding.text import compact_text

from . import statements as s

AT_MOST: Final = 10
_SHORTEST, _LONGEST = 6, 40
_NEIGHBOURS: Final = 3

Found = tuple[str, str, str]
"""scheme, code, entity"""


def containing(connection: Connection, text: str) -> list[Found]:
    """Registered codes of what a real-estate code lies in by its own segments, the nearest first."""
    with suppress(CodeError):
        rungs = [rung for rung in reversed(prefixes(text)) if rung.scheme is not None]
        found = _bearers(connection, [rung.code for rung in rungs])
        by_code = {(scheme, code): entity for scheme, code, entity in reversed(found)}
        known = ((rung.scheme or "", rung.code) for rung in rungs)
        return [(*name, by_code[name]) for name in known if name in by_code]
    return []


def similar(connection: Connection, text: str, readings: Sequence[tuple[str, str]]) -> list[Found]:
    """Registered codes that a slip of one character makes of the text, then those next to its readings in order.

    readings: (scheme, code) of each way to read the text.
    """
    slips = sorted(set(_slips(compact_text(text))))
    found = _bearers(connection, slips) + _entities(connection, slips)
    for scheme, code in readings:
        found += _beside(connection, scheme, code)
    return list(dict.fromkeys(found))[:AT_MOST]


def _slips(text: str) -> Iterator[str]:
    """Texts from which one wrong, lost, doubled or exchanged character makes this one."""
    if not (_SHORTEST <= len(text) <= _LONGEST and text.isascii()):
        return
    letters = string.digits if text.isdigit() else string.digits + string.ascii_uppercase
    for place in range(len(text) + 1):
        before, after = text[:place], text[place:]
        yield from (before + letter + after for letter in letters)
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in letters if letter != after[0])
        if len(after) > 1 and after[0] != after[1]:
            yield before + after[1] + after[0] + after[2:]


def _bearers(connection: Connection, codes: Iterable[str]) -> list[Found]:
    rows = connection.execute(s.BEARERS_OF_VALUES, {"values": list(codes)})
    return [(scheme, value, entity) for scheme, value, entity in rows]


def _entities(connection: Connection, ids: Iterable[str]) -> list[Found]:
    rows = connection.execute(s.ENTITIES, {"ids": list(ids)}).mappings()
    return [(EntityId.id, row["id"], row["id"]) for row in rows]


def _beside(connection: Connection, scheme: str, code: str) -> list[Found]:
    """Codes of the same scheme that share all but the last characters."""
    start = code[: -max(2, len(code) // 6)]
    if len(start) < _SHORTEST:
        return []
    limits = {"scheme": scheme, "first": start, "last": start + "\uffff", "at_most": _NEIGHBOURS}
    return [(scheme, value, entity) for scheme, value, entity in connection.execute(s.CODES_BETWEEN, limits)]
