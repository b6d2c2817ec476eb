// Which parcels lie above or below each other here?
// With the height interval, where one is known.
MATCH (here:Parcel {parcelCode: '340123002004GB00031'})
OPTIONAL MATCH (here)-[:BELOW_OF]-(other:Parcel)
WITH here, collect(DISTINCT other) AS others
UNWIND others + [here] AS parcel
RETURN parcel.parcelCode AS code, parcel.stratum AS stratum, parcel.lowestHeight AS lowest, parcel.highestHeight AS highest
ORDER BY code
