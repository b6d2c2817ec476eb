import hashlib
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kg.graph import DownloadCut, JarMismatch, fetch_jars, locked_jars
from kg.graph.jars import Jar

CONTENTS = {f"tool-{number}": f"jar {number}".encode() * 1000 for number in range(6)}
JARS = tuple(Jar("org.example", name, "1.0", None, hashlib.sha256(data).hexdigest()) for name, data in CONTENTS.items())
BY_PATH = {f"/{jar.path}": CONTENTS[jar.artifact] for jar in JARS}


@dataclass
class Repository:
    """A Maven repository on loopback that can be told to misbehave for one jar."""

    address: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    altered: str = ""
    cut: str = ""


@pytest.fixture
def repository() -> Iterator[Repository]:
    state = Repository()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked[Path(self.path).name] += 1
            content = BY_PATH[self.path]
            if state.altered and state.altered in self.path:
                content = content[::-1]
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[:500] if state.cut and state.cut in self.path else content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class names it so)
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        state.address = f"http://127.0.0.1:{server.server_port}"
        yield state
        server.shutdown()
        thread.join()


def test_all_jars_are_fetched_with_progress_and_only_once(tmp_path: Path, repository: Repository) -> None:
    seen: list[tuple[int, int]] = []
    paths = fetch_jars(tmp_path, JARS, repository=repository.address, progress=lambda *step: seen.append(step))
    assert [path.read_bytes() for path in paths] == list(CONTENTS.values())
    assert seen == [(done, len(JARS)) for done in range(1, len(JARS) + 1)]
    fetch_jars(tmp_path, JARS, repository=repository.address)
    assert set(repository.asked.values()) == {1}


def test_a_jar_with_another_checksum_is_named_and_not_kept(tmp_path: Path, repository: Repository) -> None:
    repository.altered = "tool-3"
    with pytest.raises(JarMismatch, match=r"tool-3-1\.0\.jar .* expected .* not kept"):
        fetch_jars(tmp_path, JARS, repository=repository.address)
    assert not list(tmp_path.glob("tool-3*"))


def test_after_a_cut_download_only_what_is_missing_is_fetched(tmp_path: Path, repository: Repository) -> None:
    repository.cut = "tool-2"
    with pytest.raises(DownloadCut, match=r"tool-2-1\.0\.jar .* IncompleteRead.* try again"):
        fetch_jars(tmp_path, JARS, repository=repository.address)
    assert not list(tmp_path.glob("tool-2*"))
    kept = {path.name for path in tmp_path.glob("*.jar")}
    repository.cut = ""
    repository.asked.clear()
    fetch_jars(tmp_path, JARS, repository=repository.address)
    assert set(repository.asked) == {jar.name for jar in JARS} - kept


def test_a_jar_that_was_damaged_on_disk_is_fetched_again(tmp_path: Path, repository: Repository) -> None:
    first, *_ = fetch_jars(tmp_path, JARS, repository=repository.address)
    first.write_bytes(b"damaged")
    fetch_jars(tmp_path, JARS, repository=repository.address)
    assert first.read_bytes() == CONTENTS["tool-0"]


def test_a_repository_that_does_not_answer_is_a_cut_download(tmp_path: Path) -> None:
    with pytest.raises(DownloadCut, match=r"could not be downloaded .* check the network"):
        fetch_jars(tmp_path, JARS[:1], repository="http://127.0.0.1:9")


def test_two_processes_may_fetch_at_once(tmp_path: Path, repository: Repository) -> None:
    code = (
        "import sys; from pathlib import Path; from kg.graph import fetch_jars;"
        "from tests.kg.graph.test_jars import JARS;"
        "fetch_jars(Path(sys.argv[1]), JARS, repository=sys.argv[2])"
    )
    command = [sys.executable, "-c", code, str(tmp_path), repository.address]
    processes = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert set(repository.asked.values()) == {1}


def test_the_lock_file_names_every_jar_of_neo4j_once() -> None:
    names = [jar.name for jar in locked_jars()]
    assert len(names) == len(set(names)) == 213
    assert all(len(jar.sha256) == 64 for jar in locked_jars())
