"""Codes of geographic entities: schemes with one contract, detection, whole-column validation, our own entity ids."""

from .columns import validate_column
from .contract import (
    CodeError,
    DoubtfulCode,
    Kind,
    Labels,
    ParsedCode,
    Part,
    Scheme,
    UnknownScheme,
    WrongCharacter,
    WrongCheckCharacter,
    WrongLength,
    WrongValue,
)
from .detect import Candidate, detect
from .entity_id import mint_entity_ids
from .registry import get_scheme, schemes

__all__ = [
    "Candidate",
    "CodeError",
    "DoubtfulCode",
    "Kind",
    "Labels",
    "ParsedCode",
    "Part",
    "Scheme",
    "UnknownScheme",
    "WrongCharacter",
    "WrongCheckCharacter",
    "WrongLength",
    "WrongValue",
    "detect",
    "get_scheme",
    "mint_entity_ids",
    "schemes",
    "validate_column",
]
