"""Who may come in: a token of which only an argon2 hash is kept, and sessions of browsers."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fabstack.errors import Finding, InputError
from fabstack.results.folders import write_whole

SESSION_S = 12 * 3600.0
MOST_SESSIONS = 1_000
MOST_FAILURES, FAILURES_S = 10, 60.0  # wrong tokens of all senders together, in so many seconds


def token_of(file: Path) -> tuple[str, str | None]:
    """The hash in a file, and the token itself where it is new: it can be shown only now.

    Raises:
        InputError: the file holds no argon2 hash.
        OutputError: a new file cannot be written.
    """
    if file.exists():
        return _hash_in(file), None
    token = secrets.token_urlsafe(24)
    hashed = PasswordHasher().hash(token)
    write_whole(file, (hashed + "\n").encode())
    file.chmod(0o600)
    return hashed, token


def _hash_in(file: Path) -> str:
    hashed = file.read_text(encoding="utf-8", errors="replace").strip()
    try:
        PasswordHasher().check_needs_rehash(hashed)
    except InvalidHashError:
        cure = "remove the file; the next start makes a new token"
        found = "the file holds no argon2 hash"
        raise InputError([Finding(str(file), 1, 1, "no-token-hash", found, cure=cure)]) from None
    return hashed


class Access:
    """Judges tokens and remembers sessions."""

    def __init__(self, hashed: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._hashed = hashed
        self._clock = clock
        self._sessions: OrderedDict[str, float] = OrderedDict()
        self._failures: list[float] = []
        self._right = ""  # SHA-256 of the token once it was given: argon2 is slow on purpose
        self._lock = threading.Lock()

    def is_right(self, token: str) -> bool:
        """Whether it is the token; after many wrong ones nobody is heard for a while.

        Raises:
            TooMany: of late there were too many wrong ones.
        """
        digest = hashlib.sha256(token.encode(errors="replace")).hexdigest()
        if self._right and secrets.compare_digest(digest, self._right):
            return True
        with self._lock:
            self._refuse_guessing()
            try:
                PasswordHasher().verify(self._hashed, token.encode(errors="replace"))
            except VerificationError:
                self._failures.append(self._clock())
                return False
            self._right = digest
        return True

    def _refuse_guessing(self) -> None:
        since = self._clock() - FAILURES_S
        self._failures = [at for at in self._failures if at > since]
        if len(self._failures) >= MOST_FAILURES:
            raise TooMany

    def open_session(self) -> str:
        """A new session for a browser that gave the token."""
        session = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[session] = self._clock() + SESSION_S
            while len(self._sessions) > MOST_SESSIONS:
                self._sessions.popitem(last=False)
        return session

    def knows(self, session: str) -> bool:
        """Whether a session is open."""
        return self._sessions.get(session, 0.0) > self._clock()


class TooMany(Exception):
    """Too many wrong tokens of late."""
