"""The decorator of every kernel function, and where its machine code is kept.

Numba's cache does not notice when a callee in another file changes. So the code lies in a folder
named by the digest of all kernel sources: another source, another folder.
"""

import hashlib
import tempfile
from pathlib import Path

import numba
from numba import njit

_HERE = Path(__file__).resolve().parent
_SOURCES = sorted([*_HERE.glob("kernel*.py"), _HERE.parent / "arrays" / "types.py"])


def digest_of_sources():
    """A name for this very kernel, this Numba and this NumPy dtype layout."""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in _SOURCES:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder():
    """Where compiled kernels are kept: the user's cache, or a temporary folder."""
    name = Path("fabstack") / digest_of_sources()
    for base in (numba.config.CACHE_DIR, _user_cache(), tempfile.gettempdir()):
        if base and _is_writable(Path(base) / name):
            return Path(base) / name
    return None


def _user_cache():
    import os

    try:
        return os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:  # no home
        return None


def _is_writable(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


CACHE = cache_folder()


def compiled(function):
    """Compile to machine code, kept in `CACHE`; callers release the interpreter's lock."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(CACHE or "")
    try:
        return njit(cache=CACHE is not None, nogil=True)(function)
    finally:
        numba.config.CACHE_DIR = before
