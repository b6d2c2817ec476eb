// Which units are in the building, storey by storey?
MATCH (home:BuildingUnit)-[:PART_OF {current: true}]->(level)-[:PART_OF {current: true}]->
      (building:Building {buildingKey: '340123002004GB00031F0001'})
RETURN home.storeyNumber AS storey, home.unitCode AS unit, home.floorArea AS area, home.use AS use
ORDER BY storey, unit
