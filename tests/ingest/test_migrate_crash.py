"""An edit that is killed at any moment: the version before is fully in force, or the new one with all its data."""

import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from ingest.migrate import apply_edit
from kg.ledger import LedgerLocked, broken_rows
from kg.ledger import tables as t
from kg.ontologies import schema_in_force
from kg.rdf import store as rdf_store
from kg.views import GraphPlace, catch_up, projection_lock
from tests.ingest.harbour import TERMS, Harbour, removed

FEWER = removed("Crane", removed("moored"))

# The moments: a function that a module of `ingest.migrate` calls, before or after which the process kills itself.
MOMENTS = [
    ("apply", "prepare", "after"),
    ("follow", "move_links", "before"),
    ("follow", "leave", "before"),
    ("follow", "leave", "after"),
    ("follow", "settle_entities", "before"),
    ("follow", "derive_relations", "after"),
    ("apply", "store_version", "before"),
    ("apply", "store_version", "after"),
]
PROGRAM = """
    import os, signal
    from pathlib import Path
    from ingest.migrate import apply, apply_edit, follow
    from kg.workspace import open_workspace

    module = {module}
    original = module.{name}

    def deadly(*arguments, **named):
        if "{when}" == "after":
            original(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    module.{name} = deadly
    workspace = open_workspace(Path({directory!r}))
    apply_edit(workspace, workspace.ledger(), reason="killed", accept_loss=True)
"""


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Harbour:
    made = Harbour(tmp_path_factory.mktemp("crash") / "workspace")
    assert made.hand_in().taken == 5
    made.write(FEWER)
    return made


def killed(harbour: Harbour, module: str, name: str, when: str) -> int:
    program = textwrap.dedent(PROGRAM).format(
        module=module, name=name, when=when, directory=str(harbour.workspace.directory)
    )
    return subprocess.run([sys.executable, "-c", program], check=False).returncode


@pytest.mark.parametrize(("module", "name", "when"), MOMENTS)
def test_killed_before_its_commit_an_edit_has_changed_nothing(
    harbour: Harbour, module: str, name: str, when: str
) -> None:
    before = harbour.state()
    assert killed(harbour, module, name, when) == -signal.SIGKILL
    assert harbour.state() == before


def test_killed_after_its_commit_an_edit_is_whole_and_the_views_catch_up(tmp_path: Path) -> None:
    harbour = Harbour(tmp_path / "workspace")
    assert harbour.hand_in().taken == 5
    follow(harbour)
    shown = rdf_store.position(harbour.workspace.rdf)
    harbour.write(FEWER)
    assert killed(harbour, "apply", "refresh_layers", "before") == -signal.SIGKILL
    assert list(broken_rows(harbour.ledger)) == []
    assert "Crane" not in schema_in_force(harbour.ledger).classes
    assert {row[0] for row in harbour.rows(t.record, ("key",))} == {"Q1", "Q2", "Q3"}
    assert {row[0] for row in harbour.rows(t.quarantine, ("key",))} == {"C1", "C2"}
    assert rdf_store.position(harbour.workspace.rdf) == shown
    follow(harbour)
    now = rdf_store.position(harbour.workspace.rdf)
    assert now is not None
    assert (now.changeset, now.schema) == (harbour.ledger.position().number, schema_in_force(harbour.ledger).version)


def follow(harbour: Harbour) -> None:
    with projection_lock(harbour.workspace) as is_ours:
        assert is_ours
        catch_up(harbour.workspace, harbour.ledger, schema_in_force(harbour.ledger), GraphPlace(), views=("rdf",))


def test_while_another_process_writes_an_edit_waits_and_then_says_so(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = harbour.state()
    writing = harbour.workspace.ledger().writing

    class Impatient:
        """The same ledger, with less patience."""

        def __getattr__(self, name: str) -> object:
            return getattr(harbour.ledger, name)

        def writing(self, actor: str, reason: str) -> object:
            return harbour.ledger.writing(actor, reason, wait_s=0.1)

    with writing("somebody else", "a long delivery"), pytest.raises(LedgerLocked, match="try again"):
        apply_edit(harbour.workspace, Impatient(), reason="edit", accept_loss=True)  # type: ignore[arg-type]  # duck
    assert harbour.state() == before


@pytest.mark.soak
def test_an_edit_killed_at_any_time_leaves_one_version_or_the_other(tmp_path: Path) -> None:
    harbour = Harbour(tmp_path / "workspace")
    rows = "".join(f"X{number},crane,,steel,,,,\n" for number in range(20_000))
    assert harbour.hand_in("number,kind,depth,surface,first,second,bag,at\n" + rows).taken == 20_000
    seen = set()
    program = (
        "from pathlib import Path; from ingest.migrate import apply_edit; from kg.workspace import open_workspace; "
        f"w = open_workspace(Path({str(harbour.workspace.directory)!r})); "
        "apply_edit(w, w.ledger(), reason='edit', accept_loss=True)"
    )
    for seed in range(16):
        harbour.write(FEWER if "Crane" in schema_in_force(harbour.ledger).classes else TERMS)
        with subprocess.Popen([sys.executable, "-c", program]) as child:
            time.sleep(random.Random(seed).uniform(0.8, 8.0))
            child.kill()
        assert child.returncode in {0, -signal.SIGKILL}
        is_there = "Crane" in schema_in_force(harbour.ledger).classes
        assert len(harbour.rows(t.record, ("key",))) == (20_000 if is_there else 0)
        open_rows = [state for (state,) in harbour.rows(t.quarantine, ("state",)) if state == "open"]
        assert len(open_rows) == (0 if is_there else 20_000)
        assert list(broken_rows(harbour.ledger)) == []
        seen.add(is_there)
    assert seen == {True, False}
