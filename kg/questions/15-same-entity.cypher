// Which records were taken for one thing, why, and how sure is that?
MATCH (:Building {buildingKey: '340123002004GB00031F0001'})<-[:DESCRIBES]-(record:Record)-[:FROM_SOURCE]->(source:Source)
UNWIND record.matchEvidence AS evidence
RETURN source.sourceId AS source, source.epoch AS epoch, evidence, record.matchConfidence AS confidence
ORDER BY source
