"""A PostgreSQL database that was given by URL, as a small file: so it goes through a pipeline that is made for files.

The file names host, port, user and database, never the password. A password of the URL lies in a second file beside it,
which its owner alone may read; both live in the folder of one run. Without one libpq looks for PGPASSWORD and .pgpass.
"""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from .errors import FileMissing

_BEGIN: Final = re.compile(r"(?i)^postgres(?:ql)?:/+")  # a path has one slash of the two
_TAKEN: Final = frozenset({"host", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey"})
_SECRET: Final = "secret"  # noqa: S105 - the name of a file
_AN_ADDRESS: Final = "Give postgresql://user@host/database"


def is_address(text: str) -> bool:
    """Whether a text is the URL of a PostgreSQL database rather than a path.

    >>> is_address("postgresql://me@host/town"), is_address("postgresql/town.gpkg")
    (True, False)
    """
    return _BEGIN.match(text) is not None


def shown(address: str) -> str:
    """The URL without its password, or as much of it as is safe to show.

    >>> shown("postgresql://me:pass@host:5433/town?sslmode=require")
    'postgresql://me@host:5433/town'
    """
    return _shown(_entries(address))


def write_address(address: str, folder: Path) -> Path:
    """Write the file for a URL into a folder that nobody else may read. Raises `FileMissing` for a URL that can't be.

    Its content is another one at each call, for a database may be another one each time it is asked.
    """
    entries = _entries(address)
    password = entries.pop("password", None)
    folder.mkdir(parents=True, mode=0o700)
    if password is not None:
        secret = folder / _SECRET
        secret.touch(mode=0o600)
        secret.write_text(password, encoding="utf-8")
    name = re.sub(r"[^\w.-]", "_", entries["dbname"])
    path = folder / f"{name}.postgresql"
    path.write_text(json.dumps(entries | {"asked": datetime.now(UTC).isoformat()}), encoding="utf-8")
    return path


def connection_entries(path: Path) -> dict[str, str]:
    """What libpq is told, the password with it. Raises `FileMissing` for a file that `write_address` did not write."""
    try:
        entries = dict(json.loads(path.read_text(encoding="utf-8")))
        entries.pop("asked")
        if (secret := path.parent / _SECRET).is_file():
            entries["password"] = secret.read_text(encoding="utf-8")
    except (OSError, ValueError, TypeError, KeyError):
        raise FileMissing(str(path), "it is no address of a database", _AN_ADDRESS) from None
    return {str(name): str(value) for name, value in entries.items() if name in _TAKEN | {"password"}}


def _entries(address: str) -> dict[str, str]:
    """The parts of the URL. No message repeats what may be a password."""
    # as slow to import as a small file is to read, and only needed here
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        found = conninfo_to_dict(_BEGIN.sub("postgresql://", address))
    except ProgrammingError:
        raise FileMissing("postgresql:", "the URL of the database can't be understood", _AN_ADDRESS) from None
    entries = {name: str(value) for name, value in found.items() if value not in (None, "")}
    if unknown := sorted(entries.keys() - _TAKEN - {"password"}):
        what = f"its URL sets {', '.join(unknown)}, which is not taken"
        raise FileMissing(_shown(entries), what, f"Leave out all but {', '.join(sorted(_TAKEN))}")
    if missing := [name for name in ("host", "dbname") if name not in entries]:
        raise FileMissing(_shown(entries), f"its URL names no {' and no '.join(missing)}", _AN_ADDRESS)
    if "," in entries["host"] or not entries.get("port", "0").isdigit():
        raise FileMissing("postgresql:", "its URL names several hosts, or a port that is no number", _AN_ADDRESS)
    return entries


def _shown(entries: dict[str, str]) -> str:
    user = f"{entries['user']}@" if "user" in entries else ""
    port = f":{entries['port']}" if "port" in entries else ""
    return f"postgresql://{user}{entries.get('host', '')}{port}/{entries.get('dbname', '')}"
