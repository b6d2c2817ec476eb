"""An empty workspace with one office that holds a sub-district."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kg.ledger import Ledger
from kg.register import Application, Delegation, Issuer, Wish, apply, approve, delegate, issue, write_issuer
from kg.resolve import Resolver
from ontology import Schema, compile_schema, packaged_texts

SUB_DISTRICT = "340123002004"
PARCELS = SUB_DISTRICT + "GB"
DATE = "2024-05-01"
Act = Callable[..., Application]


@pytest.fixture(scope="session")
def schema() -> Schema:
    return compile_schema(packaged_texts())


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger.create(tmp_path / "ledger.gpkg")
    with ledger.writing("head", "set up") as changes:
        write_issuer(changes, Issuer("office", "登记中心", "office"))
        delegate(changes, Delegation("office", "cn.bdcdyh", SUB_DISTRICT))
        delegate(changes, Delegation("office", "cn.zrzh", SUB_DISTRICT))
    yield ledger
    ledger.close()


@pytest.fixture
def act(ledger: Ledger, schema: Schema) -> Act:
    """An application that goes through all its steps, each a changeset of another person."""

    def through(
        kind: str, *predecessors: str, scheme: str = "cn.bdcdyh", date: str = DATE, **more: object
    ) -> Application:
        wish = Wish(kind, scheme, predecessors=predecessors, **more)  # type: ignore[arg-type]
        with ledger.writing("clerk", "apply") as changes:
            application = apply(changes, schema, "office", wish, date)
        with ledger.writing("head", "approve") as changes:
            approve(changes, schema, application.id, "head")
        with ledger.writing("clerk", "issue") as changes:
            return issue(changes, schema, application.id)

    return through


@pytest.fixture
def resolver(ledger: Ledger, schema: Schema) -> Resolver:
    return Resolver(ledger, schema, "https://res3d.example/", today=lambda: "2026-01-01")
