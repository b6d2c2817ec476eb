"""`make bench-mapping`: drafted mappings against our own, each data set drafted without its own mapping.

A column is right when the draft says of it what the mapping says: the same property, the same relation, or nothing.
Columns that a mapping reads only in its key or its conditions count as nothing. Shown is also what the class is.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import ingest.mappings
from api.cli.demo import sample_files
from api.cli.output import print_table
from ingest.draft import draft_mapping, knowledge
from ingest.mapping import Mapping, rank_mappings
from ingest.mapping_text import load_mapping
from ingest.readers import Batch, read
from ontology import Schema, compile_schema, packaged_texts

GOAL = 0.8
RESULTS = Path(__file__).parent / "results"
MAPPINGS = Path(str(ingest.mappings.__file__)).parent


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many columns of one data set were drafted as its mapping has them."""

    file: str
    mapping: str
    columns: int
    right: int
    class_right: bool
    wrong: tuple[str, ...]


def outcomes(files: Sequence[Path], schema: Schema) -> list[Outcome]:
    """One for each file that a built-in mapping reads."""
    mappings = [load_mapping(path, schema) for path in sorted(MAPPINGS.glob("*.yml"))]
    found = []
    for path in files:
        with read(path, batch_rows=2_000) as reading:
            batch: Batch = next(iter(reading.batches))
            own = rank_mappings(mappings, frozenset(batch.features.columns), reading.info.format)[0]
        others = [each for each in mappings if each.header.source != own.header.source]
        found.append(_outcome(path, batch, own, others, schema))
    return found


def _outcome(path: Path, batch: Batch, own: Mapping, others: Sequence[Mapping], schema: Schema) -> Outcome:
    draft = draft_mapping(batch.features, schema, knowledge(schema, packaged_texts(), others), path.name.split(".")[0])
    expected: dict[str, set[str]] = {}
    classes = set()
    for rule in own.records:
        classes.add(rule.class_.text)
        for part in rule.properties:
            for name in part.value.references:
                expected.setdefault(name, set()).add(part.property)
    wrong = [
        f"{each.name}: {each.property or 'nothing'} for {', '.join(sorted(expected.get(each.name, {'nothing'})))}"
        for each in draft.columns
        if (each.property not in expected[each.name] if each.name in expected else each.property is not None)
    ]
    right = len(draft.columns) - len(wrong)
    return Outcome(path.name, own.name, len(draft.columns), right, draft.class_ in classes, tuple(wrong))


def main() -> None:
    """Print the table and store it."""
    schema = compile_schema(packaged_texts())
    found = outcomes(sample_files(), schema)
    columns, right = sum(each.columns for each in found), sum(each.right for each in found)
    rows = [
        (each.file, each.columns, each.right, f"{each.right / each.columns:.0%}", "yes" if each.class_right else "no")
        for each in found
    ]
    classes = f"{sum(each.class_right for each in found)} of {len(found)}"
    rows.append(("all", columns, right, f"{right / columns:.0%} (goal {GOAL:.0%})", classes))
    print_table(("data set", "columns", "right", "share", "class right"), rows)
    for each in found:
        for line in each.wrong:
            print(f"  {each.file}  {line}")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "mapping.json").write_text(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
