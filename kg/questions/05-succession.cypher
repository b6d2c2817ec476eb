// What became of a parcel, and from what did another one come?
// Over any number of events.
CALL {
  WITH '340123002004GB00011' AS asked
  MATCH (:Parcel {parcelCode: asked}) ((before)<-[:PREDECESSOR]-(event:SuccessionEvent)-[:SUCCESSOR]->(after))+ (other)
  RETURN asked, 'successor' AS direction, other, last(event) AS happened
UNION
  WITH '340123002004GB00032' AS asked
  MATCH (:Parcel {parcelCode: asked}) ((after)<-[:SUCCESSOR]-(event:SuccessionEvent)-[:PREDECESSOR]->(before))+ (other)
  RETURN asked, 'predecessor' AS direction, other, last(event) AS happened
}
RETURN asked, direction, other.parcelCode AS other, happened.eventDate AS date, happened.legalReference AS business
ORDER BY asked, other
