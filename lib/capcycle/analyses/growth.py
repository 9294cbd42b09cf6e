"""What the cloud brought to the growth of revenue as filed, and how the rest grew without it."""

from collections.abc import Iterable, Mapping

import pandas as pd

from capcycle import exhibits, study, words
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, model
from capcycle.panel import select
from capcycle.quantity import Quantity, missing
from capcycle.study import Case
from capcycle.words import Sentence, say

QUARTERS = 4  # of a year
QUARTER = pd.Timedelta(days=100)  # by which quarters that are compared may end apart: unlike months of one season
CLOUD = "cloud_revenue"


@model(verdict="contribution", better="higher", whole_growth=Fraction, contribution=Fraction, share_of_growth=Fraction,
       share_of_whole=Fraction, rest_contribution=Fraction, rest_growth=Fraction)  # fmt: skip
def growth_bridge(whole: Amount, whole_before: Amount, part: Amount, part_before: Amount):
    """What a part added to the growth of the whole, and how the rest grew without it.

    Formula: contribution = (part - part_before) / whole_before; share_of_growth = contribution / whole_growth;
             rest_growth = (whole - part) / (whole_before - part_before) - 1
    Units:   amounts of one currency a year apart; fractions. A whole that shrinks has no growth to share. Contributions
             of parts that do not overlap add up.
    Source:  Baidu's third quarter of 2025: agents 2.8bn, +262 %, inside online marketing of 15.3bn, -18 %.

    >>> agents = growth_bridge(15.3e9, 15.3e9 / 0.82, 2.8e9, 2.8e9 / 3.62)
    >>> round(float(agents.share_of_whole), 3), round(float(agents.rest_growth), 3)
    (0.183, -0.301)
    """
    growth, brought = per(whole, whole_before) - 1, per(part - part_before, whole_before)
    rest = per(whole - part, whole_before - part_before) - 1
    share = per(part - part_before, whole - whole_before)
    return growth, brought, share, per(part, whole), growth - brought, rest


@study.starts_by_company(growth_bridge)
def clouds(book: Book) -> dict[str, Case]:
    """The cloud in each company's revenue: its newest quarter as filed, and the quarter of a year before."""
    own = {company: book.own(company) for company in book.companies}
    return {company: study.case(growth_bridge, each, company, **_filed(each, company)) for company, each in own.items()}


def _filed(book: Book, company: str) -> dict[str, Quantity]:
    if book.facts.empty:
        return dict.fromkeys(growth_bridge.parameters, missing("whole", study.not_public("revenue")))
    panel = select(book, "quarter")
    filed = {"whole": measure("revenue", panel), "part": measure(CLOUD, panel)}
    now = {name: study.beside(each, company, filed["part"]) for name, each in filed.items()}
    ago = {f"{name}_before": study.beside(each, company, filed["part"], QUARTERS) for name, each in filed.items()}
    return now | ago


def verdict(each: Mapping[str, Case]) -> Sentence:
    """What the cloud brought where it brought most, and where the rest hardly grew."""
    full = [case for _, case in of_now((name, case) for name, case in each.items() if not case.lacking)]
    if not full:
        return words.paragraph(say("growth.contributions.title_0"))
    most = max(full, key=lambda case: float(case.outputs.contribution))
    slowest = min(full, key=lambda case: float(case.outputs.rest_growth))
    return words.paragraph(study.tell(most, "growth.verdict"), study.tell(slowest, "growth.slowest"))


def of_now(cases: Iterable[tuple[str, Case]]) -> list[tuple[str, Case]]:
    """Those of a quarter that ended at most a quarter before the newest: an older one leads no title."""
    every = list(cases)
    newest = max((case.inputs["part"].day for _, case in every), default=pd.NaT)
    return [one for one in every if not newest - one[1].inputs["part"].day > QUARTER]


def over_time(book: Book) -> Exhibit:
    """What the cloud added to the growth of twelve months, from quarter to quarter; nothing where nobody has one."""
    added = measure("contribution_to_growth", select(book, "ttm"), part=CLOUD, total="revenue")
    if added.known.empty:
        return marks.nothing(marks.worded("growth.over_time", title=say("growth.contributions.title_0")))
    since = int(added.table.dropna(subset="value")["ordinal"].min()) // QUARTERS  # the time before has no figure
    return exhibits.lines(
        measure("contribution_to_growth", select(book, "ttm", since=since), part=CLOUD, total="revenue")
    )


def contributions(each: Mapping[str, Case]) -> Exhibit:
    """What the cloud and the rest added to each company's growth: a column each, which add up to it."""
    named = {name: say(f"growth.{name}") for name in ("contribution", "rest_contribution")}
    now = [name for name, _ in of_now((name, case) for name, case in each.items() if not case.lacking)]
    return exhibits.composition(each, named, "growth.contributions", leads=now)
