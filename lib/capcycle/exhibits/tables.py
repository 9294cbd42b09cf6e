"""Companies beside each other in one table."""

import pandas as pd

from capcycle import words
from capcycle.exhibits import parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.findings import FEWEST, placed
from capcycle.measures import Measures
from capcycle.words import Sentence


def compare(*measured: Measures, focus: str | None = None) -> Exhibit:
    """Companies down, measures across: each company's newest figure, with its period where not all are of one.

    What ended more than half a year before the newest of its measure is grey. The title ranks at common periods.

    >>> from capcycle import facts, measure, panel
    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> compare(capex, measure.measure("revenue", capex.panel)).view.values.tolist()
    [['Meta', '$37.3bn', '$165bn'], ['Microsoft', '$55.6bn', '$262bn']]
    """
    now = {measures.name: measures.newest() for measures in measured}
    doubtful = (text for rows in now.values() for text in parts.doubtful(rows))
    lacking = (text for name, rows in now.items() for text in parts.missing(rows, words.lower(words.name(name))))
    company = words.say("column.company")
    known = pd.concat([rows[rows["reason"].eq("") | rows["implausible"].notna()] for rows in now.values()])
    dated = known["period"].nunique() > 1
    columns = {
        words.name(name): pd.Series(_dated(rows) if dated else parts.cells(rows), index=rows["company"], dtype=object)
        for name, rows in now.items()
    }
    view = pd.DataFrame(columns).reindex(measured[0].panel.companies).rename(index=parts.company_name)
    return Exhibit(
        id=parts.slug("compare", *(measures.name for measures in measured[:2])),
        title=_across(*measured, focus=focus),
        subtitle=_subtitle(known, dated),
        alt="",
        view=view.fillna(words.DASH).rename_axis(company).reset_index(),
        figures=parts.figures(*now.values()),
        notes=(*parts.notes(*measured, at=()), *_ranked_at(measured), *doubtful, *lacking),
        sources=parts.documents(*now.values()),
    )


def _across(*measured: Measures, focus: str | None = None) -> Sentence:
    """Who is highest on the most of several measures, or how often `focus` is highest and lowest.

    Only measures count that the company has a value of, and two others with it; a single one has its own finding, and
    so has a `focus` that has a value of none of them at the period of the others.
    """
    ranked = [(each, each.at().dropna(subset="value").set_index("company")["value"]) for each in measured]
    ranked = [(each, values) for each, values in ranked if len(values) >= FEWEST]
    if not ranked or (focus and not any(focus in values for _, values in ranked)):
        return placed(measured[0], focus)[0]
    tops = [company for _, values in ranked for company in values.index[values == values.max()]]
    leader = focus or max(tops, key=tops.count)
    own = [(each, values) for each, values in ranked if leader in values]
    if len(own) == 1:
        return placed(own[0][0], focus)[0]
    lows, name = sum(values[leader] == values.min() for _, values in own), parts.company_names()[leader]
    ends = {(True, True): "", (True, False): "_top", (False, True): "_low", (False, False): "_none"}
    key = f"finding.across{ends[leader in tops, bool(lows)]}"
    periods = {words.period(each.common_period()): each.at()["ordinal"].iloc[0] for each, _ in own}
    first = min(periods, key=periods.get)
    period = first if len(periods) == 1 else words.say("finding.each_period", first=first)
    said = {"count": len(own), "name": name, "tops": tops.count(leader), "bottoms": lows, "period": period}
    return Sentence(words.say(key, **said))


def _dated(rows: pd.DataFrame) -> list:
    """Cells with their own periods under them, grey where they are old."""
    shown = zip(parts.cells(rows), rows["period"], rows["old"], strict=True)
    return [cell if cell == words.DASH else {"text": cell, "under": period, "old": bool(old)}
            for cell, period, old in shown]  # fmt: skip


def _subtitle(known: pd.DataFrame, dated: bool) -> str:
    if dated or known.empty:
        return words.say("compare.subtitle_each")
    return words.say("compare.subtitle", period=parts.said_period(known))


def _ranked_at(measured: tuple[Measures, ...]) -> list[str]:
    """At which period each measure is ranked that enough companies have then."""
    names: dict[str, list[str]] = {}
    for each in (one for one in measured if one.at()["value"].notna().sum() >= FEWEST):
        names.setdefault(words.period(each.common_period()), []).append(words.lower(words.name(each.name)))
    if len(names) == 1 and len(names[next(iter(names))]) == len(measured):
        return [words.say("compare.ranked_all", period=next(iter(names)))]
    return [words.say("compare.ranked", metrics=words.listing(of), period=period) for period, of in names.items()]
