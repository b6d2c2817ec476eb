"""The RDF view: facts as quads in a durable store, and SPARQL on them in processes that may be killed."""
