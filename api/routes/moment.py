"""The two query members that ask about another moment."""

from typing import Annotated

from fastapi import Query

At = Annotated[str | None, Query(description="As the world was on this date, YYYY-MM-DD; else today.")]
AsOf = Annotated[
    str | None, Query(description="As it was known then: the number of a changeset, a date or a time in UTC; else now.")
]
