"""A real PostgreSQL with PostGIS for tests: the one of RES3D_TEST_POSTGIS (its URL), else one started here for a while.

One is started where the programs of a server with PostGIS are found, as on a Debian with postgresql-15-postgis-3; a
server does not run as root, so root starts it as the user `postgres`.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "p:w/ %\\1"  # noqa: S105 - with all that a URL and a password file escape


@dataclass(frozen=True, slots=True)
class Server:
    """Where a database is, with and without its password."""

    url: str
    bare_url: str
    password: str


@contextmanager
def postgis_server() -> Iterator[Server | None]:
    """A server with an empty database in which PostGIS is; None where there is none."""
    if url := os.environ.get("RES3D_TEST_POSTGIS"):
        from psycopg.conninfo import conninfo_to_dict

        entries = conninfo_to_dict(url)
        password = str(entries.get("password") or "")
        yield Server(url, url.replace(f":{password}@", "@"), password)
        return
    programs = _programs()
    if programs is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="res3d-postgis-"))
    user = "postgres" if os.geteuid() == 0 else None
    try:
        (folder / "password").write_text(PASSWORD)
        if user:
            shutil.chown(folder, user)
            shutil.chown(folder / "password", user)
        port = _free_port()
        start = ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-p", str(port), "-k", str(folder)]
        data = ["-D", str(folder / "data")]
        _run([programs / "initdb", *data, "-U", "me", "-A", "scram-sha-256", "--pwfile", folder / "password"], user)
        log = ["-l", str(folder / "log")]
        _run([programs / "pg_ctl", *data, "-w", *log, "-o", " ".join(start), "start"], user)
        try:
            bare = f"postgresql://me@127.0.0.1:{port}/postgres"
            yield Server(bare.replace("me@", "me:p%3Aw%2F%20%25%5C1@"), bare, PASSWORD)
        finally:
            _run([programs / "pg_ctl", *data, "-m", "immediate", "stop"], user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    """The programs of a server whose extensions have PostGIS."""
    for place in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (place.parent / "lib" / "postgis-3.so").exists() and (place / "initdb").exists():
            return place
    return None


def _run(command: list[str | Path], user: str | None) -> None:
    subprocess.run(command, user=user, check=True, stdout=subprocess.DEVNULL, timeout=120, cwd="/")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
