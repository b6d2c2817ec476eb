MATCH (n) RETURN n
---
CALL db.labels() YIELD label RETURN label
---
call db.labels
---
USE neo4j MATCH (n) RETURN n
---
CYPHER runtime=slotted MATCH (n) RETURN n
---
CYPHER debug=ast MATCH (n) RETURN n
---
MATCH (n) RETURN n;
---
MATCH (n) WHERE n.name =~ '(a+)+b' RETURN n
---
MATCH p=(a)-[*]-(b) RETURN p
---
MATCH p=shortestPath((a)-[*]-(b)) RETURN p
---
MATCH (a)-->+(b) RETURN b
---
MATCH (n) RETURN `n`.`na\u006De`
---
RETURN [x IN [1,2] | COLLECT { CALL db.labels() YIELD label RETURN label }] AS y
---
RETURN CASE WHEN rand() > 0.5 THEN COLLECT { CALL db.labels() YIELD label RETURN label } END AS y
---
MATCH (h:House {name: $name})-[:STANDS_ON]->(p) RETURN h.name, p.iri LIMIT $count
---
MATCH (n:Resource {iri: 'https://data.example/entity/h1'}) RETURN properties(n)
---
MATCH (n:House|Plot) WITH n.name AS name, count(*) AS c ORDER BY c DESC, name SKIP 1 LIMIT 2 RETURN collect({name: name, count: c})
---
OPTIONAL MATCH (h:House) WHERE h.height IN [1.5, 12.5] OR EXISTS { (h)-[:NEXT_TO]->() } RETURN h UNION MATCH (h:Plot) RETURN h
---
MATCH (h:House) CALL (h) { MATCH (h)-->(x) RETURN count(x) AS c } RETURN h.name, c
---
MATCH p = ANY SHORTEST (a:House)-->*(b:Plot) RETURN p
---
MATCH (a:House), (b:House) WHERE a.name = b.name AND a <> b RETURN a
---
UNWIND $name AS x RETURN x, [i IN range(1, 3) WHERE i > 1 | i * 2], reduce(s = 0, i IN [1, 2] | s + i)
---
RETURN 'LOAD CSV FROM; CALL dbms.listConfig(); SHOW USERS; CREATE (n)' AS text // DELETE
---
MATCH (h:House) WHERE h.name STARTS WITH 'D' AND h.floors > 1 RETURN h.name ORDER BY h.name
---
MATCH ()-[r:STANDS_ON]->() RETURN count(r)
---
MATCH (n) WHERE elementId(n) = '4:x:0' RETURN n
---
CALL db.schema.visualization()
---
CALL db.schema.nodeTypeProperties()
