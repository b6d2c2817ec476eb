"""What can go wrong between us and the property graph; every message says what to do next."""


class GraphError(RuntimeError):
    """Something about the property graph failed."""


class GraphUnavailable(GraphError):
    """No Neo4j answers where one should."""


class WrongPassword(GraphError):
    """Neo4j answers, but not to this user and password."""


class PortTaken(GraphError):
    """Another program listens on the port that Neo4j was told to use."""


class NoJava(GraphError):
    """No Java of a version that Neo4j runs on."""


class JarMismatch(GraphError):
    """A downloaded jar is not the one of the lock file."""


class DownloadCut(GraphError):
    """A jar could not be downloaded whole."""


class ImportFailed(GraphError):
    """The offline bulk import did not take the data."""


class Busy(GraphError):
    """Another process holds a lock of ours for longer than we wait."""


class BadFacts(ValueError):
    """Frames that contradict themselves or the ontology, such as an edge to a node that is not there."""


class QueryError(ValueError):
    """A Cypher statement that the read-only gateway does not answer."""


class QueryRefused(QueryError):
    """A statement that writes, administers, or reaches files or the network."""


class QueryInvalid(QueryError):
    """A statement that Neo4j does not understand, or whose evaluation fails."""


class QueryTooLong(QueryError):
    """A statement that was not done at its time limit.

    `still_running` tells that Neo4j did not stop it either (a loop inside one expression cannot be interrupted):
    the server computes on until it is restarted.
    """

    def __init__(self, message: str, *, still_running: bool = False) -> None:
        super().__init__(message)
        self.still_running = still_running


class QueryTooLarge(QueryError):
    """A statement that needs more memory than one query may have."""
