"""Functions that only the kernel calls are linked into it, and not compiled on their own as well.

Numba optimises every function and turns it into machine code together with copies of all that it
calls: the same code once for each level of calls. Here such a function stays as it was lowered. The
one that Python calls links them all and is optimised as a whole: compiled in less than half the
time, to code as quick as before.
"""

from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder


class _InnerCode(JITCodeLibrary):
    """Code that is only linked into other code."""

    def _optimize_final_module(self) -> None:
        """Left to those that link it."""

    def _finalize_final_module(self) -> None:
        """Nothing is translated."""
        self._finalized = True

    @property
    def codegen(self) -> Any:
        """What its environment is told to."""
        return self

    def set_env(self, name: str, environment: Any) -> None:
        """There is no machine code that would look at it."""


class InnerCompiler(CompilerBase):
    """Compiles a function that only compiled functions call."""

    def define_pipelines(self) -> list[Any]:
        """The passes of Numba; only where the code goes is another."""
        state = self.state
        state.library = _InnerCode(state.targetctx.codegen(), state.func_id.func_qualname)
        return [DefaultPassBuilder.define_nopython_pipeline(state)]
