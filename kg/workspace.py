"""A workspace: one directory with the ledger, what drives it, and the views made from it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from .ledger import Ledger

SETTINGS = "workspace.toml"

_TEMPLATE = """\
# A ReS3D workspace. Deleting rdf/ and neo4j/ loses nothing: `res3d rebuild` makes them again from the ledger.
base = "{base}"
storage_crs = "EPSG:4490"
issuer = "{issuer}"
languages = ["zh", "en"]
# ledger = "postgresql+psycopg://..."   # default: ledger.gpkg in this directory

# Coordinate operations of unknown accuracy that this workspace allows, by name. `through` leads over a datum for
# which the first step is known; `uncertainty_m` is what the office answers for. Everything that came by such an
# operation is marked, and grid codes are given only to a level whose cell is larger than the uncertainty.
{allowed}"""


class WorkspaceError(ValueError):
    """The directory is no workspace, or its settings can't be used."""


@dataclass(frozen=True, slots=True)
class AllowedOperation:
    """A ballpark coordinate operation that the workspace allows by name."""

    source: str
    target: str
    through: str | None
    uncertainty_m: float

    def __post_init__(self) -> None:
        if not self.uncertainty_m > 0:
            raise WorkspaceError(
                f"uncertainty_m of {self.source} -> {self.target} is {self.uncertainty_m}: expected metres above 0"
            )


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where everything of one workspace lives and what holds for all of it."""

    directory: Path
    base: str
    storage_crs: str
    issuer: str
    languages: tuple[str, ...]
    ledger_place: str
    allowed_operations: tuple[AllowedOperation, ...]

    @property
    def ontology(self) -> Path:
        """The user's own terms, mappings and shapes."""
        return self.directory / "ontology"

    @property
    def rdf(self) -> Path:
        """The durable copy of the RDF view."""
        return self.directory / "rdf"

    @property
    def graph(self) -> Path:
        """The managed Neo4j's home."""
        return self.directory / "neo4j"

    @property
    def projection_lock(self) -> Path:
        """Held by the one process that updates the views."""
        return self.directory / "projection.lock"

    def ledger(self) -> Ledger:
        """The workspace's ledger, opened."""
        return Ledger.open(self.ledger_place)


def create_workspace(
    directory: Path,
    *,
    base: str = "https://res3d.example/",
    issuer: str = "res3d",
    allowed: tuple[AllowedOperation, ...] = (),
) -> Workspace:
    """Make an empty workspace: settings, an `ontology/` folder and a new ledger."""
    if (directory / SETTINGS).exists():
        raise WorkspaceError(f"{directory} is a workspace already: use it, or give another directory")
    (directory / "ontology").mkdir(parents=True, exist_ok=True)
    operations = "\n".join(_operation_text(operation) for operation in allowed)
    (directory / SETTINGS).write_text(_TEMPLATE.format(base=base, issuer=issuer, allowed=operations), encoding="utf-8")
    workspace = open_workspace(directory)
    Ledger.create(workspace.ledger_place).close()
    return workspace


def open_workspace(directory: Path) -> Workspace:
    """Read a workspace's settings; raises WorkspaceError with what is wrong and what to do."""
    path = directory / SETTINGS
    if not path.is_file():
        raise WorkspaceError(f"{directory} is no workspace (no {SETTINGS}): make one with `res3d init {directory}`")
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise WorkspaceError(f"{path}: {error}; correct that line") from error
    known = {"base", "storage_crs", "issuer", "languages", "ledger", "datum"}
    if unknown := sorted(settings.keys() - known):
        raise WorkspaceError(f"{path}: unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    try:
        allowed = tuple(
            AllowedOperation(entry["source"], entry["target"], entry.get("through"), float(entry["uncertainty_m"]))
            for entry in settings.get("datum", {}).get("allow", [])
        )
    except (KeyError, TypeError) as error:
        raise WorkspaceError(f"{path}: each [[datum.allow]] needs source, target and uncertainty_m: {error}") from error
    base = str(settings.get("base", "https://res3d.example/"))
    if not base.startswith(("http://", "https://")) or not base.endswith("/"):
        raise WorkspaceError(f"{path}: base is {base!r}; expected an http(s) IRI that ends in /")
    return Workspace(
        directory=directory,
        base=base,
        storage_crs=str(settings.get("storage_crs", "EPSG:4490")),
        issuer=str(settings.get("issuer", "res3d")),
        languages=tuple(settings.get("languages", ["zh", "en"])),
        ledger_place=str(settings.get("ledger", directory / "ledger.gpkg")),
        allowed_operations=allowed,
    )


def _operation_text(operation: AllowedOperation) -> str:
    through = f'through = "{operation.through}"\n' if operation.through else ""
    return (
        f'[[datum.allow]]\nsource = "{operation.source}"\ntarget = "{operation.target}"\n'
        f"{through}uncertainty_m = {operation.uncertainty_m}\n"
    )
