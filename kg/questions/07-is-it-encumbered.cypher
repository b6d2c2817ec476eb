// Is a unit encumbered now?
// Of two units: one that is, and one that is not.
UNWIND ['340123002004GB00031F00010001', '340123002004GB00031F00010002'] AS code
MATCH (home:BuildingUnit {unitCode: code})
OPTIONAL MATCH (restriction:Restriction {current: true})-[:ENCUMBERS {current: true}]->(home)
RETURN code, count(DISTINCT restriction) AS restrictions
ORDER BY code
