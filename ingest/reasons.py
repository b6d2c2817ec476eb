"""Why a row is put into quarantine, and what helps; one table for the whole pipeline."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a row could not be taken."""

    MISSING_KEY = "missing_key"
    DUPLICATE_KEY = "duplicate_key"
    WRONG_CODE = "wrong_code"
    WRONG_DATATYPE = "wrong_datatype"
    WRONG_VALUE = "wrong_value"
    MISSING_VALUE = "missing_value"
    UNMAPPED_CLASS = "unmapped_class"
    UNKNOWN_CLASS = "unknown_class"
    BROKEN_SHAPE = "broken_shape"
    NULL_GEOMETRY = "null_geometry"
    EMPTY_GEOMETRY = "empty_geometry"
    INVALID_GEOMETRY = "invalid_geometry"
    INVALID_SOLID = "invalid_solid"
    WRONG_GEOMETRY_TYPE = "wrong_geometry_type"
    DAMAGED_GEOMETRY = "damaged_geometry"
    CLASS_CONFLICT = "class_conflict"
    NO_LONGER_FITS = "no_longer_fits"


HINTS: dict[Reason, str] = {
    Reason.MISSING_KEY: "Give the row a key in the column that the mapping's `s` names",
    Reason.DUPLICATE_KEY: "Two rows with this key say different things: keep the right one and deliver again",
    Reason.WRONG_CODE: "Correct the code, or map the column to a property of another code scheme",
    Reason.WRONG_DATATYPE: "Correct the value, or map the column to a property of another datatype",
    Reason.WRONG_VALUE: "Use one of the values that the ontology allows",
    Reason.MISSING_VALUE: "Fill in the value that the ontology demands",
    Reason.UNMAPPED_CLASS: "Add a mapping for rows of this kind",
    Reason.UNKNOWN_CLASS: "Declare the class in the workspace's ontology and run `res3d ontology apply`",
    Reason.BROKEN_SHAPE: "Correct the value, or have the shape of that name demand less",
    Reason.NULL_GEOMETRY: "Give the row a geometry, or set `geometry: optional` in the mapping",
    Reason.EMPTY_GEOMETRY: "Give the row a geometry, or set `geometry: optional` in the mapping",
    Reason.INVALID_GEOMETRY: "Repair the geometry at the place that the detail names; where it offers that, "
    "`res3d quarantine retry --repair` takes it repaired",
    Reason.INVALID_SOLID: "Repair the surface or solid as the codes of docs/solid-checks.md say, or check with `warn`",
    Reason.WRONG_GEOMETRY_TYPE: "Deliver the kind of geometry that the class has in the ontology",
    Reason.DAMAGED_GEOMETRY: "Repair the geometry in the source file",
    Reason.CLASS_CONFLICT: "The code belongs to a thing of another kind: correct the code or the class",
    Reason.NO_LONGER_FITS: "Deliver it corrected, or bring the ontology back with `res3d ontology undo`",
}
