// How many things of each class are there, by scale and the year from which they are?
// Of the registration office: sources that begin with cn-.
MATCH (source:Source)<-[:FROM_SOURCE]-(record:Record)-[:DESCRIBES]->(thing)
WHERE source.sourceId STARTS WITH 'cn-' AND record.scaleLevel IS NOT NULL AND thing.validFrom IS NOT NULL
RETURN record.recordClass AS class, record.scaleLevel AS scale, left(thing.validFrom, 4) AS year,
       count(DISTINCT thing) AS things
ORDER BY class, scale, year
