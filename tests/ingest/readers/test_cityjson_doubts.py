"""CityJSON that can be read though something in it can't be so: the samples of cjval, one by one."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers import FileDamaged, ReaderError
from ingest.readers.cityjson_doubts import repeated_name
from tests.ingest.readers.suite import all_batches, read_here

REFUSED = {
    "duplicate.json": "two members 'LondonTower'",
    "cjfeat1.json": "header object of the sequence",  # a feature without its header
    "generic.ext.json": "CityJSONExtension",  # the schema of an extension, no data
    "o4.json": "version is 0.9",
}
FLAGGED = {
    "o.json": {"bad-index"},
    "sem.json": {"bad-index", "bad-semantics"},
    "material.city.json": {"material that points nowhere"},
    "material2.city.json": {"material that points nowhere"},
    "texture1.city.json": {"texture that points nowhere"},
    "texture2.city.json": {"texture that points nowhere"},
}
# Wrong by cjval, taken here without a word, and why nothing is lost: how values of an appearance are nested matters to
# who paints the model (appearance is counted and left out); vertices that nothing uses, or that are twice, change no
# shape; attributes and types of extensions are kept whether or not the schema of the extension can be had.
NOT_OURS = {
    "material3.city.json", "texture3.city.json", "texture5.city.json", "texture6.city.json", "texture7.city.json",
    "extraattribute.json", "o2.json", "o3.json", "potatoes.city.json", "twoextensions.json",
}  # fmt: skip


def doubts(path: Path) -> set[str]:
    info, batches = read_here("cityjson", path)
    problems = set(all_batches(batches).geometries["@problem"].drop_nulls())
    return problems | {name for name in info.unsupported if "nowhere" in name or "no object has" in name}


def test_each_sample_of_cjval_ends_as_it_should(shared_data: Path) -> None:
    folder = shared_data / "bad-cityjson-cjval"
    paths = sorted([*folder.glob("*.json"), *folder.glob("*.jsonl")])
    for name, said in REFUSED.items():
        with pytest.raises(ReaderError, match=said):
            read_here("cityjson", folder / name)
    seen = {path.name: doubts(path) for path in paths if path.name not in REFUSED}
    assert {name: found for name, found in seen.items() if found} == FLAGGED
    assert set(seen) >= NOT_OURS
    assert len(paths) == 31


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


HEAD = '{"type": "CityJSON", "version": "2.0", "transform": {"scale": [1,1,1], "translate": [0,0,0]}, "vertices": []'


@pytest.mark.parametrize("gap", ["", " ", "\n\t"])
def test_two_objects_of_one_name_are_not_one(tmp_path: Path, gap: str) -> None:
    objects = f'"CityObjects"{gap}: {{"a"{gap}: {{"type": "Building"}}, "a"{gap}: {{"type": "Bridge"}}}}'
    with pytest.raises(FileDamaged, match="two members 'a'"):
        read_here("cityjson", write(tmp_path / "town.json", f"{HEAD}, {objects}}}"))


def test_two_objects_of_one_name_in_a_feature_of_a_sequence(tmp_path: Path) -> None:
    feature = '{"type": "CityJSONFeature", "id": "a", "vertices": [], "CityObjects": {"a": {}, "a": {}}}'
    path = write(tmp_path / "town.jsonl", f'{HEAD}, "CityObjects": {{}}}}\n{feature}\n')
    with pytest.raises(FileDamaged, match="line 2"):
        read_here("cityjson", path)


def test_relatives_that_are_not_there_are_counted(tmp_path: Path) -> None:
    objects = '{"a": {"type": "Building", "children": ["b", "c"]}, "b": {"type": "BuildingPart", "parents": ["a", 7]}}'
    info, _ = read_here("cityjson", write(tmp_path / "town.json", f'{HEAD}, "CityObjects": {objects}}}'))
    assert info.unsupported == {"name in 'parents' that no object has": 1, "name in 'children' that no object has": 1}


def test_a_type_of_an_extension_that_is_not_named_is_kept_and_told(tmp_path: Path) -> None:
    objects = '{"a": {"type": "+Shed", "attributes": {"+area": 3}}}'
    info, batches = read_here("cityjson", write(tmp_path / "town.json", f'{HEAD}, "CityObjects": {objects}}}'))
    assert info.unsupported == {"type +Shed of an extension that the file does not name": 1}
    assert batches[0].features.select("@class", "+area").row(0) == ("+Shed", 3)


NESTED = st.recursive(
    st.none() | st.integers(-9, 9) | st.text('":\\ \n{}é', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('a":\\ ', max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(content=NESTED, gap=st.sampled_from([":", ": ", " :", "\n: "]), is_ascii=st.booleans())
def test_names_that_occur_once_are_never_told(content: Any, gap: str, is_ascii: bool) -> None:
    text = json.dumps(content, ensure_ascii=is_ascii, separators=(",", gap)).encode()
    assert repeated_name(text, orjson.loads(text)) is None


@given(content=st.dictionaries(st.text('a":\\ é', max_size=3), NESTED, min_size=1, max_size=3), place=st.integers(0, 2))
def test_a_name_that_occurs_twice_is_always_told(content: dict[str, Any], place: int) -> None:
    names = list(content)
    members = [f"{json.dumps(name)}:{json.dumps(value)}" for name, value in content.items()]
    chosen = place % len(members)
    text = ("{" + ",".join([*members, members[chosen]]) + "}").encode()
    assert repeated_name(text, orjson.loads(text)) == names[chosen]
