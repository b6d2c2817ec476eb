// How many buildings of each status has Delft, how many of them in 2D and 3D, and when was the oldest built?
MATCH (building:Building)
WHERE building.bagId IS NOT NULL AND building.status IS NOT NULL AND building.yearOfConstruction IS NOT NULL
OPTIONAL MATCH (:Record {dimension: 2})-[:DESCRIBES]->(building)<-[:DESCRIBES]-(solid:Record {dimension: 3})
RETURN building.status AS status, count(DISTINCT building) AS buildings,
       count(DISTINCT CASE WHEN solid IS NOT NULL THEN building END) AS in_2d_and_3d,
       min(building.yearOfConstruction) AS oldest
ORDER BY status
