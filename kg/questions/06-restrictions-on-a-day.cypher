// What restrictions lay on a unit on a day?
// Holders are personal data, which a workspace does not keep unless it says so.
UNWIND ['2025-03-01', '2025-09-01'] AS date
MATCH (:BuildingUnit {unitCode: '340123002004GB00031F00010002'})<-[lies:ENCUMBERS]-(restriction)<-[:DESCRIBES]-(record:Record)
WHERE lies.validFrom <= date AND (lies.validTo IS NULL OR date < lies.validTo)
RETURN date, record.recordClass AS class
ORDER BY date, class
