// Which parcels share a boundary with this one?
// Lengths are in the evidence of the relation statement (SPARQL); the property graph has the relation.
MATCH (:Parcel {parcelCode: '340123002004GB00031'})-[:ADJACENT_TO {current: true}]->(neighbour:Parcel)
RETURN DISTINCT neighbour.parcelCode AS code
ORDER BY code
