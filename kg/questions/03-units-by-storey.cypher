// Which units are in the building, storey by storey?
WITH '340123002004GB00031F0001' AS code
MATCH (home:BuildingUnit)-[:PART_OF {current: true}]->(:Storey)-[:PART_OF {current: true}]->(:Building {buildingKey: code})
RETURN home.storeyNumber AS storey, home.unitCode AS unit, home.floorArea AS area, home.use AS use
ORDER BY storey, unit
