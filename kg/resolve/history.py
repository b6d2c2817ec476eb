"""How the records of an entity came to say what they say: their versions with the changesets that brought them."""

import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy import RowMapping, select, tuple_

from ..ledger import tables as t
from .entity_view import Version
from .iris import record_iri
from .moment import Moment

_COMPARED: Final = ("class", "valid_from", "valid_to", "scale_level", "scope")


def history_of(moment: Moment, base: str, records: Sequence[tuple[str, str]]) -> tuple[Version, ...]:
    """All versions of some records (source, key) that were known at a moment, the newest first."""
    r, c = t.record, t.changeset
    query = (
        select(r, c.c.time, c.c.actor, c.c.reason)
        .join_from(r, c, c.c.number == r.c.changeset)
        .where(tuple_(r.c.source, r.c.key).in_(list(records)), r.c.changeset <= moment.as_of)
        .order_by(r.c.fid)
    )
    before: dict[tuple[str, str], RowMapping] = {}
    versions = []
    for row in moment.connection.execute(query).mappings() if records else ():
        place = (row["source"], row["key"])
        old = before.get(place)
        versions.append(
            Version(
                record=record_iri(base, *place),
                source=row["source"],
                key=row["key"],
                changeset=row["changeset"],
                time=row["time"],
                actor=row["actor"],
                reason=row["reason"],
                is_first=old is None,
                changed=_changed(old, row) if old is not None else (),
            )
        )
        before[place] = row
    return tuple(reversed(versions))


def _changed(old: RowMapping, new: RowMapping) -> tuple[str, ...]:
    """Names of what differs; the content hash covers the original coordinates, too."""
    columns = [name for name in _COMPARED if old[name] != new[name]]
    said, says = json.loads(old["attributes"]), json.loads(new["attributes"])
    names = sorted(name for name in said.keys() | says.keys() if said.get(name) != says.get(name))
    unmapped = ["unmapped"] if old["unmapped"] != new["unmapped"] else []
    found = [*columns, *names, *unmapped]
    is_geometry = old["content_hash"] != new["content_hash"] and not [*names, *unmapped, *columns]
    return tuple([*found, "geometry"] if is_geometry else found)
