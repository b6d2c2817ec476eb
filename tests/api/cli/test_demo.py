"""`res3d demo`: from nothing to answers, and again without doing anything twice."""

from api.cli.demo import sample_files
from kg.workspace import Workspace

from .conftest import Run


def test_the_samples_are_the_town_and_the_office() -> None:
    names = [path.name for path in sample_files()]
    assert names[:2] == ["bag_pand.geojson", "3dbag_tile5910.city.json.gz"]
    assert {"parcels.geojson", "units.csv", "successions.csv", "building_lod3.city.json"} <= set(names)
    assert all(path.is_file() for path in sample_files())


def test_the_demo_tells_everything_that_it_promises(run: Run, demo_workspace: Workspace) -> None:
    answer = run("demo", "--workspace", demo_workspace.directory, "--json")
    assert answer.code == 0
    told = answer.json
    component = told["component"]["candidates"][0]
    assert [rung["level"] for rung in component["ladder"]] == [30, 40, 50, 60, 70, 80, 90]
    parcel = told["parcel"]["candidates"][0]
    assert parcel["state"] == "retired"
    assert {step["code"] for step in parcel["successors"]} == {"340123002004GB00031", "340123002004GB00032"}
    assert [each["equal"] for each in told["questions"]] == [True, True]
    assert all(each["sparql"] for each in told["questions"])
    building = told["building"]
    assert {record["dimension"] for record in building["candidates"][0]["records"]} == {2, 3}
    assert [each["dimension"] for each in building["evidence"]] == [2, 3]
    assert all(each["confidence"] for each in building["evidence"])


def test_the_second_run_commits_nothing(run: Run, demo_workspace: Workspace) -> None:
    answer = run("demo", "--workspace", demo_workspace.directory, "--json")
    assert answer.json["transaction"] is None
    assert sum(file["taken"] + file["changed"] for file in answer.json["files"]) == 0


def test_people_read_it_all_in_one_go(run: Run, demo_workspace: Workspace) -> None:
    shown = run("demo", "--workspace", demo_workspace.directory)
    assert shown.code == 0
    assert "Nothing new" in shown.out
    assert shown.out.count("The answers are equal.") == 2


def test_unequal_answers_fail(run: Run, demo_workspace: Workspace) -> None:
    from kg.graph import managed

    unit = "MATCH (u:BuildingUnit {unitNumber: '301'}) SET u.floorArea = $area"
    with managed(demo_workspace.graph) as driver:
        driver.execute_query(unit, area=1.0)
        try:
            answer = run("demo", "--workspace", demo_workspace.directory)
        finally:
            driver.execute_query(unit, area=240.0)
    assert answer.code == 1
    assert "DIFFER" in answer.err
