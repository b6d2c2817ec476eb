"""Repairs: the registered code comes first, slips are named, and nothing that a person types stops the program."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pytest

from coding import get_scheme
from coding.repair import AT_MOST, repairs, slips

from .texts import HOSTILE

UNIT = "340123002004GB00031F00010002"
OTHER = "340123002004GB00031F00010003"


def register(*codes: str) -> Callable[[str, Collection[str]], Collection[str]]:
    return lambda _, some: set(codes) & set(some)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("34O123002004GB00031F00010002", "look-alike characters"),
        ("34O123OO2OO4GBOOO31FOOO1OOO2", "look-alike characters"),
        ("340123002004GB00031F0001000２", "as it is"),
        ("340123 002004 gb00031 f00010002", "as it is"),
        ("340123002004GB00031F00100002", "two characters exchanged"),
        ("340123002004GB00031F0001002", "one character put in"),
        ("340123002004GB000331F00010002", "a doubled character left out"),
        ("340123002004GB00031F00019002", "one character changed"),
        ("340123002004GB00031F000107002", "one character left out"),
    ],
)
def test_a_slip_is_mended_and_named(text: str, what: str) -> None:
    first = repairs(text, "cn.bdcdyh", register(UNIT))[0]
    assert (first.code, first.is_registered, first.what["en"]) == (UNIT, True, what)
    assert first.what["zh"]


def test_lost_zeros_are_put_back() -> None:
    bag = "0503100000030264"
    first = repairs("503100000030264", "nl.bag", register(bag))[0]
    assert (first.code, first.what["en"]) == (bag, "lost zeros put back")


def test_a_registered_code_goes_before_the_text_itself() -> None:
    found = repairs(OTHER, "cn.bdcdyh", register(UNIT))
    assert [(each.code, each.is_registered) for each in found[:2]] == [(UNIT, True), (OTHER, False)]
    assert repairs(OTHER, "cn.bdcdyh", register(UNIT, OTHER))[0].code == OTHER


def test_without_a_scheme_all_are_tried() -> None:
    found = repairs("O5O3100000030264", known=register("0503100000030264"))
    assert (found[0].scheme, found[0].code) == ("nl.bag", "0503100000030264")


def test_check_characters_leave_only_what_can_be() -> None:
    scheme = get_scheme("cn.uscc")
    found = repairs("9111000060O037341L", "cn.uscc")
    assert found[0].code == "91110000600037341L"
    assert all(scheme.is_valid(each.code) for each in found)
    assert len(found) <= AT_MOST


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_have_no_repair(text: str) -> None:
    assert all(each.cost > 0 or not each.is_registered for each in repairs(text))
    assert len(slips(text)) < 10_000
