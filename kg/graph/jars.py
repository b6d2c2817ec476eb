"""The jars of Neo4j Community: fetched once per user, each proven by its sha256 before it can be run.

Neo4j is GPL and runs as a separate program; nothing of it is shipped with us. `neo4j.lock` beside this module
names each jar and its sha256, `relock.py` remakes that list.
"""

import hashlib
import http.client
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from .errors import DownloadCut, JarMismatch
from .locks import exclusive

NEO4J_VERSION = "5.26.30"
ATTEMPTS = 3
PARALLEL_DOWNLOADS = 8
SECONDS_WITHOUT_DATA = 60

Progress = Callable[[int, int], None]
"""Called with (jars done, jars in total)."""


@dataclass(frozen=True, slots=True)
class Jar:
    """One file of a Maven repository and the sha256 (hex) it must have.

    >>> jar = Jar.parse("io.netty:netty-transport:4.1:linux-x86_64", "00")
    >>> jar.path
    'io/netty/netty-transport/4.1/netty-transport-4.1-linux-x86_64.jar'
    """

    group: str
    artifact: str
    version: str
    classifier: str | None
    sha256: str

    @classmethod
    def parse(cls, coordinates: str, sha256: str) -> "Jar":
        group, artifact, version, *classifier = coordinates.split(":")
        return cls(group, artifact, version, classifier[0] if classifier else None, sha256)

    @property
    def name(self) -> str:
        suffix = f"-{self.classifier}" if self.classifier else ""
        return f"{self.artifact}-{self.version}{suffix}.jar"

    @property
    def path(self) -> str:
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.name}"


@cache
def locked_jars() -> tuple[Jar, ...]:
    """The jars that `neo4j.lock` names.

    >>> any(jar.name == f"neo4j-{NEO4J_VERSION}.jar" for jar in locked_jars())
    True
    """
    text = resources.files(__package__).joinpath("neo4j.lock").read_text("utf-8")
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(Jar.parse(coordinates, sha256) for coordinates, sha256 in lines)


def jar_folder() -> Path:
    """Where this user's jars are kept: shared by all workspaces, safe to delete."""
    cache_home = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache_home) if cache_home else Path.home() / ".cache") / "res3d" / f"neo4j-{NEO4J_VERSION}"


def fetch_jars(
    folder: Path,
    jars: Sequence[Jar],
    *,
    repository: str | None = None,
    progress: Progress | None = None,
) -> tuple[Path, ...]:
    """The paths of the jars in `folder`, downloading those which are missing or damaged.

    Every jar is checked on every call, so what is returned is what the lock file says. Raises JarMismatch or
    DownloadCut, naming the jar; what was fetched until then stays, so another call goes on from there.
    `repository` is the address of a Maven repository, else the central one.
    """
    address = repository.rstrip("/") if repository else None
    with exclusive(folder / ".lock", seconds=600), ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool:
        pending = [pool.submit(_provide, jar, folder, address) for jar in jars]
        try:
            for done, future in enumerate(as_completed(pending), start=1):
                future.result()
                if progress:
                    progress(done, len(jars))
        finally:
            for future in pending:
                future.cancel()
    return tuple(folder / jar.name for jar in jars)


def central_repository() -> str:
    """The address of the central Maven repository, as the package `jgo` knows it."""
    from jgo.constants import MAVEN_CENTRAL_URL  # here, because it is needed only when something is missing

    return str(MAVEN_CENTRAL_URL)


def _provide(jar: Jar, folder: Path, address: str | None) -> None:
    target = folder / jar.name
    if target.exists() and _sha256(target.read_bytes()) == jar.sha256:
        return
    address = address or central_repository()
    content = _download(jar, f"{address}/{jar.path}")
    found = _sha256(content)
    if found != jar.sha256:
        raise JarMismatch(
            f"{jar.name} from {address} has the sha256 {found}, expected {jar.sha256}; it was not kept. Try again, "
            "and if it stays so, ask who stands between you and the repository (a proxy, a mirror)"
        )
    unfinished = target.with_suffix(".part")
    unfinished.write_bytes(content)
    unfinished.replace(target)


def _download(jar: Jar, url: str) -> bytes:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _read_whole(url)
        except urllib.error.HTTPError as error:
            problem = f"the repository answered {error.code} {error.reason}"
            error.close()
            if error.code < 500:
                break
        except (OSError, http.client.HTTPException) as error:
            problem = f"{type(error).__name__}: {error}"
        time.sleep(0.2 * attempt)
    raise DownloadCut(
        f"{jar.name} could not be downloaded from {url} ({problem}); check the network and try again: only what is "
        "missing is fetched"
    )


def _read_whole(url: str) -> bytes:
    # S310: the address is the repository's, not a stranger's
    with urllib.request.urlopen(url, timeout=SECONDS_WITHOUT_DATA) as response:  # noqa: S310
        content: bytes = response.read()  # raises IncompleteRead when the connection ends before Content-Length
    return content


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
