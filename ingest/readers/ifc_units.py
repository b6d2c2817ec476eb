"""Units of an IFC model: what its numbers are in, and the factors that bring lengths, areas and volumes to SI.

Everything of these three kinds is handed on in m, m2 and m3; other measures keep the unit of the file.
"""

from dataclasses import dataclass
from typing import Any, Final

from .ifc_step import Entity, Model

_KIND_OF_MEASURE: Final = {
    "IfcLengthMeasure": "LENGTHUNIT",
    "IfcPositiveLengthMeasure": "LENGTHUNIT",
    "IfcNonNegativeLengthMeasure": "LENGTHUNIT",
    "IfcQuantityLength": "LENGTHUNIT",
    "IfcAreaMeasure": "AREAUNIT",
    "IfcQuantityArea": "AREAUNIT",
    "IfcVolumeMeasure": "VOLUMEUNIT",
    "IfcQuantityVolume": "VOLUMEUNIT",
}
_DIMENSION: Final = {"LENGTHUNIT": 1, "AREAUNIT": 2, "VOLUMEUNIT": 3}


@dataclass(frozen=True, slots=True)
class Units:
    """Factors from the project's units to m, m2, m3 and radian, and the units in words."""

    length: float
    area: float
    volume: float
    angle: float
    words: str  # "MILLIMETRE, SQUARE METRE, CUBIC METRE, degree"
    doubts: tuple[str, ...] = ()

    def factor(self, measure: str) -> float | None:
        """To SI, for a measure or quantity of length, area or volume; None for others."""
        kind = _KIND_OF_MEASURE.get(measure)
        return None if kind is None else {"LENGTHUNIT": self.length, "AREAUNIT": self.area}.get(kind, self.volume)


def project_units(model: Model) -> Units:
    """The units of the project; metre and radian where it names none, which becomes a doubt."""
    from ifcopenshell.util import unit as ifc_unit

    factors: dict[str, float] = {}
    words: list[str] = []
    doubts: list[str] = []
    for kind in (*_DIMENSION, "PLANEANGLEUNIT"):
        try:
            found = ifc_unit.get_project_unit(model, kind)
            factors[kind] = _scale(found) if found is not None else 1.0
        except (AttributeError, KeyError, TypeError, ValueError, RuntimeError, IndexError):
            found, factors[kind] = None, 1.0
        if found is None:
            if kind == "LENGTHUNIT":
                doubts.append("no unit of length is named; metre is assumed")
            continue
        words.append(unit_word(found))
    return Units(
        factors["LENGTHUNIT"],
        factors["AREAUNIT"],
        factors["VOLUMEUNIT"],
        factors["PLANEANGLEUNIT"],
        ", ".join(words) or "none",
        tuple(doubts),
    )


def own_factor(unit: Entity, measure: str) -> float | None:
    """To SI by the unit that a value itself names; None when it is no length, area or volume, or the unit is broken."""
    if measure not in _KIND_OF_MEASURE:
        return None
    try:
        return _scale(unit)
    except (AttributeError, KeyError, TypeError, ValueError, RuntimeError):
        return None


def unit_word(unit: Entity) -> str:
    """A unit in words: `MILLIMETRE`, `degree`; a derived unit by its type."""
    if unit.is_a("IfcSIUnit"):
        return f"{unit.Prefix or ''}{unit.Name or ''}".replace("_", " ")
    for attribute in ("Name", "Currency", "UserDefinedType", "UnitType"):
        word: Any = getattr(unit, attribute, None)
        if word:
            return str(word)
    return str(unit.is_a())


def _scale(unit: Entity) -> float:
    from ifcopenshell.util import unit as ifc_unit

    value = float(ifc_unit.get_unit_scale(unit))
    if not 0 < value < float("inf"):
        raise ValueError(f"a unit of {value} SI units")
    return value
