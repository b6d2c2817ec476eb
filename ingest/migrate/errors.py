"""What can keep an edit of the ontology from being planned or made."""


class EditRefused(ValueError):
    """The edit can't be made as asked; nothing was changed. The message says why and what to do."""


class OntologyMoved(EditRefused):
    """Another version came into force since the edit was looked at."""


class SumsDisagree(EditRefused):
    """Records would be lost or made up by the edit: a mistake of ours, and never committed."""
