// Which components, units and rights are affected if a building is demolished?
// Rights and restrictions that lie on its parts now.
MATCH (part)-[:PART_OF*1..6]->(:Building {buildingKey: '340123002004GB00031F0001'})
OPTIONAL MATCH (lying {current: true})-[:ENCUMBERS|RIGHT_ON {current: true}]->(part)
WITH collect(DISTINCT CASE WHEN part:BuildingComponent OR part:BuildingUnit THEN part END)
     + collect(DISTINCT lying) AS things
UNWIND things AS thing
MATCH (thing)<-[:DESCRIBES]-(record:Record)
RETURN record.recordClass AS class, count(DISTINCT thing) AS things
ORDER BY class
