"""What the competency questions must answer on the registration county; written before the questions.

1 to 15 from section 3 of the project's competency questions, 16 to 20 from the files of the county
(`ingest/sample/registration`). What no view can answer alone stands in `LATER`.
"""

from tests.registration_answers import B1, P1, P2, P3, P4, U1, U2, U3, U4

Row = tuple[object, ...]
COMPOUND = "ScienceEducationCultureHealthCompound"
BY_CODE = f'{{"by":"code","scheme":"cn.zrzh","value":"{B1}"}}'

ANSWERS: dict[int, list[Row]] = {
    1: [("cn.bdcdyh", "retired", "Parcel", "B2024-17", P2), ("cn.bdcdyh", "retired", "Parcel", "B2024-17", P3)],
    2: [
        ("city", 2, None, "cn-building"),
        ("city", 3, "1.3", "cn-building-lod13"),
        ("component", 3, "3", "cn-building-lod3"),
    ],
    3: [(1, U1, 120, "教育"), (1, U2, 120, "教育"), (2, U3, 240, "教育"), (3, U4, 240, "教育")],
    4: [("2020-01-01", "示例县国土资源局"), ("2026-01-01", "示例县自然资源和规划局")],
    5: [
        (P1, "successor", P2, "2024-05-01", "B2024-17"),
        (P1, "successor", P3, "2024-05-01", "B2024-17"),
        (P3, "predecessor", P1, "2024-05-01", "B2024-17"),
    ],
    6: [("2025-03-01", "Mortgage"), ("2025-03-01", "Seizure"), ("2025-09-01", "Mortgage")],
    7: [(U1, 0), (U2, 1)],
    8: [
        (11, "Building", 1), (11, "BuildingUnit", 4), (11, "Parcel", 4), (11, COMPOUND, 1),
        (9, "Building", 1), (9, "BuildingUnit", 4), (9, "Parcel", 4), (9, COMPOUND, 1),
    ],
    9: [
        ("Building", B1), ("CadastralDistrict", "340123002"), ("CadastralSubdistrict", "340123002004"),
        ("County", "340123"), ("Parcel", P2), (COMPOUND, "示例中学"), ("Storey", None),
    ],
    10: [("BuildingUnit", 4), ("Door", 1), ("Mortgage", 1)],
    11: [(P2, "surface", None, None), (P4, "below", -12, -3)],
    12: [(P3,)],
    13: [("G1", -1.2)],
    14: [("示例中学", COMPOUND)],
    15: [
        ("cn-building", 2000, BY_CODE, 1),
        ("cn-building-lod13", None, '{"by":"first record"}', 1),
        ("cn-building-lod3", None, BY_CODE, 1),
    ],
    16: [
        ("cn-building", "EPSG:4548", 2000, 0),
        ("cn-building-lod13", "EPSG:4548", None, 0),
        ("cn-building-lod3", "EPSG:4548", None, 0),
    ],
    17: [("came", P2), ("came", P3), ("came", P4), ("ended", P1)],
    18: [("partOf", "C1"), ("standsOn", P2)],
    19: [
        ("Building", "city", "2024", 1), ("Building", "component", "2024", 1), ("BuildingUnit", "city", "2024", 4),
        ("Parcel", "city", "2015", 1), ("Parcel", "city", "2024", 3),
    ],
    20: [("partOf", "rule/building_in_compound"), ("standsOn", "rule/building_stands_on_parcel")],
}  # fmt: skip

# What waits for a service of later work, and why.
LATER = {
    1: "which schemes a text may be of is told by code detection, not by a view",
    8: "cells of other schemes than BeiDou, and the cells of an area, are made by the code schemes",
    17: "what changed between two deliveries is a question to the ledger's own time: both views show what is known now",
    20: "the property graph has relationships without their origin; explanations over several steps are reasoning",
}
