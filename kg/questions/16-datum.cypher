// In which datum and epoch was a geometry delivered, and by which operation did it get here?
MATCH (:Building {buildingKey: '340123002004GB00031F0001'})<-[:DESCRIBES]-(record:Record)-[:FROM_SOURCE]->(source:Source)
WHERE record.coordinateOperation <> 'none'
RETURN source.sourceId AS source, record.originalCrs AS delivered, source.epoch AS epoch,
       record.operationAccuracy AS accuracy
ORDER BY source
