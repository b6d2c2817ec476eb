"""The pages as a folder of files that works without a server and without a network."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from ..alignments import Alignment
from ..diff import difference
from ..read import OntologyText
from .content import Content
from .pages import STATIC, Pages


def write_site(
    texts: Sequence[OntologyText],
    folder: Path,
    earlier: tuple[str, Sequence[OntologyText]] | None = None,
    report: Callable[[int, int], None] = lambda *_: None,
    alignments: Sequence[Alignment] | None = None,
) -> int:
    """Write the start page, a page for each term and, with `earlier` (name and texts), what changed since.

    `alignments` are the packaged ones when none are given. Gives the number of pages; `report` learns how many of how
    many are written. Files of the same names are replaced, others in the folder stay. Raises `OntologyError` when the
    texts can't be compiled, and then wrote nothing.
    """
    content = Content(texts, alignments)
    pages = Pages(
        content,
        link=lambda name: f"{name or 'index'}.html",
        asset=lambda name: f"assets/{name}",
        changes="changes.html" if earlier else None,
    )
    differences = difference(earlier[1], texts) if earlier else ()
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(STATIC, folder / "assets", dirs_exist_ok=True)
    (folder / "assets" / "terms.js").write_text(pages.terms_script(), encoding="utf-8")
    (folder / "index.html").write_text(pages.start(), encoding="utf-8")
    (folder / "ontology.ttl").write_text("\n".join(text.text for text in texts), encoding="utf-8")
    if earlier:
        (folder / "changes.html").write_text(pages.changes(earlier[0], differences), encoding="utf-8")
    names = [term.name for term in content.terms()]
    for number, name in enumerate(names, 1):
        (folder / f"{name}.html").write_text(pages.term(name) or "", encoding="utf-8")
        report(number, len(names))
    return len(names) + 1 + bool(earlier)
