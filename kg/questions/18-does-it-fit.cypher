// Does a building lie inside its parcel and its compound?
// The relation is there when at least half of the footprint lies inside; the share is its evidence.
MATCH (:Building {buildingKey: '340123002004GB00031F0001'})-[lies:STANDS_ON|PART_OF {current: true}]->(in)<-[:DESCRIBES]-(record:Record)
RETURN CASE type(lies) WHEN 'STANDS_ON' THEN 'standsOn' ELSE 'partOf' END AS relation, record.recordKey AS other
ORDER BY relation, other
