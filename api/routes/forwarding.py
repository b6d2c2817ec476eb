"""Addresses to which others lead, with the query of the request kept."""

from urllib.parse import urlencode

from fastapi import Request


def with_query(request: Request, path: str, *, without: tuple[str, ...] = ()) -> str:
    """A path of this service with the request's own query members but some."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in without]
    return f"{path}?{urlencode(kept)}" if kept else path
