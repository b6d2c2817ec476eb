"""The command `res3d`: its verbs, and what becomes of an error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated

import typer

from . import code, ontology, quarantine
from .conformance import conformance
from .demo import demo
from .doctor import doctor
from .height import height, heights
from .ingest import ingest
from .init import init
from .link import link
from .measures import measures
from .output import complain
from .query import cypher, query
from .serve import serve
from .unlinked import unlinked
from .verify import verify
from .views import rebuild

_FAMILIES = frozenset({"coding", "ontology", "kg", "ingest", "api"})

app = typer.Typer(
    name="res3d",
    help="Knowledge graph and semantic service for geographic entities: one ledger, SPARQL and Cypher.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"res3d {version('res3d')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None: ...


app.command()(demo)
app.command()(init)
app.add_typer(ontology.app, name="ontology")
app.command()(ingest)
app.add_typer(quarantine.app, name="quarantine")
app.command()(unlinked)
app.command()(conformance)
app.command()(height)
app.command()(heights)
app.command()(measures)
app.command()(link)
app.command()(query)
app.command()(cypher)
app.add_typer(code.app, name="code")
app.command()(serve)
app.command()(rebuild)
app.command()(verify)
app.command()(doctor)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit code: 0 done, 1 failed with a message on standard error, 2 used wrongly."""
    try:
        _built()(args=arguments, prog_name="res3d")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except OSError as error:
        complain(_of_the_system(error))
        return 1
    except Exception as error:
        if not is_expected(error):
            raise
        complain(str(error))
        return 1
    return 0


@cache
def _built() -> Callable[..., object]:
    """The command that Typer makes of all verbs, which takes it a tenth of a second: made once, not for each call."""
    return typer.main.get_command(app)


def is_expected(error: BaseException) -> bool:
    """Whether an error is of one of our own families, whose messages are written for the user.

    >>> from kg.workspace import WorkspaceError
    >>> is_expected(WorkspaceError("no workspace")), is_expected(KeyError("bug"))
    (True, False)
    """
    return any(kind.__module__.partition(".")[0] in _FAMILIES for kind in type(error).__mro__)


def _of_the_system(error: OSError) -> str:
    """The system's own refusal (no permission, disk full) with the file that it is about."""
    if is_expected(error):
        return str(error)
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}"
