"""Small IFC models as STEP text, for tests: a house of one wall with an opening and a door, and changes of it."""

from collections.abc import Mapping
from pathlib import Path

HEADER = (
    "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION(('ViewDefinition [CoordinationView]'),'2;1');\n"
    "FILE_NAME('house.ifc','2024-01-01T00:00:00',(''),(''),'','','');\nFILE_SCHEMA(('{schema}'));\nENDSEC;\nDATA;\n"
)
END = "ENDSEC;\nEND-ISO-10303-21;\n"

# A wall of 4 m x 0.2 m x 3 m in millimetres; an opening of 1 m x 2 m goes through it.
HOUSE: dict[int, str] = {
    1: "IFCPROJECT('0project00000000000001',$,'House',$,$,$,$,(#5),#10)",
    2: "IFCAXIS2PLACEMENT3D(#3,$,$)",
    3: "IFCCARTESIANPOINT((0.,0.,0.))",
    4: "IFCDIRECTION((0.,0.,1.))",
    5: "IFCGEOMETRICREPRESENTATIONCONTEXT($,'Model',3,1.E-5,#2,$)",
    10: "IFCUNITASSIGNMENT((#11,#12,#13,#14))",
    11: "IFCSIUNIT(*,.LENGTHUNIT.,.MILLI.,.METRE.)",
    12: "IFCSIUNIT(*,.AREAUNIT.,$,.SQUARE_METRE.)",
    13: "IFCSIUNIT(*,.VOLUMEUNIT.,$,.CUBIC_METRE.)",
    14: "IFCSIUNIT(*,.PLANEANGLEUNIT.,$,.RADIAN.)",
    20: "IFCSITE('0site00000000000000001',$,'Grounds',$,$,#21,$,$,.ELEMENT.,$,$,$,$,$)",
    21: "IFCLOCALPLACEMENT($,#2)",
    22: "IFCBUILDING('0building0000000000001',$,'Hut',$,$,#23,$,$,.ELEMENT.,$,$,#24)",
    23: "IFCLOCALPLACEMENT(#21,#2)",
    24: "IFCPOSTALADDRESS($,$,$,$,('1 Wood Lane'),$,'Ham',$,'12345',$)",
    25: "IFCBUILDINGSTOREY('0storey000000000000001',$,'Ground',$,$,#26,$,$,.ELEMENT.,500.)",
    26: "IFCLOCALPLACEMENT(#23,#2)",
    27: "IFCRELAGGREGATES('0relation0000000000001',$,$,$,#1,(#20))",
    28: "IFCRELAGGREGATES('0relation0000000000002',$,$,$,#20,(#22))",
    29: "IFCRELAGGREGATES('0relation0000000000003',$,$,$,#22,(#25))",
    40: "IFCWALL('0wall00000000000000001',$,'Wall',$,$,#41,#42,'W1',.SOLIDWALL.)",
    41: "IFCLOCALPLACEMENT(#26,#2)",
    42: "IFCPRODUCTDEFINITIONSHAPE($,$,(#43))",
    43: "IFCSHAPEREPRESENTATION(#5,'Body','SweptSolid',(#44))",
    44: "IFCEXTRUDEDAREASOLID(#45,$,#4,3000.)",
    45: "IFCRECTANGLEPROFILEDEF(.AREA.,$,#46,4000.,200.)",
    46: "IFCAXIS2PLACEMENT2D(#47,$)",
    47: "IFCCARTESIANPOINT((0.,0.))",
    50: "IFCOPENINGELEMENT('0opening00000000000001',$,'Hole',$,$,#51,#52,$,.OPENING.)",
    51: "IFCLOCALPLACEMENT(#41,#2)",
    52: "IFCPRODUCTDEFINITIONSHAPE($,$,(#53))",
    53: "IFCSHAPEREPRESENTATION(#5,'Body','SweptSolid',(#54))",
    54: "IFCEXTRUDEDAREASOLID(#55,$,#4,2000.)",
    55: "IFCRECTANGLEPROFILEDEF(.AREA.,$,#46,1000.,400.)",
    56: "IFCRELVOIDSELEMENT('0relation0000000000004',$,$,$,#40,#50)",
    60: "IFCDOOR('0door00000000000000001',$,'Door',$,$,#51,$,$,2000.,1000.,.DOOR.,$,$)",
    61: "IFCRELFILLSELEMENT('0relation0000000000005',$,$,$,#50,#60)",
    62: "IFCRELCONTAINEDINSPATIALSTRUCTURE('0relation0000000000006',$,$,$,(#40,#60),#25)",
    70: "IFCWALLTYPE('0walltype0000000000001',$,'Brick',$,$,(#71),$,$,$,.SOLIDWALL.)",
    71: "IFCPROPERTYSET('0set000000000000000001',$,'Pset_WallCommon',$,(#72,#73))",
    72: "IFCPROPERTYSINGLEVALUE('FireRating',$,IFCLABEL('F30'),$)",
    73: "IFCPROPERTYSINGLEVALUE('IsExternal',$,IFCBOOLEAN(.T.),$)",
    74: "IFCRELDEFINESBYTYPE('0relation0000000000007',$,$,$,(#40),#70)",
    75: "IFCPROPERTYSET('0set000000000000000002',$,'Pset_WallCommon',$,(#76,#77))",
    76: "IFCPROPERTYSINGLEVALUE('FireRating',$,IFCLABEL('F90'),$)",
    77: "IFCPROPERTYSINGLEVALUE('Gap',$,IFCPOSITIVELENGTHMEASURE(20.),$)",
    78: "IFCRELDEFINESBYPROPERTIES('0relation0000000000008',$,$,$,(#40),#75)",
    80: "IFCELEMENTQUANTITY('0set000000000000000003',$,'Qto_WallBaseQuantities',$,$,(#81,#82,#83))",
    81: "IFCQUANTITYLENGTH('Length',$,$,4000.,$)",
    82: "IFCQUANTITYVOLUME('NetVolume',$,$,2.,$)",
    83: "IFCQUANTITYAREA('GrossSideArea',$,#84,1200.,$)",
    84: "IFCSIUNIT(*,.AREAUNIT.,.DECI.,.SQUARE_METRE.)",
    85: "IFCRELDEFINESBYPROPERTIES('0relation0000000000009',$,$,$,(#40),#80)",
    90: "IFCMATERIAL('Brick',$,$)",
    91: "IFCMATERIALLAYER(#90,200.,$,$,$,$,$)",
    92: "IFCMATERIALLAYERSET((#91),$,$)",
    93: "IFCMATERIALLAYERSETUSAGE(#92,.AXIS2.,.POSITIVE.,-100.,$)",
    94: "IFCRELASSOCIATESMATERIAL('0relation0000000000010',$,$,$,(#40),#93)",
    95: "IFCCLASSIFICATION($,$,$,'Uniclass',$,$,$)",
    96: "IFCCLASSIFICATIONREFERENCE($,'EF_25_10','Walls',#95,$,$)",
    97: "IFCRELASSOCIATESCLASSIFICATION('0relation0000000000011',$,$,$,(#40),#96)",
    100: "IFCZONE('0zone00000000000000001',$,'Dry',$,$,$)",
    101: "IFCSYSTEM('0system000000000000001',$,'Shell',$,$)",
    102: "IFCRELASSIGNSTOGROUP('0relation0000000000012',$,$,$,(#40),$,#101)",
    103: "IFCRELASSIGNSTOGROUP('0relation0000000000013',$,$,$,(#40,#60),$,#100)",
}
THINGS = 10  # of HOUSE: project, site, building, storey, wall, opening, door, wall type, zone, system


def model_text(changes: Mapping[int, str | None] | None = None, schema: str = "IFC4") -> str:
    """The house with some entities changed, added or (None) left out."""
    entities = {**HOUSE, **(changes or {})}
    lines = "".join(f"#{key}={text};\n" for key, text in sorted(entities.items()) if text is not None)
    return HEADER.format(schema=schema) + lines + END


def write_model(path: Path, changes: Mapping[int, str | None] | None = None, schema: str = "IFC4") -> Path:
    """The same as a file."""
    path.write_text(model_text(changes, schema), encoding="ascii")
    return path
