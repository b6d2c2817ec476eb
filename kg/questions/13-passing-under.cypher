// Which pipelines or tunnels pass under this parcel, and how deep?
MATCH (work)-[:PASSES_UNDER {current: true}]->(:Parcel {parcelCode: '340123002004GB00031'})
MATCH (work)<-[:DESCRIBES]-(record:Record)
RETURN record.recordKey AS key, work.lowestHeight AS lowest
ORDER BY key
