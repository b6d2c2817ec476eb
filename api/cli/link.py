"""`res3d link`: the relations that the ontology's rules declare, derived anew, and how records were linked."""

from __future__ import annotations

from .common import JsonOption, Opened, WorkspaceOption, opened_workspace
from .output import print_json, print_line, print_table
from .views import keep_up_after_commit


def link(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Derive the relations of all declared rules anew, for all entities, and show how records were linked.

    Ingest does this for what it touches; it is needed after a rule was added to the ontology.
    """
    with opened_workspace(workspace) as opened:
        before = opened.ledger.position().number
        added = derive_again(opened)
        after = opened.ledger.position().number
        transaction = after if after > before else None
        links = membership_counts(opened)
        if as_json:
            members = [dict(zip(("source", "evidence", "records", "confidence"), row, strict=True)) for row in links]
            print_json({"relations": added, "transaction": transaction, "links": members})
        else:
            print_table(("source", "linked by", "records", "lowest confidence"), links)
            print_line(f"{added:,} relations were added or ended by the rules.")
        if transaction is not None:
            keep_up_after_commit(opened)


def derive_again(opened: Opened) -> int:
    """Apply all spatial rules and look for things referred to, for every entity; how many relations changed."""
    from sqlalchemy import select

    from ingest.link.claims import resolve_dangling
    from ingest.link.spatial import derive_relations
    from kg.ledger import in_force
    from kg.ledger import tables as t

    with opened.ledger.writing("res3d", "rules applied to all entities") as changes:
        entities = changes.read(select(t.entity.c.id).where(in_force(t.entity)))["id"]
        found = resolve_dangling(changes).height
        return found + derive_relations(changes, opened.schema, entities, opened.workspace.storage_crs, None)


def membership_counts(opened: Opened) -> list[tuple[str, str, int, float]]:
    """How many records of each source were linked by what evidence, and the lowest confidence among them."""
    import polars as pl
    from sqlalchemy import select

    from kg.ledger import in_force
    from kg.ledger import tables as t

    m = t.membership
    members = opened.ledger.read(select(m.c.source, m.c.evidence, m.c.confidence).where(in_force(m)))
    counted = (
        members.with_columns(pl.col("evidence").str.json_path_match("$.by").alias("by"))
        .group_by("source", "by")
        .agg(pl.len().alias("records"), pl.col("confidence").min())
        .sort("source", "by")
    )
    return counted.rows()
