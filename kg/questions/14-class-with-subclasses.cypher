// Which entities of a class, subclasses included, are in a county at city level?
// Class 250000, found by its superclass; the class that the record names shows what was inferred.
MATCH (thing:Compound)-[:PART_OF|STANDS_ON|LOCATED_IN*1..8]->(:County {countyCode: '340123'})
MATCH (thing)<-[:DESCRIBES]-(record:Record {scaleLevel: 'city'})
RETURN DISTINCT thing.name AS name, record.recordClass AS stated
ORDER BY name
