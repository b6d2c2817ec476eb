"""Pages of docs/ with tables that a script makes, between marks with the name of the table."""

from collections.abc import Iterable, Mapping
from pathlib import Path


def put_tables(page: Path, tables: Mapping[str, Iterable[str]]) -> None:
    """Put the lines of each table between ``<!-- name -->`` and ``<!-- /name -->``.

    >>> page = getfixture("tmp_path") / "page.md"
    >>> _ = page.write_text("above\\n<!-- codes -->\\nold\\n<!-- /codes -->\\nbelow\\n")
    >>> put_tables(page, {"codes": ["| a |", "| b |"]})
    >>> page.read_text().splitlines()
    ['above', '<!-- codes -->', '| a |', '| b |', '<!-- /codes -->', 'below']
    """
    text = page.read_text(encoding="utf-8")
    for name, lines in tables.items():
        head, _, rest = text.partition(f"<!-- {name} -->\n")
        _, _, tail = rest.partition(f"<!-- /{name} -->")
        text = f"{head}<!-- {name} -->\n" + "\n".join(lines) + f"\n<!-- /{name} -->{tail}"
    page.write_text(text, encoding="utf-8")
