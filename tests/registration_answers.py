"""The invented registration county (`ingest/sample/registration`) and what is true of it.

From section 3 of the project's competency questions; short names as there. Things are named here, so that any test of
any layer - ledger, views, service - can ask for them by code and compare with the same expected answers.
"""

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "ingest" / "sample" / "registration"

# In the order of a first delivery; any other order gives the same relations.
FILES = (
    "counties.geojson", "districts.geojson", "subdistricts.geojson", "parcels.geojson", "compounds.geojson",
    "buildings.geojson", "building_lod13.city.json", "building_lod3.city.json", "storeys.csv", "units.csv",
    "mortgages.csv", "seizures.csv", "pipelines.geojson", "offices.csv", "successions.csv",
)  # fmt: skip

COUNTY, DISTRICT, SUB_DISTRICT = "340123", "340123002", "340123002004"
P1, P2, P3, P4 = "340123002004GB00011", "340123002004GB00031", "340123002004GB00032", "340123002004GX00020"
B1 = "340123002004GB00031F0001"
U1, U2, U3, U4 = (f"{B1}000{number}" for number in range(1, 5))
BAD_UNIT = "340123002004GB00031F0001000"  # 27 characters

# (source, key) of every record -> the short name of the thing that it describes.
RECORDS = {
    ("cn-county", COUNTY): "county",
    ("cn-district", DISTRICT): "district",
    ("cn-subdistrict", SUB_DISTRICT): "sub-district",
    ("cn-parcel", P1): "P1",
    ("cn-parcel", P2): "P2",
    ("cn-parcel", P3): "P3",
    ("cn-parcel", P4): "P4",
    ("cn-compound", "C1"): "C1",
    ("cn-building", B1): "B1",
    ("cn-building-lod13", B1): "B1",
    ("cn-building-lod3", B1): "B1",
    ("cn-building-lod3", f"{B1}-D1"): "D1",
    ("cn-storey", f"{B1}-1"): "storey 1",
    ("cn-storey", f"{B1}-2"): "storey 2",
    ("cn-storey", f"{B1}-3"): "storey 3",
    ("cn-unit", U1): "U1",
    ("cn-unit", U2): "U2",
    ("cn-unit", U3): "U3",
    ("cn-unit", U4): "U4",
    ("cn-mortgage", f"B2024-58-{U2}"): "mortgage",
    ("cn-seizure", f"B2025-09-{U2}"): "seizure",
    ("cn-pipeline", "G1"): "G1",
    ("cn-office", "O1"): "O1",
    ("cn-office", "O2"): "O2",
    ("cn-succession", "B2024-17"): "split",
}

CLASSES = {
    "county": "County", "district": "CadastralDistrict", "sub-district": "CadastralSubdistrict",
    "P1": "Parcel", "P2": "Parcel", "P3": "Parcel", "P4": "Parcel",
    "C1": "ScienceEducationCultureHealthCompound", "B1": "Building", "D1": "Door",
    "storey 1": "Storey", "storey 2": "Storey", "storey 3": "Storey",
    "U1": "BuildingUnit", "U2": "BuildingUnit", "U3": "BuildingUnit", "U4": "BuildingUnit",
    "mortgage": "Mortgage", "seizure": "Seizure", "G1": "GasPipeline",
    "O1": "RegistrationOffice", "O2": "RegistrationOffice", "split": "SuccessionEvent",
}  # fmt: skip

# name -> (first day, day from which it is no longer so) where that is known; all other things have no dates.
PERIODS = {
    "P1": ("2015-06-01", "2024-05-01"), "P2": ("2024-05-01", None), "P3": ("2024-05-01", None),
    "P4": ("2024-05-01", None), "U1": ("2024-05-20", None), "U2": ("2024-05-20", None), "U3": ("2024-05-20", None),
    "U4": ("2024-05-20", None), "mortgage": ("2024-06-01", "2034-05-31"), "seizure": ("2025-02-01", "2025-08-01"),
    "O1": ("2015-03-01", "2024-01-01"), "O2": ("2024-01-01", None), "B1": ("2024-05-10", None),
}  # fmt: skip
RETIRED = {"P1", "seizure", "O1"}

# (scheme, code, name, state)
CODES = {
    ("cn.xzq", COUNTY, "county", "current"),
    ("cn.djq", DISTRICT, "district", "current"),
    ("cn.djzq", SUB_DISTRICT, "sub-district", "current"),
    ("cn.bdcdyh", P1, "P1", "retired"),
    ("cn.bdcdyh", P2, "P2", "current"),
    ("cn.bdcdyh", P3, "P3", "current"),
    ("cn.bdcdyh", P4, "P4", "current"),
    ("cn.zrzh", B1, "B1", "current"),
    ("cn.bdcdyh", U1, "U1", "current"),
    ("cn.bdcdyh", U2, "U2", "current"),
    ("cn.bdcdyh", U3, "U3", "current"),
    ("cn.bdcdyh", U4, "U4", "current"),
}

# Relations that the files state, and those that follow from position.
STATED = {
    ("district", "locatedIn", "county"), ("sub-district", "locatedIn", "district"),
    ("P1", "locatedIn", "sub-district"), ("P2", "locatedIn", "sub-district"),
    ("P3", "locatedIn", "sub-district"), ("P4", "locatedIn", "sub-district"),
    ("storey 1", "partOf", "B1"), ("storey 2", "partOf", "B1"), ("storey 3", "partOf", "B1"),
    ("D1", "partOf", "storey 1"), ("U1", "partOf", "storey 1"), ("U2", "partOf", "storey 1"),
    ("U3", "partOf", "storey 2"), ("U4", "partOf", "storey 3"),
    ("mortgage", "encumbers", "U2"), ("seizure", "encumbers", "U2"),
    ("O1", "administers", "county"), ("O2", "administers", "county"),
    ("split", "predecessor", "P1"), ("split", "successor", "P2"), ("split", "successor", "P3"),
}  # fmt: skip
BY_POSITION = {
    ("B1", "partOf", "C1"), ("B1", "standsOn", "P2"), ("C1", "standsOn", "P2"),
    ("P2", "adjacentTo", "P3"), ("P3", "adjacentTo", "P2"), ("P4", "belowOf", "P2"),
    ("G1", "passesUnder", "P2"), ("G1", "passesUnder", "P3"),
}  # fmt: skip

# (predecessor, successor, kind, date, business number)
SUCCESSION = {("P1", "P2", "split", "2024-05-01", "B2024-17"), ("P1", "P3", "split", "2024-05-01", "B2024-17")}
