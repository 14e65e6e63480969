"""The start-up: sockets, token, application, and what is said to whoever started it."""

from __future__ import annotations

import ipaddress
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from fabstack.errors import OutputError
from fabstack.serve.access import Access, token_of
from fabstack.serve.api.application import application
from fabstack.serve.context import Context, private, sole
from fabstack.serve.guard import LOCAL, Guard
from fabstack.serve.limits import Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a user may ask of a server."""

    runs: Path
    programmes: Path
    host: str = "127.0.0.1"
    port: int = 8080
    token_file: Path | None = None
    workers: int = 1
    cluster: str | None = None  # address of a Dask scheduler


def serve(options: Options) -> None:
    """Serve until stopped.

    Raises:
        InputError: the file of the token holds something else.
        OutputError: the port is taken, or another server works on these runs.
    """
    lock = sole(options.runs)
    access = _access(options)
    with _bound(options.host, options.port) as listener:
        context = Context(options.runs, options.programmes, options.workers, options.cluster)
        app = guarded(context, access, options.host)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,  # addresses may carry what is private
            timeout_graceful_shutdown=3,
            ws_max_size=4 * 2**20,
        )
        _say_where(options.host, listener.getsockname()[1], access)
        if options.cluster:
            _say(f"runs and studies go to the cluster at {options.cluster} unless told otherwise")
        uvicorn.Server(config).run(sockets=[listener])
    lock.close()


def guarded(context: Context, access: Access | None, host: str = "127.0.0.1") -> Guard:
    """The whole application behind its gate."""
    from fabstack.serve.pages import add_pages

    app = application(context)
    add_pages(app, context)
    return Guard(app, access=access, hosts=hosts_of(host), rate=Rate())


def hosts_of(host: str) -> frozenset[str] | None:
    """The names that requests may call the server by; None: any, as the token protects it."""
    return LOCAL | {host} if is_loopback(host) else None


def is_loopback(host: str) -> bool:
    """Whether an address is that of this machine for itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _access(options: Options) -> Access | None:
    """The token's guard; beyond this machine there must be one."""
    if options.token_file is None and is_loopback(options.host):
        return None
    file = options.token_file or private(options.runs) / "token"
    hashed, token = token_of(file)
    if token is None:
        _say(f"the token whose hash is in {file} is needed; remove the file to make a new one")
    else:
        _say(f"the token, shown this once (its hash is in {file}): {token}")
    return Access(hashed)


def _bound(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=_family(host), backlog=256)
    except OSError as error:
        why = error.strerror or str(error)
        raise OutputError(f"cannot listen on {host}:{port}: {why}; try another --port") from None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _say_where(host: str, port: int, access: Access | None) -> None:
    if not is_loopback(host):
        _say(
            f"listening beyond this machine, on {host}; a token is asked for, nothing is encrypted"
        )
    name = f"[{host}]" if ":" in host else host
    needs = " (with the token)" if access else ""
    _say(f"open http://{name}:{port}/{needs}; Ctrl-C ends the server, its jobs work on")


def _say(words: str) -> None:
    sys.stderr.write(f"fabstack: {words}\n")
    sys.stderr.flush()
