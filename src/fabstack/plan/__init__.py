"""The planner: what to make, buy, move and deliver in each month, and why not more.

`plan(programme)` builds a linear program block by block, gives it to HiGHS and answers with arrays,
reasons for every unit short, and the report of an independent checker. Formulas and sources:
docs/background/planning.md.
"""

from fabstack.plan.again import resolve
from fabstack.plan.export import export_mps
from fabstack.plan.highs import Status
from fabstack.plan.options import X_FACTORS, Integers, PlanOptions, Supply
from fabstack.plan.result import Audit, Code, Expansion, PlanResult, Reason
from fabstack.plan.run import plan

__all__ = [
    "X_FACTORS",
    "Audit",
    "Code",
    "Expansion",
    "Integers",
    "PlanOptions",
    "PlanResult",
    "Reason",
    "Status",
    "Supply",
    "export_mps",
    "plan",
    "resolve",
]
