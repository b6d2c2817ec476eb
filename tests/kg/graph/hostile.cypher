SHOW SETTINGS
---
SHOW USERS
---
SHOW TRANSACTIONS
---
/* x */ SHOW // y
 SETTINGS YIELD name RETURN name
---
SHOW INDEXES
---
SHOW CONSTRAINTS
---
SHOW PROCEDURES
---
SHOW FUNCTIONS
---
SHOW DATABASES
---
SHOW DEFAULT DATABASE
---
SHOW CURRENT USER
---
SHOW ROLES
---
SHOW PRIVILEGES
---
SHOW SUPPORTED PRIVILEGES
---
SHOW ALIASES FOR DATABASE
---
SHOW SERVERS
---
TERMINATE TRANSACTIONS 'neo4j-transaction-1'
---
SHOW TRANSACTIONS YIELD transactionId AS t TERMINATE TRANSACTIONS t YIELD message RETURN message
---
CALL dbms.listConfig()
---
CALL dbms.components()
---
CALL dbms.listConnections()
---
CALL db.createLabel('x')
---
CALL db.clearQueryCaches()
---
CALL db.stats.collect('QUERIES')
---
CALL db.ping()
---
CALL db.info()
---
LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l
---
LOAD CSV FROM 'http://127.0.0.1:1/' AS l RETURN l
---
MATCH (n) CALL (n) { SET n.x=1 } IN TRANSACTIONS RETURN 1
---
MATCH (n) CALL (n) { RETURN 1 AS x } IN TRANSACTIONS RETURN x
---
EXPLAIN MATCH (n) RETURN n
---
PROFILE MATCH (n) RETURN n
---
PROFILE CREATE (n) RETURN n
---
CYPHER runtime=slotted PROFILE MATCH (n) RETURN n
---
CREATE (n)
---
MATCH (n) SET n.x=1
---
MATCH (n) DETACH DELETE n
---
FOREACH (x IN [1]| CREATE (n))
---
CREATE INDEX FOR (n:X) ON (n.y)
---
DROP CONSTRAINT c
---
CREATE USER x SET PASSWORD 'yyyyyyyyyy'
---
ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'b'
---
CREATE DATABASE foo
---
STOP DATABASE neo4j
---
DROP DATABASE neo4j
---
GRANT ROLE a TO b
---
RETURN 1 UNION CALL dbms.listConfig() YIELD name RETURN 1
---
CALL { CALL dbms.listConfig() YIELD name RETURN name } RETURN name
---
RETURN EXISTS { CALL dbms.listConfig() YIELD name RETURN name } AS x
---
RETURN COUNT { LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l } AS x
---
RETURN COLLECT { CALL dbms.listConfig() YIELD value RETURN value } AS x
---
MATCH (n) WHERE EXISTS { LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l } RETURN n
---
ALTER DATABASE neo4j SET ACCESS READ ONLY
---
SHOW DATABASES YIELD name RETURN name
---
ENABLE SERVER 'x'
---
DRYRUN REALLOCATE DATABASES
---
RETURN [x IN [1,2] WHERE EXISTS { LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l } | x] AS y
---
RETURN reduce(a=0, x IN [1,2] | a + COUNT { LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l }) AS y
---
RETURN [x IN [1,2] | COLLECT { CALL db.stats.collect('QUERIES') YIELD section RETURN section }] AS y
---
RETURN [x IN [1,2] | COLLECT { CALL dbms.listConfig() YIELD name RETURN name }] AS y
---
MATCH (n) RETURN n ORDER BY COUNT { LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l }
---
MATCH (n) RETURN [(n)--(m) WHERE EXISTS { LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l } | m] AS y
---
MATCH (n) RETURN all(x IN [1] WHERE EXISTS { LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l }) AS y
---
CYPHER runtime=interpreted RETURN [x IN [1,2] | COLLECT { CALL db.info() YIELD name RETURN name }] AS y
---
MATCH p=(a)-[r* {x: COUNT { CALL db.info() YIELD name RETURN name }}]->(b) RETURN p
---
MATCH p=(a) ((x)-[r WHERE r.v = COUNT { CALL db.info() YIELD name RETURN name }]->(y))+ (b) RETURN p
---
MATCH p=shortestPath((a)-[*]-(b)) WHERE all(x IN nodes(p) WHERE x.v = COUNT { CALL db.info() YIELD name RETURN name }) RETURN p
---
MATCH p = ANY SHORTEST (a)-[r]->+(b WHERE b.k = COUNT { CALL db.info() YIELD name RETURN name }) RETURN p
---
MATCH p = ANY SHORTEST (a)((c)-[r]->(d) WHERE all(q IN [1] WHERE COUNT { CALL db.info() YIELD name RETURN name }=q))+(b) RETURN p
---
MATCH (n:Resource {iri: COLLECT { CALL db.info() YIELD name RETURN name }[0]}) RETURN n
---
MATCH (n:Resource) WHERE n.iri = [x IN [1] | COLLECT { CALL db.info() YIELD name RETURN name }][0][0] RETURN n
---
MATCH (n:Resource) WHERE n.iri IN [x IN [1] | COLLECT { CALL db.info() YIELD name RETURN name }][0] RETURN n
---
MATCH (n:Resource) WHERE n.iri > [x IN [1] | COLLECT { CALL db.info() YIELD name RETURN name }][0][0] RETURN n
---
MATCH (n:Resource) RETURN n.iri, collect([x IN [1] | COLLECT { CALL db.info() YIELD name RETURN name }]) AS c
---
MATCH (n:Resource) RETURN n{.iri, y:[x IN [1] | COLLECT { CALL db.info() YIELD name RETURN name }]} AS c
---
UNWIND [x IN [1] | COLLECT { CALL db.info() YIELD name RETURN name }] AS z RETURN z
---
MATCH (n:Resource) RETURN n ORDER BY [x IN [1] | COLLECT { CALL db.info() YIELD name RETURN name }] LIMIT 3
---
MATCH (n) WHERE elementId(n) = [x IN [1] | COLLECT { CALL db.info() YIELD name RETURN name }][0][0] RETURN n
---
MATCH (n) WHERE id(n) = [x IN [1] | COLLECT { CALL db.info() YIELD name RETURN name }][0][0] RETURN n
---
MATCH (n:$([x IN [1] | COLLECT { CALL db.info() YIELD name RETURN name }][0][0])) RETURN n
---
CALL db.index.fulltext.queryNodes([x IN [1] | COLLECT { CALL db.info() YIELD name RETURN name }][0][0],'x') YIELD node RETURN node
---
MATCH (a:Resource) MATCH (b:Resource) WHERE a.v = [x IN [1] | COLLECT { CALL db.info() YIELD name RETURN name }][0][0]+b.v RETURN a
---
MATCH (a)-[r]->(b) RETURN [(a)-[q]->(c) WHERE q.z = [x IN [1] | COLLECT { CALL db.info() YIELD name RETURN name }][0][0] | c] AS x
---
MATCH (a) CALL (a) { RETURN [x IN [1] | COLLECT { CALL db.info() YIELD name RETURN name }] AS y } RETURN y
---
MATCH (a) WHERE point.withinBBox(a.p, point({x:1,y:size([x IN [1] | COLLECT { CALL db.info() YIELD name RETURN name }])}), point({x:2,y:2})) RETURN a
---
MATCH (a) RETURN CASE a.x WHEN [x IN [1] | COLLECT { CALL db.info() YIELD name RETURN name }] THEN 1 ELSE 2 END AS y
---
MATCH (a) RETURN DISTINCT [x IN [1] | COLLECT { CALL db.info() YIELD name RETURN name }] AS y
---
MATCH (a) RETURN percentileCont(a.x, size([x IN [1] | COLLECT { CALL db.info() YIELD name RETURN name }])) AS y
---
CALL `db`.`info`() YIELD name RETURN name
---
CALL db . info() YIELD name RETURN name
---
RETURN reduce(a=0, x IN [1] | a + COUNT { \u004COAD CSV FROM 'file:///etc/passwd' AS l RETURN l }) AS y
---
RETURN reduce(a=0, x IN [1] | a + COUNT { CALL db.\u0069nfo() YIELD name RETURN name }) AS y
