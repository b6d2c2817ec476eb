"""Bringing the views up to date after a commit, and `res3d rebuild`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from .common import CommandFailed, JsonOption, Opened, WorkspaceOption, graph_place, opened_workspace
from .output import notice, print_facts, print_json, status
from .progress import progress

if TYPE_CHECKING:
    from kg.views import GraphPlace, View

BOTH: tuple[View, ...] = ("rdf", "graph")


class WhichView(StrEnum):
    """What `res3d rebuild` makes anew."""

    RDF = "rdf"
    GRAPH = "graph"
    ALL = "all"


def keep_up(opened: Opened, views: tuple[View, ...] = BOTH) -> bool:
    """Bring the views to where the ledger stands; False when the running service does that.

    When the property graph can't follow, the RDF view still does; the error is raised after that.
    """
    from kg.graph import GraphError
    from kg.views import catch_up, projection_lock

    place = graph_place()
    with projection_lock(opened.workspace) as is_ours:
        if not is_ours:
            return False
        try:
            if "graph" in views:
                provide_neo4j(place)
            catch_up(opened.workspace, opened.ledger, opened.schema, place, views=views, report=status)
        except GraphError:
            if "rdf" in views:
                catch_up(opened.workspace, opened.ledger, opened.schema, place, views=("rdf",), report=status)
            raise
    return True


def keep_up_after_commit(opened: Opened) -> None:
    """Let the views follow a commit, and say what is the matter when they can't."""
    from kg.graph import GraphError

    try:
        if not keep_up(opened):
            notice("The running service brings the views up to date.")
    except GraphError as error:
        raise CommandFailed(
            f"The ledger has changed, but the property graph can't follow: {error}\n"
            "Nothing is lost: put that right, then run `res3d rebuild graph`"
        ) from error


def provide_neo4j(place: GraphPlace) -> None:
    """Fetch the jars of Neo4j once per user, with progress; nothing to do for a server elsewhere."""
    from kg.graph import fetch_jars, jar_folder, locked_jars

    if place.target is not None:
        return
    folder, jars = jar_folder(), locked_jars()
    if all((folder / jar.name).exists() for jar in jars):
        return
    with progress("jars") as advance:
        fetch_jars(folder, jars, progress=lambda done, total: advance("Neo4j", done, total))


def rebuild(
    view: Annotated[WhichView, typer.Argument(help="Which view to make anew.")] = WhichView.ALL,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the RDF view, the property graph or both anew from the ledger."""
    from kg.views import catch_up, projection_lock

    views = tuple(name for name in BOTH if view in (WhichView.ALL, name))
    place = graph_place()
    with opened_workspace(workspace) as opened, projection_lock(opened.workspace) as is_ours:
        if not is_ours:
            raise CommandFailed(
                "The service that runs on this workspace keeps the views: stop it, then run `res3d rebuild` again"
            )
        if "graph" in views:
            provide_neo4j(place)
        shown = catch_up(
            opened.workspace, opened.ledger, opened.schema, place, views=views, rebuild=True, report=status
        )
    if as_json:
        print_json({"views": views, "changeset": shown.changeset, "digest": shown.digest})
    else:
        print_facts([("made anew", ", ".join(views)), ("show changeset", shown.changeset)])
