// Which entities have their centre in the grid cell of a building, and in the cell above it?
// A cell holds all cells whose codes begin with its own; those of level 5 have 11 characters, of level 4 have 9.
// Entities without a geometry of their own are in the cell of what they are part of.
MATCH (building:Building {buildingKey: '340123002004GB00031F0001'})
UNWIND [11, 9] AS length
WITH length, left(building.gridCell, length) AS cell
MATCH (placed:Entity)
WHERE placed.gridCell STARTS WITH cell
MATCH (thing:Entity)-[:PART_OF*0..6]->(placed)
MATCH (thing)<-[:DESCRIBES]-(record:Record)
WHERE record.recordClass IN ['Building', 'BuildingUnit', 'Parcel', 'ScienceEducationCultureHealthCompound']
RETURN length, record.recordClass AS class, count(DISTINCT thing) AS things
ORDER BY length DESC, class
