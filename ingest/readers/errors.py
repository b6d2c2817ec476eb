"""Why a file could not be read. Each message says what was given, what happened and what to do next."""


class ReaderError(ValueError):
    """A file that can't be read.

    >>> error = FileDamaged("town.json", "it ends within a string", "Get the file again", place="line 3, column 9")
    >>> print(error)
    town.json: it ends within a string (line 3, column 9). Get the file again.
    """

    def __init__(
        self,
        path: str,
        what: str,
        next_step: str,
        *,
        place: str | None = None,
        detail: str = "",
        layers: tuple[str, ...] = (),
    ) -> None:
        self.path = path
        self.what = what
        self.next_step = next_step
        self.place = place
        self.detail = detail  # for a log: what the parser itself wrote
        self.layers = layers  # those that there are, of an `UnknownLayer`
        where = f" ({place})" if place else ""
        super().__init__(f"{path}: {what}{where}. {next_step}.")

    def __reduce__(self) -> tuple[object, ...]:
        return (_remake, (type(self).__name__, self.to_fields()))

    def to_fields(self) -> dict[str, str | None]:
        """The arguments that make an equal error, for another process."""
        return {
            "path": self.path,
            "what": self.what,
            "next_step": self.next_step,
            "place": self.place,
            "detail": self.detail,
            "layers": "\n".join(self.layers),
        }


class FileMissing(ReaderError):
    """There is no file at the path, or it can't be opened."""


class UnknownFormat(ReaderError):
    """No reader takes the content, or no reader has the name asked for."""


class UnknownLayer(ReaderError):
    """The file has several layers and none was named, or has no layer of the name."""


class FileDamaged(ReaderError):
    """The content is not what its format asks."""


class ParserDied(ReaderError):
    """The process that parsed the file crashed."""


class ParserLimit(ReaderError):
    """The process that parsed the file took more memory or time than it may."""


_KINDS = {
    kind.__name__: kind for kind in (FileMissing, UnknownFormat, UnknownLayer, FileDamaged, ParserDied, ParserLimit)
}


def error_from_fields(kind: str, fields: dict[str, str | None]) -> ReaderError:
    """The error that another process described by its class name and `ReaderError.to_fields`.

    >>> str(error_from_fields("FileMissing", FileMissing("a.gml", "no such file", "Check the path").to_fields()))
    'a.gml: no such file. Check the path.'
    """
    return _KINDS.get(kind, ReaderError)(
        fields["path"] or "",
        fields["what"] or "",
        fields["next_step"] or "",
        place=fields["place"],
        detail=fields["detail"] or "",
        layers=tuple(filter(None, (fields["layers"] or "").split("\n"))),
    )


_remake = error_from_fields
