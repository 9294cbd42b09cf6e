"""Whether a year is the sum of its quarters: where it is not, one of the five is of another definition, or wrong."""

import pandas as pd

from capcycle import facts, periods, words
from capcycle.facts.vintages import last_digit

SERIES = ["company", "concept", "unit"]


def unequal_years(known: pd.DataFrame) -> pd.DataFrame:
    """Years that their four quarters do not add up to, beyond the rounding of the five figures.

    known   the columns of `facts.load`
    Returns company, concept, unit, period_start, period_end, value (of the year) and four (the sum of its quarters).

    >>> wrong = unequal_years(facts.load(["META"])).set_index("period_end")
    >>> wrong.loc[["2022-12-31"], ["concept", "value", "four"]].values.tolist()  # restated, and its quarters never
    [['capex', 31186000000.0, 31431000000.0]]
    """
    flows = known[known["concept"].map(facts.dictionary()["nature"]) == "flow"]
    flows = flows.assign(rounding=last_digit(flows["value"].to_numpy()) / 2)
    years, quarters = (
        flows[periods.is_length(flows["period_start"], flows["period_end"], length)]
        for length in (periods.YEAR, periods.QUARTER)
    )
    pairs = years.merge(quarters, on=SERIES, suffixes=("", "_part"))
    inside = pairs["period_start_part"].ge(pairs["period_start"]) & pairs["period_end_part"].le(pairs["period_end"])
    year = [*SERIES, "period_start", "period_end", "value", "rounding"]
    parts = pairs[inside].groupby(year)[["value_part", "rounding_part"]]
    sums = parts.sum()[parts.size() == 4].reset_index().rename(columns={"value_part": "four"})
    apart = (sums["value"] - sums["four"]).abs() > sums["rounding"] + sums["rounding_part"]
    return sums.loc[apart, [*year[:-1], "four"]].reset_index(drop=True)


def doubts() -> list[str]:
    """A sentence for each year of the data that its quarters do not add up to."""
    return [
        words.say("check.unequal", company=year.company, concept=year.concept, day=words.day(year.period_end),
                  year=f"{year.value:,.0f}", four=f"{year.four:,.0f}", unit=year.unit)
        for year in unequal_years(facts.load()).itertuples()
    ]  # fmt: skip
