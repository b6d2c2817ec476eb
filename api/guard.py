"""What holds for every request: whom it is addressed to, how large it may be, and the headers of every answer."""

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import Kind, Problem

SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """Refuses requests to other host names and bodies that are too large; adds the security headers.

    Without the check of the host name a web page could read a service on loopback by pointing its own name there.
    """

    def __init__(
        self, app: ASGIApp, host_names: tuple[str, ...], body_bytes: int, larger: Mapping[str, int] | None = None
    ) -> None:
        self._app = app
        self._host_names = frozenset(host_names)
        self._body_bytes = body_bytes
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        limit = self._larger.get(scope["path"], self._body_bytes)
        refusal = self._refusal(headers, limit)
        if refusal:
            answer = Problem(*refusal, instance=scope["path"]).response()
            await answer(scope, receive, send_guarded)
            return
        await self._app(scope, self._counted(receive, limit), send_guarded)

    def _refusal(self, headers: Headers, limit: int) -> tuple[Kind, str] | None:
        name = _host_name(headers.get("host", ""))
        if self._host_names and name not in self._host_names:
            known = ", ".join(sorted(self._host_names))
            return Kind(421, "misdirected", "The request is for another host"), (
                f"This service answers to {known}, not to {name!r}. RES3D_HTTP_NAMES sets the names."
            )
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > limit:
            return Kind(413, "too-large", "The body is too large"), _too_large(limit)
        return None

    def _counted(self, receive: Receive, limit: int) -> Receive:
        left = limit

        async def receive_counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, _too_large(limit))
            return message

        return receive_counted


def _too_large(limit: int) -> str:
    return f"A body may have {limit:,} bytes here. Send less at a time, or set RES3D_HTTP_BODY_BYTES or _TABLE_BYTES."


def _host_name(host: str) -> str:
    """The name in a Host header, without its port.

    >>> _host_name("localhost:8080"), _host_name("[::1]:8080")
    ('localhost', '::1')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
