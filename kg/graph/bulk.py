"""Full load of a graph that is ours, by Neo4j's offline bulk import: several times faster than over the wire."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ontology import Schema

from ..facts import Facts, Standing
from .errors import ImportFailed
from .home import Home, Memory
from .import_files import write_import_files
from .jars import Progress
from .jvm import find_runtime, run_admin_tool
from .server import DATABASE, ManagedServer, managed, offline, start
from .state import Index, ensure_indexes


def load_offline(
    home: Path,
    parts: Iterable[Facts],
    schema: Schema,
    *,
    base: str,
    position: Standing,
    indexes: Sequence[Index] = (),
    java: str | None = None,
    memory: Memory | None = None,
    progress: Progress | None = None,
) -> ManagedServer:
    """Replace everything in the graph of this home by the facts; the server is stopped meanwhile and runs afterwards.

    The parts of the facts are gone through twice. `base` is what the keys of nodes are appended to; `progress` follows
    the download of Neo4j, if any. Raises BadFacts before anything is changed, or ImportFailed; the next start after
    that, or after a crash in the middle, finds an empty graph without a position.
    """
    place = Home(home.absolute())
    memory = memory or Memory()
    runtime = find_runtime(java, progress)
    with _temporary_folder(place.folder / "import") as folder:
        arguments = write_import_files(folder, parts, schema, base=base, position=position, indexes=indexes)
        with offline(home):
            place.prepare(0, memory)
            place.import_mark.touch()
            command = ["database", "import", "full", DATABASE, f"--max-off-heap-memory={memory.page_cache}", *arguments]
            answer = run_admin_tool(runtime, place, memory.heap, command, folder)
            if answer.returncode != 0:
                said = "\n".join((answer.stdout + answer.stderr).splitlines()[-30:])
                raise ImportFailed(
                    f"Neo4j's bulk import into {place.folder} failed; remove the cause and load again. It said:\n{said}"
                )
            place.import_mark.unlink()
    server = start(home, java=java, memory=memory)
    with managed(home) as driver:
        ensure_indexes(driver, indexes, database=DATABASE)
    return server


@contextmanager
def _temporary_folder(path: Path) -> Iterator[Path]:
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
