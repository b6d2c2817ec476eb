// Which representations exist of this building, and at which scale?
// The first row of each scale and dimension is the one to take: highest level of detail.
WITH '340123002004GB00031F0001' AS code
MATCH (thing:Building {buildingKey: code})<-[:DESCRIBES]-(record:Record)-[:FROM_SOURCE]->(source:Source)
RETURN record.scaleLevel AS scale, record.dimension AS dimension, record.lod AS lod, source.sourceId AS source
ORDER BY scale, dimension, lod DESC
