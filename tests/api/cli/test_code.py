"""`res3d code`."""

import pytest

from kg.workspace import Workspace

from .conftest import Run

UNIT = "340123002004GB00031F00010002"


def test_validate_gives_the_canonical_code(run: Run) -> None:
    answer = run("code", "validate", "340123 002004 gb00031 f00010002", "--json")
    assert answer.code == 0
    assert answer.json["results"] == [
        {"given": "340123 002004 gb00031 f00010002", "scheme": "cn.bdcdyh", "code": UNIT, "error": None}
    ]


def test_validate_names_what_is_wrong_and_goes_on(run: Run) -> None:
    answer = run("code", "validate", UNIT[:-1], UNIT, "--scheme", "cn.bdcdyh", "--json")
    assert answer.code == 1
    wrong, right = answer.json["results"]
    assert "expected 28 (unit) or 19 (parcel)" in wrong["error"]
    assert right["code"] == UNIT


def test_an_ambiguous_text_asks_for_the_scheme(run: Run) -> None:
    answer = run("code", "validate", "210000")
    assert answer.code == 1
    for scheme in ("cn.entity-class", "cn.xzq", "cn.feature-code", "--scheme"):
        assert scheme in answer.out


def test_format_prints_for_people(run: Run) -> None:
    assert run("code", "format", UNIT, "--json").json["results"][0]["printed"] == "340123 002004 GB00031 F00010002"


def test_parse_tells_the_parts_in_both_languages(run: Run) -> None:
    parts = run("code", "parse", UNIT, "--json").json["parts"]
    assert "".join(part["value"] for part in parts) == UNIT
    assert {"zh", "en"} <= set(parts[0]["labels"])
    assert "县级行政区" in run("code", "parse", UNIT).out


def test_detect_reports_ambiguity(run: Run) -> None:
    candidates = run("code", "detect", "210000", "--json").json["candidates"]
    assert {each["scheme"] for each in candidates} == {"cn.entity-class", "cn.xzq", "cn.feature-code"}
    assert sum(each["probability"] for each in candidates) <= 1


def test_a_text_that_is_no_code_ends_with_1(run: Run) -> None:
    answer = run("code", "detect", "hello world")
    assert answer.code == 1
    assert "no known scheme" in answer.out


@pytest.mark.parametrize("verb", ["validate", "parse", "format"])
def test_an_unknown_scheme_lists_the_known_ones(verb: str, run: Run) -> None:
    answer = run("code", verb, UNIT, "--scheme", "cn.bdcdy")
    assert answer.code == 1
    assert "cn.bdcdyh" in answer.err


def test_resolve_climbs_the_ladder(run: Run, demo_workspace: Workspace) -> None:
    answer = run("code", "resolve", UNIT, "--workspace", demo_workspace.directory, "--json")
    assert answer.code == 0
    best = answer.json["candidates"][0]
    assert best["state"] == "current"
    assert [rung["level"] for rung in best["ladder"]] == [30, 40, 50, 60, 70, 80, 90]


def test_resolve_shows_the_successors_of_a_retired_parcel(run: Run, demo_workspace: Workspace) -> None:
    answer = run("code", "resolve", "340123002004GB00011", "--workspace", demo_workspace.directory)
    assert answer.code == 0
    for text in ("retired", "split", "B2024-17", "340123002004GB00031", "340123002004GB00032"):
        assert text in answer.out


def test_resolve_tells_what_is_near_an_unregistered_code(run: Run, demo_workspace: Workspace) -> None:
    answer = run("code", "resolve", "340123002004GB00031F00010009", "--workspace", demo_workspace.directory)
    assert answer.code == 1
    assert "unregistered" in answer.out
    assert "340123002004GB00031F0001" in answer.out


def test_a_position_in_a_grid(run: Run) -> None:
    found = run("code", "cell", "116.31260277777778", "39.993161111111114", "--level", 5, "--json").json
    assert (found["code"], found["parent"], found["crs"]) == ("N50J47539B8", "N50J47539", "EPSG:4490")
    assert len(found["neighbours"]) == 8
    assert "8931aa50107ffff" in run("code", "cell", "116.3126", "39.9932", "--level", 9, "--scheme", "h3").out
    refused = run("code", "cell", "116", "39", "--level", 99)
    assert (refused.code, "cn.beidou has no level 99; expected 1 to 10" in refused.err) == (1, True)


def test_a_body_is_covered_by_solid_cells(run: Run) -> None:
    box = "116.30,39.98,116.3003,39.9803"
    told = run("code", "cover", box, "-s", "cn.beidou-3d", "-l", 6, "--bottom", 10, "--top", 200, "--json").json
    assert (len(told["cells"]), told["crs"]) == (4, "EPSG:4490")
    assert "needs --bottom and --top" in run("code", "cover", box, "-s", "cn.beidou-3d", "-l", 6).err
    assert "h3 has no heights" in run("code", "cover", box, "-s", "h3", "-l", 6, "--bottom", 1, "--top", 2).err


def test_an_area_in_cells(run: Run) -> None:
    cells = run("code", "cover", "116.30,39.98,116.34,40.01", "--level", 6, "--scheme", "geohash", "--json").json[
        "cells"
    ]
    assert "wx4ewb" in cells
    wkt = "POLYGON ((116.3 39.98, 116.34 39.98, 116.34 40.01, 116.3 39.98))"
    assert set(run("code", "cover", wkt, "--level", 6, "--scheme", "geohash").out.split()) < set(cells)
    for area, message in (("nonsense", "is no area"), ("116,39,117,40", "take a coarser level")):
        refused = run("code", "cover", area, "--level", 8, "--scheme", "geohash")
        assert (refused.code, message in refused.err) == (1, True)


def test_a_mistyped_code_is_repaired_with_what_is_registered(run: Run, demo_workspace: Workspace) -> None:
    at = ("--workspace", demo_workspace.directory)
    mended = run("code", "repair", UNIT.replace("GB", "G8"), *at, "--json").json["repairs"][0]
    assert (mended["code"], mended["is_registered"], mended["what"]["en"]) == (UNIT, True, "look-alike characters")
    swapped = run("code", "repair", "340123002040GB00031F00010002", *at, "--json").json["repairs"][0]
    assert (swapped["code"], swapped["is_registered"]) == (UNIT, True)
    nothing = run("code", "repair", "????", *at)
    assert (nothing.code, "No slip of one character" in nothing.out) == (1, True)


def test_codes_are_compared_by_what_they_say(run: Run) -> None:
    unit = "340123002004GB00011F00010001"
    assert run("code", "compare", unit, unit[:19]).out == "within\n"
    told = run("code", "compare", "340123", unit, "-s", "cn.xzq", "--json")
    assert (told.json["relation"], told.json["other_scheme"]) == ("contains", "cn.bdcdyh")
    assert "could be a code of" in run("code", "compare", "340123", unit).err
