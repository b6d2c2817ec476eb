"""Rules of buildingSMART for georeferencing, spatial structure and project of a model; a broken one flags the file.

The families GRF, SPS and PJS of the Gherkin rules of the validation service (buildingSMART/ifc-gherkin-rules, MIT),
each rule as one function that yields the entities at fault; written anew from their texts. Rules whose number ends
in 000 only tell whether a model uses a part of IFC: they cannot be broken.
"""

from typing import Final

from . import ifc_rules_georeference, ifc_rules_project, ifc_rules_structure
from .ifc_rule import Rule
from .ifc_step import Entity, Model

RULES: Final[tuple[Rule, ...]] = (
    *ifc_rules_georeference.RULES,
    *ifc_rules_structure.RULES,
    *ifc_rules_project.RULES,
)
_MOST_NAMED: Final = 3


def broken_rules(model: Model) -> tuple[str, ...]:
    """One line for each rule that the model breaks: its name, what it asks, how many entities break it and which.

    A rule that the model makes impossible to look at (an attribute is missing or of a wrong kind) is broken, too.
    """
    found = []
    for rule in RULES:
        if model.schema not in rule.schemas:
            continue
        try:
            guilty = list(rule.check(model))
        except (AttributeError, TypeError, ValueError, RuntimeError, KeyError, IndexError) as error:
            found.append(f"{rule.name}: {rule.asks}; it can't be checked here: {str(error)[:100]}")
            continue
        if guilty:
            named = ", ".join(map(_word, guilty[:_MOST_NAMED]))
            further = f" and {len(guilty) - _MOST_NAMED:,} more" if len(guilty) > _MOST_NAMED else ""
            found.append(f"{rule.name}: {rule.asks}; not so: {named}{further}")
    return tuple(found)


def _word(guilty: Entity | None) -> str:
    return "there is none" if guilty is None else f"#{guilty.id()} {guilty.is_a()}"
