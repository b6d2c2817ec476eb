// What is behind this code?
// Which scheme a text may be of is answered by `res3d code detect`; here: what is registered under it.
WITH '340123002004GB00011' AS value
MATCH (code:Code {codeValue: value})<-[:HAS_CODE]-(thing:Entity)<-[:DESCRIBES]-(record:Record)
OPTIONAL MATCH (happened:SuccessionEvent)-[:PREDECESSOR]->(thing)
OPTIONAL MATCH (happened)-[:SUCCESSOR]->(later)
RETURN code.scheme AS scheme, code.codeState AS state, record.recordClass AS class,
       happened.legalReference AS event, later.parcelCode AS successor
ORDER BY successor
