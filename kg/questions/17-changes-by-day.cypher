// Which entities came and which ended on a day?
// Changes of the world by valid time. What changed between two deliveries, in the ledger's own time, is a question to
// the history service: both views show what is known now.
WITH '2024-05-01' AS day
MATCH (thing:Parcel)
WHERE thing.validFrom = day OR thing.validTo = day
RETURN CASE WHEN thing.validTo = day THEN 'ended' ELSE 'came' END AS change, thing.parcelCode AS code
ORDER BY change, code
