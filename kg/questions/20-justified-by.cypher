// By which rule do relations of a building follow?
// In the property graph a relationship is there or not; which rule made it is asked of the RDF view. Its Cypher file
// tells which of the relations are there.
MATCH (:Building {buildingKey: '340123002004GB00031F0001'})-[lies:STANDS_ON|PART_OF {current: true}]->()
WITH DISTINCT type(lies) AS made
RETURN CASE made WHEN 'STANDS_ON' THEN 'standsOn' ELSE 'partOf' END AS predicate
ORDER BY predicate
