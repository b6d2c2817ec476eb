// From this door: which building, compound, parcel, sub-district, district, county?
MATCH (:Record {recordKey: '340123002004GB00031F0001-D1'})-[:DESCRIBES]->(door)
MATCH (door)-[:PART_OF|STANDS_ON|LOCATED_IN*1..8]->(above)<-[:DESCRIBES]-(record:Record)
WITH DISTINCT record.recordClass AS class,
     coalesce(above.buildingKey, above.parcelCode, above.subdistrictCode, above.districtCode, above.countyCode,
              above.name) AS name
RETURN class, name
ORDER BY class
