"""Every scheme keeps the contract."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from stdnum.cn import uscc
from stdnum.es import referenciacatastral

from coding import get_scheme, mint_entity_ids, schemes
from coding.grids import get_grid

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


class TestSpatialIdentity(SchemeContract):
    scheme_id = "cn.sic"

    @pytest.fixture(scope="class")
    @classmethod
    def codes(cls) -> Codes:
        # a text that only matches the pattern may have a class that is in no table
        pattern = get_scheme(cls.scheme_id).canonical_pattern
        classes = st.sampled_from(["230101", "230904"])
        return st.tuples(st.from_regex(pattern, fullmatch=True), classes).map(lambda p: p[0][:-14] + p[1] + p[0][-8:])


class TestTownship(SchemeContract):
    scheme_id = "cn.town"


class TestPlaneLocation(SchemeContract):
    scheme_id = "cn.location"


class TestSolidLocation(SchemeContract):
    scheme_id = "cn.location-3d"


class GridContract(SchemeContract):
    """For grids whose pattern takes more than there are cells: codes are those of positions."""

    @pytest.fixture(scope="class")
    @classmethod
    def codes(cls) -> Codes:
        grid = get_grid(cls.scheme_id)
        positions = st.tuples(st.floats(-179, 179), st.floats(-80, 80), st.sampled_from(grid.levels))
        return positions.map(lambda position: grid.encode(*position))


class TestGeoSot(GridContract):
    scheme_id = "cn.geosot"


class TestH3Cell(GridContract):
    scheme_id = "h3"


class TestPlusCode(GridContract):
    scheme_id = "olc"


class TestGeohash(SchemeContract):
    scheme_id = "geohash"


class TestS2Token(GridContract):
    scheme_id = "s2"


class ZoneContract(GridContract):
    """Of zones of DGGAL, in whose texts hyphens count."""

    def write(self, code: str, seed: int) -> str:
        return f" {code.lower()} " if seed % 2 else code


class TestIsea3h(ZoneContract):
    scheme_id = "isea3h"


class TestIsea7h(ZoneContract):
    scheme_id = "isea7h"


class TestIsea4r(ZoneContract):
    scheme_id = "isea4r"


class TestRHealpix(ZoneContract):
    scheme_id = "rhealpix"


class TestSocialCreditCode(SchemeContract):
    scheme_id = "cn.uscc"

    @pytest.fixture(scope="class")
    @classmethod
    def codes(cls) -> Codes:
        bodies = st.from_regex("[0-9A-HJ-NPQRTUWXY]{17}", fullmatch=True)
        return bodies.map(lambda body: body + uscc.calc_check_digit(body))


class TestMaCode(SchemeContract):
    scheme_id = "ma"


class TestFrenchParcel(SchemeContract):
    scheme_id = "fr.parcelle"


class WithHyphens(SchemeContract):
    """For schemes in which a hyphen is a character like others."""

    is_case_sensitive = True

    def write(self, code: str, seed: int) -> str:
        return f" {code} " if seed % 2 else code


class TestInspireId(WithHyphens):
    scheme_id = "inspire"


class TestGmlId(WithHyphens):
    scheme_id = "citygml"


class TestEgid(SchemeContract):
    scheme_id = "ch.egid"


class TestUprn(SchemeContract):
    scheme_id = "uk.uprn"


ABSTRACT = {ZoneContract, GridContract, WithHyphens}


def subclasses(case: type[SchemeContract]) -> set[type[SchemeContract]]:
    """All classes below one."""
    return {each for direct in case.__subclasses__() for each in (direct, *subclasses(direct))}


def test_every_registered_scheme_is_under_contract() -> None:
    tested = {case.scheme_id for case in subclasses(SchemeContract) - ABSTRACT}
    assert tested == set(schemes())
