"""Schemes of others come by entry point; a broken one is named and disturbs nobody."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

import coding
from coding import UnknownScheme, detect, get_scheme, schemes

PLUG_IN = """
from dataclasses import dataclass
from coding.base import BaseScheme, Given
from coding.contract import Kind, ParsedCode, Part

class Uprn(BaseScheme):
    id = "uk.toid"
    kind = Kind.THING
    labels = {"zh": "英国地址号", "en": "UPRN"}
    certainty = 0.1
    canonical_pattern = "[1-9][0-9]{0,11}"

    def read(self, given: Given) -> ParsedCode:
        if not 1 <= len(given.code) <= 12:
            raise given.wrong_length("1 to 12 digits", "Look again.")
        given.check_digits(0, len(given.code), "UPRN")
        text = {"zh": "号", "en": "number"}
        return ParsedCode(self.id, given.code, None, (Part("number", given.code, text, text),))

class Unlabelled(Uprn):
    labels = {"en": "UPRN"}

class Unreadable(Uprn):
    canonical_pattern = "["

uprn, taken, unlabelled, unreadable = Uprn(), Uprn(), Unlabelled(), Unreadable()
taken.id = "nl.bag"
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    """A distribution on the path whose one entry point is the test's parameter, read by a fresh registry."""
    name, target = request.param
    (tmp_path / "uprn_plug_in.py").write_text(PLUG_IN, encoding="utf-8")
    (tmp_path / "uprn_exit.py").write_text("raise SystemExit(3)", encoding="utf-8")
    info = tmp_path / "uprn_plug_in-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: uprn-plug-in\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(textwrap.dedent(f"[res3d.schemes]\n{name} = {target}\n"), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    schemes.cache_clear()
    yield
    schemes.cache_clear()


@pytest.mark.parametrize("install", [("uk.toid", "uprn_plug_in:uprn")], indirect=True)
@pytest.mark.usefixtures("install")
def test_plug_in_is_a_scheme_like_ours() -> None:
    assert get_scheme("uk.toid").validate("100 023 336 956") == "100023336956"
    assert "uk.toid" in {candidate.scheme for candidate in detect("100023336956")}


@pytest.mark.parametrize(
    ("install", "reason"),
    [
        (("uk.missing", "uprn_nowhere:uprn"), "ModuleNotFoundError"),
        (("uk.exit", "uprn_exit:uprn"), "SystemExit: 3"),
        (("uk.absent", "uprn_plug_in:absent"), "AttributeError"),
        (("uk.class", "uprn_plug_in:Uprn"), "not an object with all members of coding.Scheme"),
        (("uk.text", "uprn_plug_in:PLUG"), "AttributeError"),
        (("uk.other", "uprn_plug_in:uprn"), "its scheme calls itself 'uk.toid'"),
        (("nl.bag", "uprn_plug_in:taken"), "that scheme id is taken already"),
        (("uk.toid", "uprn_plug_in:unlabelled"), "its labels lack zh or en"),
        (("uk.toid", "uprn_plug_in:unreadable"), "unterminated character set"),
    ],
    indirect=["install"],
    ids=lambda value: value if isinstance(value, str) else value[1],
)
@pytest.mark.usefixtures("install")
def test_broken_plug_in_is_named_and_left_out(request: pytest.FixtureRequest, reason: str) -> None:
    name, _ = request.node.callspec.params["install"]
    with pytest.warns(RuntimeWarning, match=f"plug-in '{name}'") as caught:
        known = schemes()
    assert len(caught) == 1
    assert reason in str(caught[0].message)
    assert "uk.toid" not in known
    assert known["nl.bag"].validate("0363100012345678") == "0363100012345678"


def test_unknown_scheme_lists_the_known_ones() -> None:
    with pytest.raises(UnknownScheme, match=r"known are ch\.egid, ch\.egrid, citygml, cn\.bdcdyh, cn\.beidou"):
        get_scheme("cn.bdcdy")


def test_face_offers_what_it_promises() -> None:
    assert sorted(coding.__all__) == coding.__all__
    assert all(hasattr(coding, name) for name in coding.__all__)
