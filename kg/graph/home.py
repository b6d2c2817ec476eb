"""The folder of a managed Neo4j: its settings, its password, and who runs it."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

import psutil

CLOCK_TOLERANCE_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Memory:
    """How much memory the server may take: Java heap, page cache, and the most that one transaction may use."""

    heap: str = "1g"
    page_cache: str = "512m"
    transaction: str = "256m"


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """The Java process that was started for a home; `started` tells it from a later process with the same number."""

    pid: int
    started: float
    port: int
    """Where it was seen to listen; 0 as long as it starts up."""

    def alive(self) -> psutil.Process | None:
        """The process, or None when it has ended (a zombie has)."""
        try:
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.started) > CLOCK_TOLERANCE_SECONDS:
                return None
            return None if process.status() == psutil.STATUS_ZOMBIE else process
        except psutil.NoSuchProcess:
            return None


@dataclass(frozen=True, slots=True)
class Home:
    """A Neo4j home folder, `<workspace>/neo4j`; deleting it while no server runs loses nothing."""

    folder: Path

    @property
    def conf(self) -> Path:
        return self.folder / "conf"

    @property
    def lock(self) -> Path:
        """Held by whoever starts, stops or bulk-loads the server."""
        return self.folder / "res3d.lock"

    @property
    def logs(self) -> tuple[Path, Path]:
        """Neo4j's own log, and what the Java machine printed."""
        return self.folder / "logs" / "neo4j.log", self.folder / "logs" / "console.log"

    @property
    def import_mark(self) -> Path:
        """Exists while a bulk import is under way: a database beside it is half made."""
        return self.folder / "import-under-way"

    @property
    def password_file(self) -> Path:
        return self.folder / "password"

    def prepare(self, port: int, memory: Memory) -> None:
        """Make the folders and write the settings."""
        for name in ("conf", "logs", "tmp"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        template = resources.files(__package__).joinpath("server.conf").read_text("utf-8")
        settings = template.format(port=port, page_cache=memory.page_cache, transaction=memory.transaction)
        (self.conf / "neo4j.conf").write_text(settings, encoding="utf-8")

    def password(self) -> str:
        """The random password of this home, readable for its owner only; made on the first call."""
        if not self.password_file.exists():
            unfinished = self.password_file.with_suffix(".new")
            unfinished.unlink(missing_ok=True)
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(24))
            unfinished.replace(self.password_file)
        return self.password_file.read_text("utf-8").strip()

    def last_process(self) -> ServerProcess | None:
        """The process that was started last, running or not."""
        try:
            return ServerProcess(**json.loads(self._state_file.read_text("utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def remember(self, process: ServerProcess) -> None:
        """Let other processes find this one."""
        unfinished = self._state_file.with_suffix(".new")
        unfinished.write_text(json.dumps(asdict(process)), encoding="utf-8")
        unfinished.replace(self._state_file)

    @property
    def _state_file(self) -> Path:
        return self.folder / "server.json"
