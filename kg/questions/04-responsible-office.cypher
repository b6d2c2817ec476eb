// Which registration office is responsible for this code on a day?
// The office is found by the first six characters of the code: the county.
UNWIND [['340123002004GB00031F00010002', '2026-01-01'], ['340123002004GB00031F00010002', '2020-01-01']] AS asked
WITH asked[0] AS code, asked[1] AS date
MATCH (county:County)<-[administers:ADMINISTERS]-(office:RegistrationOffice)
WHERE code STARTS WITH county.countyCode AND administers.validFrom <= date
  AND (administers.validTo IS NULL OR date < administers.validTo)
RETURN date, office.name AS office
ORDER BY date
