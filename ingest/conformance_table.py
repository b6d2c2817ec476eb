"""What a report of conformance consists of, and its words in English and Chinese (ISO 19157-1, GB/T 24356)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .reasons import Reason

COMPLETENESS, CONSISTENCY, POSITION, THEME, TIME = (
    "completeness", "logical consistency", "positional accuracy", "thematic accuracy", "temporal quality",
)  # fmt: skip
ELEMENTS: Final = (COMPLETENESS, CONSISTENCY, POSITION, THEME, TIME)

OF_REASONS: Final[Mapping[Reason, tuple[str, str]]] = {
    Reason.DUPLICATE_KEY: (COMPLETENESS, "commission: rows with a key that another row has"),
    Reason.NULL_GEOMETRY: (COMPLETENESS, "omission: rows without the geometry that they need"),
    Reason.EMPTY_GEOMETRY: (COMPLETENESS, "omission: rows without the geometry that they need"),
    Reason.MISSING_KEY: (COMPLETENESS, "omission: rows without a key"),
    Reason.MISSING_VALUE: (COMPLETENESS, "omission: rows without a value that they need"),
    Reason.WRONG_DATATYPE: (CONSISTENCY, "domain consistency: values of another datatype"),
    Reason.WRONG_VALUE: (CONSISTENCY, "domain consistency: values outside the list"),
    Reason.WRONG_CODE: (CONSISTENCY, "domain consistency: codes that break their scheme"),
    Reason.BROKEN_SHAPE: (CONSISTENCY, "domain consistency: rows that break a SHACL shape"),
    Reason.UNMAPPED_CLASS: (THEME, "classification correctness: kinds of rows that no mapping knows"),
    Reason.UNKNOWN_CLASS: (THEME, "classification correctness: classes that the ontology has not"),
    Reason.CLASS_CONFLICT: (THEME, "classification correctness: codes of things of another kind"),
    Reason.WRONG_GEOMETRY_TYPE: (CONSISTENCY, "conceptual consistency: kinds of geometry that the class has not"),
    Reason.NO_LONGER_FITS: (CONSISTENCY, "conceptual consistency: rows that no longer fit the ontology"),
    Reason.DAMAGED_GEOMETRY: (CONSISTENCY, "format consistency: geometries that can't be read"),
    Reason.INVALID_SOLID: (CONSISTENCY, "topological consistency: surfaces and solids that break ISO 19107"),
    Reason.INVALID_GEOMETRY: (CONSISTENCY, "topological consistency: outlines that cross or touch themselves"),
}
NOT_TAKEN: Final = "omission: rows that could not be taken"
REPAIRED: Final = "topological consistency: outlines that were taken repaired"
OVERLAPS: Final = "topological consistency: overlaps of parcels"
GAPS: Final = "topological consistency: slivers between parcels"
BALLPARK: Final = "absolute accuracy: geometries moved by an operation of unknown accuracy"
AREAS: Final = "quantitative attribute correctness: stated areas that are not those of the geometry"
ENDS: Final = "temporal consistency: records that end before they begin"
NO_TIME: Final = "temporal validity: records that do not say since when they hold"

IN_CHINESE: Final[Mapping[str, str]] = {
    "commission: rows with a key that another row has": "多余：标识码重复的行",
    "omission: rows without the geometry that they need": "遗漏：缺少必需几何的行",
    "omission: rows without a key": "遗漏：缺少标识码的行",
    "omission: rows without a value that they need": "遗漏：缺少必填值的行",
    "domain consistency: values of another datatype": "值域一致性：数据类型不符的值",
    "domain consistency: values outside the list": "值域一致性：超出取值列表的值",
    "domain consistency: codes that break their scheme": "值域一致性：不符合编码规则的代码",
    "domain consistency: rows that break a SHACL shape": "值域一致性：不符合 SHACL 约束的行",
    "classification correctness: kinds of rows that no mapping knows": "分类正确性：没有映射的行类型",
    "classification correctness: classes that the ontology has not": "分类正确性：本体中没有的类",
    "classification correctness: codes of things of another kind": "分类正确性：属于另一类对象的代码",
    "conceptual consistency: kinds of geometry that the class has not": "概念一致性：该类不允许的几何类型",
    "conceptual consistency: rows that no longer fit the ontology": "概念一致性：不再符合本体的行",
    "format consistency: geometries that can't be read": "格式一致性：无法读取的几何",
    "topological consistency: surfaces and solids that break ISO 19107": "拓扑一致性：不符合 ISO 19107 的面和体",
    "topological consistency: outlines that cross or touch themselves": "拓扑一致性：自相交或自接触的轮廓",
    NOT_TAKEN: "遗漏：未能入库的行",
    REPAIRED: "拓扑一致性：经修复后入库的轮廓",
    OVERLAPS: "拓扑一致性：宗地重叠",
    GAPS: "拓扑一致性：宗地之间的狭缝",
    BALLPARK: "绝对精度：坐标运算精度未知的几何",
    AREAS: "定量属性正确性：登记面积与图形面积不符",
    ENDS: "时间一致性：终止早于起始的记录",
    NO_TIME: "时间有效性：未说明起始时间的记录",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A count of rows that fail in one respect, of so many; `detail` says more where numbers do not."""

    element: str
    measure: str
    count: int
    of: int
    detail: str = ""

    @property
    def share(self) -> float:
        """The failing part, from 0 to 1; of faults between things it may be more."""
        return self.count / self.of if self.of else 0.0

    @property
    def measure_zh(self) -> str:
        """The name of the measure in Chinese."""
        return IN_CHINESE[self.measure]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is wrong, in longitude and latitude, what it is, and whose it is.

    `fault` is `quarantine` for a row that could not be taken, else `overlap` or `gap`.
    """

    longitude: float
    latitude: float
    reason: str
    key: str | None
    fault: str = "quarantine"


@dataclass(frozen=True, slots=True)
class Layer:
    """The last delivery of one scope of a source: a layer of a file, a tile, or all there is."""

    scope: str
    delivery: str
    time: str
    rows: int
    taken: int


@dataclass(frozen=True, slots=True)
class Conformance:
    """What is known of one data set: the last deliveries of its layers, the measures of them, and where it fails."""

    source: str
    title: str
    delivery: str
    """The name of the last one; `layers` has them all."""
    time: str
    rows: int
    taken: int
    still_open: int
    measures: tuple[Measure, ...]
    places: tuple[Place, ...]
    warnings: tuple[str, ...]
    layers: tuple[Layer, ...]
