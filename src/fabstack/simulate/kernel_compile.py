"""How kernel functions are compiled, and where their machine code is kept.

Numba's cache does not notice when a callee in another file changes. So the code lies in a folder
named by the digest of all kernel sources: another source, another folder.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba import njit

from fabstack.simulate.kernel_inner import InnerCompiler

SETTINGS: Any = numba.config  # its attributes are made at run time
_HERE = Path(__file__).resolve().parent

# On which the machine code and the meaning of the arrays depend.
SOURCES = sorted([*_HERE.glob("kernel*.py"), *(_HERE.parent / "arrays" / "types").glob("*.py")])


def _digest_of_sources() -> str:
    """A name for this kernel as compiled by this Numba."""
    digest = hashlib.sha256(f"{numba.__version__} {SETTINGS.BOUNDSCHECK}".encode())
    for source in SOURCES:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _cache_folder() -> Path | None:
    """Where compiled kernels are kept: the user's cache, or a temporary folder, or nowhere."""
    home = os.environ.get("HOME", "")
    user = os.environ.get("XDG_CACHE_HOME") or (home and str(Path(home) / ".cache"))
    for base in (SETTINGS.CACHE_DIR, user, tempfile.gettempdir()):
        folder = Path(base) / "fabstack" / _digest_of_sources()
        if base and _is_writable(folder):
            return folder
    return None


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


CACHE = _cache_folder()


def is_compiled() -> bool:
    """Whether a run starts at once: the machine code is on disk, or none is needed."""
    return bool(SETTINGS.DISABLE_JIT) or (CACHE is not None and any(CACHE.rglob("*.nbi")))


def entry(function: Callable[..., Any]) -> Any:
    """A kernel function that Python calls; it lets other threads run meanwhile."""
    before = SETTINGS.CACHE_DIR
    SETTINGS.CACHE_DIR = str(CACHE or "")
    try:
        return njit(cache=CACHE is not None, nogil=True, forceinline=False)(function)
    finally:
        SETTINGS.CACHE_DIR = before


# Functions that only kernel functions call: no wrappers for Python, a third of the time to compile.
_INNER: Any = {
    "nogil": True,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "pipeline_class": InnerCompiler,
}

# Called from several places, or seldom. (Numba hands `forceinline` down to callees that do not say
# otherwise, so it is said each time.)
compiled: Any = njit(forceinline=False, **_INNER)

# Called at almost every event: 9.1 -> 15.4 M events/s on M/M/1 for the same time to compile.
inlined: Any = njit(forceinline=True, **_INNER)
