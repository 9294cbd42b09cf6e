"""Cases of what power is worth: the figures of each company, with the reader's own probabilities."""

from collections.abc import Callable, Sequence
from typing import Any

from capcycle import study, words
from capcycle.analyses.power_value.figures import DOLLAR, figures
from capcycle.analyses.power_value.model import attribution, leased_mw_over_term, power_value, priced_in
from capcycle.facts import Book
from capcycle.models.bounds import PERCENT, within
from capcycle.quantity import Quantity, newest
from capcycle.study import Case

# chances that a lease is delivered, that the pipeline is let, and that a tenant renews, for want of sources
DELIVERED, LET, RENEWED = (0.8, 0.9, 1.0), (0.0, 0.25, 0.5), (0.0, 0.0, 0.5)
SPLIT = {"market_value": ("market_value", ""), "ai_revenue": ("ai_cloud_revenue", ""),
         "ai_share": ("ev_share", "AI and hosting"), "target_price": ("target_price", "")}  # fmt: skip


@study.starts_by_company(power_value)
def sums_of_parts(
    book: Book, leased: Sequence[float] = DELIVERED, pipeline: Sequence[float] = LET,
    renewed: Sequence[float] = RENEWED, bitcoin: float = 0.0,
) -> dict[str, Case]:  # fmt: skip
    """Each company as the sum of its power.

    leased, pipeline, renewed  the reader's probability that a leased MW is delivered, that a MW of the pipeline finds
                               a tenant, and that a tenant renews: low, central, high. No source gives them.
    bitcoin                    what the company owns, in US dollars at market; 0 takes that of its newest balance
    Errors:                    ModelError for probabilities that do not rise, or are not between 0 and 1.

    >>> cases = sums_of_parts(facts.open(["CIFR"]), [0.8, 0.9, 1.0], [0.0, 0.25, 0.5])
    >>> cases["CIFR"].inputs["leased_probability"].high
    1.0
    """
    return _cases(
        power_value, book, bitcoin, leased_probability=_chance("leased_probability", leased),
        pipeline_probability=_chance("pipeline_probability", pipeline),
        renewal_probability=_chance("renewal_probability", renewed),
    )  # fmt: skip


@study.starts_by_company(priced_in)
def priced_in_cases(book: Book, renewed: Sequence[float] = RENEWED) -> dict[str, Case]:
    """How many leased MW the value of each company assumes.

    >>> priced_in_cases(facts.open(["MARA"]))["MARA"].lacking
    'the data has no signed AI lease with its MW'
    """
    chance = _chance("renewal_probability", renewed)
    return _cases(priced_in, book, renewal_probability=chance)


def lease(book: Book, company: str, renewed: Sequence[float] = RENEWED) -> Case:
    """What one leased MW of a company is worth, at what its own leases earn and cost.

    >>> own = lease(facts.open(["CIFR"]), "CIFR").inputs["cost_per_leased_mw"]
    >>> round(own.value)  # 168 MW at 10m, 39 at 9.5m, 286 at the general 10.5m
    10250507
    """
    return _cases(leased_mw_over_term, book, renewal_probability=_chance("renewal_probability", renewed))[company]


def split(book: Book) -> Case:
    """How Bernstein split IREN's value by use, with the GPUs that it had on the day of the target.

    >>> split(facts.open(as_of="2025-06-30")).lacking
    'no analyst here had split the value by use'
    """
    lacking = words.say("power_value.split.lacking")
    table = book.register("estimates").query("subject == 'IREN' and author == 'Bernstein'")
    rows = {name: table[(table["measure"] == measure) & (table["about"] == about)]
            for name, (measure, about) in SPLIT.items()}  # fmt: skip
    printed = {name: newest(each, name, lacking, "low", "published") for name, each in rows.items()}
    printed["price"] = newest(rows["target_price"], "price", lacking, "price", "published")
    gpus = book.register("capacity").query("company == 'IREN' and stage == 'contracted'")
    gpus = gpus[gpus["date"] <= printed["target_price"].day]
    return study.case(attribution, book, "IREN", **printed, gpus=newest(gpus, "gpus", lacking, "gpus"))


def _cases(model: Callable, book: Book, bitcoin: float = 0.0, **given: Any) -> dict[str, Case]:
    """A case for each company: what a model takes of its figures, else what is given, else the assumptions."""
    own = {company: {name: each for name, each in known.items() if name in model.parameters}
           for company, known in figures(book).items()}  # fmt: skip
    for taken in own.values():
        if "bitcoin" in taken and (bitcoin or taken["bitcoin"].missing):
            taken["bitcoin"] = study.declared("bitcoin", bitcoin, DOLLAR, words.say("power_value.bitcoin"))
    return {company: study.case(model, book, company, **given, **taken) for company, taken in own.items()}


def _chance(name: str, range_: Sequence[float]) -> Quantity:
    """A probability that the reader declares: low, central, high."""
    within(name, range_, 0.0, 1.0, advice=PERCENT)
    return study.declared(name, range_, "fraction", words.say(f"power_value.{name}"))
