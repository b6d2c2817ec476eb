"""The published shape of the packaged model as text, so that a change of it is a visible diff.

`python -m tests.ontology.golden` rewrites `data/model.txt` after a change that is meant.
"""

from collections.abc import Iterator

from ontology import Class, Property, Schema

from .texts import DATA, with_packaged

GOLDEN = DATA / "model.txt"


def shape(schema: Schema) -> str:
    """The class tree, the properties and the rules, one line each."""
    roots = [class_ for class_ in schema.classes.values() if not class_.parents]
    lines = ["# classes", *(line for root in roots for line in _tree(schema, root, ""))]
    lines += ["# properties", *(_property(each) for each in schema.properties.values())]
    lines += ["# rules"]
    lines += [
        f"{rule.name}: {rule.subject} {rule.predicate} {rule.object} if {rule.relation}"
        for rule in schema.spatial_rules.values()
    ]
    lines += [f"{rule.name}: {rule.class_} from {rule.minimum_overlap}" for rule in schema.link_rules.values()]
    return "\n".join(lines) + "\n"


def _tree(schema: Schema, class_: Class, indent: str) -> Iterator[str]:
    marks = [class_.code, f"ladder {class_.ladder}" if class_.ladder else None, class_.ledger_table]
    shown = ", ".join(mark for mark in marks if mark)
    yield f"{indent}{class_.name}" + (f" ({shown})" if shown else "")
    for child in schema.classes.values():
        if class_.name in child.parents:
            yield from _tree(schema, child, indent + "  ")


def _property(each: Property) -> str:
    domain = " | ".join(each.domain) or "any"
    value = each.code_scheme or each.datatype or " | ".join(each.range) or "any"
    marks = [word for word in ("symmetric", "transitive", "ladder", "personal") if getattr(each, word)]
    marks += [f"inverse {each.inverse}"] if each.inverse else []
    marks += [f"at most {each.maximum}"] if each.maximum is not None else []
    marks += [mark for mark in (each.unit, each.ledger_column) if mark]
    shown = f" ({', '.join(marks)})" if marks else ""
    return f"{each.name}: {each.kind} {domain} -> {value}{shown}"


if __name__ == "__main__":
    GOLDEN.write_text(shape(with_packaged()), encoding="utf-8")
