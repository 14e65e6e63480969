"""What may be asked for: one of the commands that take long, with its options."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Scenario = Annotated[str, Field(max_length=120, pattern=r"^[^\x00-\x1f]*$")]
Name = Annotated[str, Field(max_length=100)]
Cell = Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00-\x1f]+$")]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    programme: Name = Field(description="name of a programme folder")
    scenario: Scenario | None = None
    run: Name | None = Field(None, description="name of the run to write; default: made from these")
    on_cluster: bool | None = Field(
        None, description="work on the server's cluster; default: wherever it has one"
    )


class RunRequest(_Request):
    """Check, cost, plan, simulate and date: the whole way, with a report."""

    command: Literal["run"]
    seed: Seed = 1
    days: Annotated[float, Field(gt=0, le=36_500)] | None = None
    replications: Count | None = None
    samples: Count | None = None
    time_limit_s: Seconds = 300.0


class PlanRequest(_Request):
    """What to make, buy and build in each month."""

    command: Literal["plan"]
    relaxed: bool = False
    shortage: bool = False
    expand: Annotated[int, Field(ge=0, le=1_000)] = 0
    time_limit_s: Seconds = 120.0


class SimulateRequest(_Request):
    """Every tool and lot on one clock."""

    command: Literal["simulate"]
    seed: Seed = 1
    days: Annotated[float, Field(gt=0, le=36_500)] | None = None
    replications: Count | None = None
    daily: bool = Field(True, description="states of every tool group by day, for the floor")


class RampRequest(_Request):
    """When everything happens, and how sure that is."""

    command: Literal["ramp"]
    seed: Seed = 1
    samples: Count | None = None


class SweepRequest(_Request):
    """One engine on many variants of a programme, or on sampled futures."""

    command: Literal["sweep"]
    engine: Literal["ramp", "plan", "simulate", "economics"] = "ramp"
    vary: list[Cell] = Field(
        [], max_length=20, description="CELL=VALUE,VALUE,...; every combination runs"
    )
    futures: Count | None = Field(None, description="so many futures instead of variants")
    replications: Count = 1
    days: Annotated[float, Field(gt=0, le=36_500)] | None = None
    samples: Count | None = None
    seed: Seed = 1


class SensitivityRequest(_Request):
    """What dates and claims hang on."""

    command: Literal["sensitivity"]
    of: list[Cell] = Field(
        [], max_length=40, description="milestone:ACTIVITY, claim:NAME or cadence"
    )
    samples: Annotated[int, Field(ge=2, le=1_000_000)] = 4096
    seed: Seed = 1


class CheckRequest(_Request):
    """What is wrong with a programme, and which of its claims hold; writes no run."""

    command: Literal["check"]


Request = Annotated[
    RunRequest
    | PlanRequest
    | SimulateRequest
    | RampRequest
    | SweepRequest
    | SensitivityRequest
    | CheckRequest,
    Field(discriminator="command"),
]
STUDIES = ("sweep", "sensitivity")  # of many tasks, each of which a cluster can take
WRITES = ("run", "plan", "simulate", "ramp", *STUDIES)

_OPTIONS = {  # field -> option; flags stand for yes
    "scenario": "--scenario",
    "seed": "--seed",
    "days": "--days",
    "replications": "--replications",
    "samples": "--samples",
    "time_limit_s": "--time-limit",
    "relaxed": "--relaxed",
    "shortage": "--shortage",
    "expand": "--expand",
    "daily": "--daily",
    "engine": "--engine",
    "vary": "--vary",
    "futures": "--futures",
    "of": "--of",
}
_UNTIL = ("simulate", "sweep")  # commands that say --until 30d for --days 30


def arguments(request: Any, programme: str, out: str, cluster: str | None = None) -> list[str]:
    """The command line that does what is asked for; a study gives its tasks to a cluster."""
    options = list(_options(request))
    if request.command in WRITES:
        options.append(f"--out={out}")
    else:
        options.append("--json")
    if request.command in STUDIES:
        given = [f"--cluster={cluster}"] if cluster else []
        return ["study", request.command, *options, *given, "--", programme]
    return [request.command, *options, "--", programme]


def _options(request: Any) -> Iterator[str]:
    kept = {"command", "programme", "run", "on_cluster"}
    given = request.model_dump(exclude=kept, exclude_none=True)
    for name, value in given.items():
        if value is True:
            yield _OPTIONS[name]
        elif isinstance(value, list):
            yield from (f"{_OPTIONS[name]}={each}" for each in value)
        elif value is not False:
            option, text = _option(request.command, name, value)
            yield f"{option}={text}"  # in one word, so that no value can pass for an option


def _option(command: str, name: str, value: Any) -> tuple[str, str]:
    if command in _UNTIL and name == "days":
        return "--until", f"{value}d"
    return _OPTIONS[name], str(value)
