"""Plans under uncertainty: what must be decided first, and the rest in each of several futures.

`two_stage` makes one problem of the programs of several futures, `recourse` solves it, and `worth`
tells what it is worth to plan for all futures and what it would be worth to know which one comes.
"""

from fabstack.plan.stochastic.first import Decision, two_stage
from fabstack.plan.stochastic.measure import Risk, cvar, weighed
from fabstack.plan.stochastic.problem import Answer, TwoStage
from fabstack.plan.stochastic.solve import Method, recourse
from fabstack.plan.stochastic.worth import Worth, worth

__all__ = [
    "Answer",
    "Decision",
    "Method",
    "Risk",
    "TwoStage",
    "Worth",
    "cvar",
    "recourse",
    "two_stage",
    "weighed",
    "worth",
]
