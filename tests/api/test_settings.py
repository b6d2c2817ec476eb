"""Settings from the environment."""

import pytest
from pydantic import ValidationError

from api.settings import GraphSettings, HttpSettings, WorkspaceSettings


def test_the_environment_sets_each_concern(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RES3D_WORKSPACE", "/data/town")
    monkeypatch.setenv("RES3D_NEO4J_URI", "neo4j+s://graph.example")
    monkeypatch.setenv("RES3D_NEO4J_PASSWORD", "swordfish")
    monkeypatch.setenv("RES3D_HTTP_PORT", "9000")
    monkeypatch.setenv("RES3D_HTTP_NAMES", "kg.example, localhost")
    assert str(WorkspaceSettings().workspace) == "/data/town"
    target = GraphSettings().place().target
    assert target
    assert (target.uri, target.user, target.password) == ("neo4j+s://graph.example", "neo4j", "swordfish")
    assert HttpSettings().port == 9000
    assert HttpSettings().host_names == ("kg.example", "localhost")


def test_a_password_is_not_shown() -> None:
    assert "swordfish" not in repr(GraphSettings(neo4j_password="swordfish"))  # type: ignore[arg-type]  # noqa: S106


def test_without_a_uri_the_workspace_has_a_neo4j_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RES3D_NEO4J_URI", raising=False)
    assert GraphSettings().place().target is None


def test_a_service_that_listens_to_the_world_answers_to_any_name() -> None:
    assert HttpSettings(host="0.0.0.0").host_names == ()  # noqa: S104 - that is the case


@pytest.mark.parametrize("wrong", [{"port": 70_000}, {"query_seconds": 0}, {"body_bytes": -1}])
def test_impossible_settings_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        HttpSettings(**wrong)  # type: ignore[arg-type]  # wrong on purpose
