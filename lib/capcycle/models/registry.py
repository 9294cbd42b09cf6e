"""What makes a function a model: named parameters and named outputs, each with its unit."""

from collections import namedtuple
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Annotated, Any, get_type_hints

from capcycle.models import bounds

Amount = Annotated[Any, "currency"]
Fraction = Annotated[Any, "fraction"]
Rate = Annotated[Any, "rate"]  # a year, as a contract prints it
Points = Annotated[Any, "points"]  # a difference of two fractions, shown in percentage points
Multiple = Annotated[Any, "multiple"]
Years = Annotated[Any, "years"]
Number = Annotated[Any, "number"]
BasisPoints = Annotated[Any, "bp"]
MW = Annotated[Any, "MW"]
GW = Annotated[Any, "GW"]
PerGW = Annotated[Any, "currency/GW"]
PerMW = Annotated[Any, "currency/MW"]
PerMWYear = Annotated[Any, "currency/MW/year"]
GPUs = Annotated[Any, "GPUs"]
PerGPU = Annotated[Any, "currency/GPU"]
PerHour = Annotated[Any, "currency/GPU-hour"]
PerCardHour = Annotated[Any, "currency/card-hour"]
KWPerGPU = Annotated[Any, "kW/GPU"]
Times = Annotated[Any, "times"]
PerYear = Annotated[Any, "currency/year"]
PerKWMonth = Annotated[Any, "currency/kW/month"]
PerMWh = Annotated[Any, "currency/MWh"]
PerShare = Annotated[Any, "currency/share"]
Shares = Annotated[Any, "shares"]
PerUserMonth = Annotated[Any, "currency/user-month"]
Users = Annotated[Any, "users"]
TokensPerMinute = Annotated[Any, "tokens/minute"]
PerMillionTokens = Annotated[Any, "currency/million_tokens"]
AmountByYear = Annotated[Any, "currency", "by year"]  # a list: one entry for each year, the first one today
PerShareByYear = Annotated[Any, "currency/share", "by year"]
FractionByYear = Annotated[Any, "fraction", "by year"]
PointsByYear = Annotated[Any, "points", "by year"]

ALL: dict[str, Callable] = {}


def model(verdict: str, better: str, iterates: bool = False, flows: Mapping[str, str] | None = None,
          **outputs: Any) -> Callable[[Callable], Callable]:  # fmt: skip
    """Register a model: a pure function whose annotations name its units, with the names and units of its outputs.

    verdict   the output that decides whether a case is good or bad
    better    `higher` or `lower`
    iterates  it searches for some output (a rate of return), so a chart cannot compute it from sliders
    flows     of each rate of return the output by year whose rate it is
    outputs   in the order in which the function returns them, or by name where it returns a dictionary; none has a
              name of the above

    Its parameters are named as assumptions or measures are, and hold no judgement: defaults stand in
    `data/assumptions.csv`. What they can be stands in `capcycle.models.bounds`, and is looked at with each call;
    `unguarded` is the function without that. The result is a named tuple.
    """

    def registered(function: Callable) -> Callable:
        hints = get_type_hints(function, include_extras=True)
        made = namedtuple(function.__name__, outputs)

        @wraps(function)
        def unguarded(*args: Any, **values: Any) -> Any:
            found = function(*args, **values)
            if isinstance(found, dict):
                return made(**found)
            return made(*found) if isinstance(found, tuple) else made(found)

        @wraps(function)
        def guarded(*args: Any, **values: Any) -> Any:
            bounds.check(guarded, dict(zip(guarded.parameters, args, strict=False)) | values)
            return unguarded(*args, **values)

        guarded.parameters = {name: hint.__metadata__[0] for name, hint in hints.items()}
        guarded.lists = {name for name, hint in hints.items() if "by year" in hint.__metadata__}
        guarded.outputs = {name: hint.__metadata__[0] for name, hint in outputs.items()}
        guarded.by_year = {name for name, hint in outputs.items() if "by year" in hint.__metadata__}
        guarded.verdict, guarded.better, guarded.iterates = verdict, better, iterates
        guarded.flows, guarded.unguarded = flows or {}, unguarded
        ALL[function.__name__] = guarded
        return guarded

    return registered
