"""The gate before every request: host, origin, token, rate and size, in that order."""

from __future__ import annotations

import json
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fabstack.serve.access import Access, TooMany
from fabstack.serve.limits import Rate
from fabstack.serve.login import login_page
from fabstack.serve.problems import Problem

LARGEST_BODY = 4 * 2**20  # bytes
LARGEST_UPLOAD = 32 * 2**20
UPLOADS = "/api/programmes/"  # with PUT
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
COOKIE = "fabstack_session"
LOGIN = "/login"
SAFE = ("GET", "HEAD", "OPTIONS")

# 'unsafe-eval': Vue compiles templates in the browser; nothing comes from or goes to elsewhere.
POLICY = (
    "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; connect-src 'self' ws: wss:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
}


class Guard:
    """ASGI middleware; `access` is None where no token is needed, `hosts` where any will do."""

    def __init__(
        self, app: ASGIApp, *, access: Access | None, hosts: frozenset[str] | None, rate: Rate
    ) -> None:
        self.app = app
        self.access = access
        self.hosts = hosts
        self.rate = rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer in place of the application."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            self._refuse_strangers(scope, headers)
            if self.access is not None and not await self._is_known(self.access, headers):
                await self._ask_for_token(self.access, scope, headers, receive, send)
                return
            limit = _refuse_size(scope, headers)
        except Problem as problem:
            await _answer(problem, scope, send)
            return
        await self.app(scope, _bounded(receive, limit), _with_headers(send, scope["path"]))

    def _refuse_strangers(self, scope: Scope, headers: Headers) -> None:
        """Names that lead here by a trick (DNS rebinding), pages of others, and floods."""
        host = _hostname(headers.get("host", ""))
        if self.hosts is not None and host not in self.hosts:
            raise Problem(403, f"this server does not answer to the name '{host[:120]}'")
        origin = headers.get("origin")
        asks = scope["type"] == "websocket" or scope["method"] not in SAFE
        if asks and origin is not None and urlsplit(origin).netloc != headers.get("host"):
            raise Problem(403, "a page of another origin may not ask this of the server")
        if scope["path"].startswith("/api/") and not self.rate.lets(
            (scope.get("client") or ("",))[0]
        ):
            raise Problem(429, "too many requests of late; wait a second")

    async def _is_known(self, access: Access, headers: Headers) -> bool:
        if access.knows(_session(headers)):
            return True
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            return False
        return await _judged(access, token.strip())

    async def _ask_for_token(
        self, access: Access, scope: Scope, headers: Headers, receive: Receive, send: Send
    ) -> None:
        """The form for people, a problem for programs."""
        if scope["type"] == "websocket" or scope["path"].startswith("/api/"):
            raise Problem(401, "this server needs its token: Authorization: Bearer TOKEN")
        if scope["path"] != LOGIN:
            await _redirect(f"{LOGIN}?next={quote(_here(scope), safe='')}", send)
            return
        target = _local(parse_qs(scope["query_string"].decode("latin-1")).get("next", ["/"])[0])
        if scope["method"] != "POST":
            await _page(login_page(target), 200, send)
            return
        token = parse_qs((await _body(receive)).decode(errors="replace")).get("token", [""])[0]
        if not await _judged(access, token.strip()):
            await _page(login_page(target, "This is not the token."), 401, send)
            return
        cookie = f"{COOKIE}={access.open_session()}; HttpOnly; SameSite=Strict; Path=/"
        await _redirect(target, send, {"set-cookie": cookie})


async def _judged(access: Access, token: str) -> bool:
    try:
        return await run_in_threadpool(access.is_right, token)
    except TooMany:
        raise Problem(429, "too many wrong tokens of late; wait a minute") from None


def _hostname(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _session(headers: Headers) -> str:
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return cookie.value if cookie else ""


def _here(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return str(scope["path"]) + (f"?{query}" if query else "")


def _local(target: str) -> str:
    """The target if it is a path of this server."""
    is_local = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if is_local and target.isprintable() and "\\" not in target else "/"


# --- Size -----------------------------------------------------------------------------------------


def _refuse_size(scope: Scope, headers: Headers) -> int:
    """The largest body that is taken here."""
    is_upload = scope.get("method") == "PUT" and scope["path"].startswith(UPLOADS)
    limit = LARGEST_UPLOAD if is_upload else LARGEST_BODY
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise Problem(400, "Content-Length is no number")
    if int(length) > limit:
        raise Problem(413, f"a body of {int(length):,} bytes is too large; at most {limit:,}")
    return limit


def _bounded(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > limit:
                raise HTTPException(413, f"the body is too large; at most {limit:,} bytes")
        return message

    return bounded


async def _body(receive: Receive) -> bytes:
    """A small body, as that of a form."""
    pieces, more, size = [], True, 0
    while more and size < 10_000:
        message = await receive()
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        more = message.get("more_body", False)
    return b"".join(pieces)


# --- Answers --------------------------------------------------------------------------------------


def _with_headers(send: Send, path: str) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("content-security-policy", POLICY)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if path.startswith("/api/"):
                headers.setdefault("cache-control", "no-store")
        await send(message)

    return sent


async def _answer(problem: Problem, scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": problem.detail[:100]})
        return
    body = json.dumps(problem.document()).encode()
    extra = {"www-authenticate": "Bearer"} if problem.status == 401 else {}
    extra |= {"retry-after": "1"} if problem.status == 429 else {}
    await _send(body, int(problem.status), "application/problem+json", send, extra)


async def _page(html: str, status: int, send: Send) -> None:
    await _send(html.encode(), status, "text/html; charset=utf-8", send, {})


async def _redirect(target: str, send: Send, extra: dict[str, str] | None = None) -> None:
    await _send(b"", 303, "text/plain", send, {"location": target, **(extra or {})})


async def _send(body: bytes, status: int, kind: str, send: Send, extra: dict[str, str]) -> None:
    given = {"content-type": kind, "content-length": str(len(body)), "cache-control": "no-store"}
    raw = [(name.encode(), value.encode()) for name, value in {**given, **extra}.items()]
    sent = _with_headers(send, "")
    await sent({"type": "http.response.start", "status": status, "headers": raw})
    await sent({"type": "http.response.body", "body": body})
