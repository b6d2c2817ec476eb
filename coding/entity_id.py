"""`res3d`: the opaque id of our own entities, "R3", twelve random characters and a check character."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import polars as pl
from stdnum.iso7064 import mod_37_36

from .base import BaseScheme, Given
from .check_character import check_values, is_checked, to_text, to_values
from .contract import Kind, Labels, ParsedCode, Part, WrongCheckCharacter, WrongValue

_MARK: Final = "R3"
_RANDOM_LENGTH: Final = 12
_LENGTH: Final = len(_MARK) + _RANDOM_LENGTH + 1
_ALPHABET: Final = string.digits + string.ascii_uppercase
_HINT: Final = "Compare with the source character by character (O and 0, I and 1); do not adjust the last one to fit."


@dataclass(frozen=True, slots=True)
class EntityId(BaseScheme):
    """Minted entity ids; nothing about the entity can be read from one.

    >>> EntityId().format("r3-0000-0000-0000-x")
    'R3000000000000X'
    """

    id: ClassVar[str] = "res3d"
    kind: ClassVar[Kind] = Kind.THING
    labels: ClassVar[Labels] = {"zh": "ReS3D 实体标识", "en": "ReS3D entity id"}

    @property
    def canonical_pattern(self) -> str:
        return f"{_MARK}[0-9A-Z]{{{_RANDOM_LENGTH + 1}}}"

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        if len(code) != _LENGTH:
            raise given.wrong_length(f"{_LENGTH}, beginning with {_MARK}", "Copy the whole id.")
        if not code.startswith(_MARK):
            raise given.error(WrongValue, f"begins with {code[:2]!a}", _MARK, "This is no id of ours.", 1)
        given.check_characters(len(_MARK), _LENGTH, _ALPHABET, "id", _HINT)
        if not mod_37_36.is_valid(code):
            raise given.error(
                WrongCheckCharacter, "has a check character that does not fit", "an id as it was minted", _HINT, _LENGTH
            )
        return ParsedCode(self.id, code, None, _parts(code))

    def is_canonical(self, values: pl.Series) -> pl.Series:
        shaped = BaseScheme.is_canonical(self, values)
        checked = is_checked(to_values(values.filter(shaped), _LENGTH))
        return shaped.scatter(shaped.arg_true(), checked)


def mint_entity_ids(count: int, rng: np.random.Generator | None = None) -> pl.Series:
    """`count` new ids, all different, as a text column named `id`.

    They are random: two batches share an id with a probability of about one in a million per two million ids each,
    which the unique key of the ledger catches. Give a seeded `rng` in tests only.

    >>> mint_entity_ids(2, np.random.default_rng(0)).to_list()
    ['R3DIRUTX2M4UUIP', 'R3YQ29PWSAN8H1W']
    """
    generator = np.random.default_rng() if rng is None else rng
    ids = pl.Series("id", [], dtype=pl.String)
    while len(ids) < count:
        ids = ids.append(_mint(count - len(ids), generator)).unique(maintain_order=True)
    return ids


def _mint(count: int, generator: np.random.Generator) -> pl.Series:
    body = np.empty((count, _LENGTH - 1), dtype=np.uint8)
    body[:, : len(_MARK)] = [_ALPHABET.index(character) for character in _MARK]
    body[:, len(_MARK) :] = generator.integers(0, len(_ALPHABET), (count, _RANDOM_LENGTH), dtype=np.uint8)
    return to_text(np.column_stack([body, check_values(body)])).alias("id")


def _parts(code: str) -> tuple[Part, ...]:
    mark, body, check = code[: len(_MARK)], code[len(_MARK) : -1], code[-1]
    return (
        Part("mark", mark, {"zh": "标志", "en": "mark"}, {"zh": "ReS3D 分配", "en": "minted by ReS3D"}),
        Part(
            "random", body, {"zh": "随机部分", "en": "random part"}, {"zh": "无含义", "en": "opaque, without meaning"}
        ),
        Part(
            "check",
            check,
            {"zh": "校验字符", "en": "check character"},
            {"zh": "ISO 7064 MOD 37-36，与其余字符相符", "en": "ISO 7064 MOD 37-36, fits the other characters"},
        ),
    )
