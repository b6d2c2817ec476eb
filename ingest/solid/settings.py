"""What is done about errors of solids, and how exact they have to be: the header key `check_3d` of a mapping."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum

from .codes import Tolerances


class Action(StrEnum):
    """What becomes of a row whose surfaces or solids have errors."""

    OFF = "off"  # they are not looked at
    WARN = "warn"  # it is taken, and the summary counts it
    QUARANTINE = "quarantine"  # it is not taken


@dataclass(frozen=True, slots=True)
class Check3D:
    """Whether solids are checked, and by which tolerances."""

    action: Action = Action.OFF
    tolerances: Tolerances = field(default_factory=Tolerances)


def parse_check_3d(found: object) -> Check3D:
    """The setting as a mapping has it: an action, true or false, or keys with values. Raises ValueError.

    >>> parse_check_3d({"action": "quarantine", "planarity": 0.05}).tolerances.planarity
    0.05
    >>> parse_check_3d(True).action
    <Action.WARN: 'warn'>
    """
    if isinstance(found, Mapping):
        known = {"action", *(each.name for each in fields(Tolerances))}
        if unknown := sorted(str(key) for key in found if key not in known):
            raise ValueError(f"unknown key {', '.join(unknown)}; known are {', '.join(sorted(known))}")
        numbers = {name: _number(name, value) for name, value in found.items() if name != "action"}
        most = {name: int(value) if name == "most_pairs" else value for name, value in numbers.items()}
        return Check3D(_action(found.get("action", True)), Tolerances(**most))  # type: ignore[arg-type]  # by name above
    return Check3D(_action(found))


def _action(found: object) -> Action:
    if found is None or isinstance(found, bool):  # YAML reads `off` as false
        return Action.WARN if found else Action.OFF
    if found not in tuple(Action):
        raise ValueError(f"{found!r}; expected {', '.join(Action)}, or keys with values")
    return Action(str(found))


def _number(name: object, value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise ValueError(f"{name} is {value!r}; expected a number")
