"""Every scheme keeps the contract."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from stdnum.es import referenciacatastral

from coding import get_scheme, mint_entity_ids, schemes

from .contract import Codes, SchemeContract


class TestEntityId(SchemeContract):
    scheme_id = "res3d"

    @pytest.fixture(scope="class")
    @classmethod
    def codes(cls) -> Codes:
        # a text that only matches the pattern has the wrong check character
        return st.sampled_from(mint_entity_ids(500).to_list())


class TestBag(SchemeContract):
    scheme_id = "nl.bag"


class TestRealEstateUnit(SchemeContract):
    scheme_id = "cn.bdcdyh"


class TestBuildingKey(SchemeContract):
    scheme_id = "cn.zrzh"


class TestCadastralSubDistrict(SchemeContract):
    scheme_id = "cn.djzq"


class TestCadastralDistrict(SchemeContract):
    scheme_id = "cn.djq"


class TestDivision(SchemeContract):
    scheme_id = "cn.xzq"


class TestEntityClass(SchemeContract):
    scheme_id = "cn.entity-class"


class TestFeatureCode(SchemeContract):
    scheme_id = "cn.feature-code"


class TestBeidouGrid(SchemeContract):
    scheme_id = "cn.beidou"

    def write(self, code: str, seed: int) -> str:
        # a hyphen may make it a reference code
        return super().write(code, seed).replace("-", " ").replace("\uff0d", "\u3000")


class TestBeidouSolid(SchemeContract):
    scheme_id = "cn.beidou-3d"

    @pytest.fixture(scope="class")
    @classmethod
    def codes(cls) -> Codes:
        # the pattern also takes the layer zero below the ellipsoid, whose canonical code is the one above
        scheme = get_scheme(cls.scheme_id)
        return st.from_regex(scheme.canonical_pattern, fullmatch=True).map(scheme.validate)


class TestIfcGlobalId(SchemeContract):
    scheme_id = "ifc"
    is_case_sensitive = True


class TestEgrid(SchemeContract):
    scheme_id = "ch.egrid"


class TestSpanishCadastralReference(SchemeContract):
    scheme_id = "es.refcat"

    @pytest.fixture(scope="class")
    @classmethod
    def codes(cls) -> Codes:
        bodies = st.from_regex("[0-9A-Z]{18}", fullmatch=True)
        return bodies.map(lambda body: body + referenciacatastral.calc_check_digits(body + "AA"))


class TestFlurstueck(SchemeContract):
    scheme_id = "de.flurstueck"


def test_every_registered_scheme_is_under_contract() -> None:
    tested = {case.scheme_id for case in SchemeContract.__subclasses__()}
    assert tested == set(schemes())
