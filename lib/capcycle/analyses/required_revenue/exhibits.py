"""Required against disclosed revenue, five authors on one build, all builds by year, and what was printed."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from capcycle import study, words
from capcycle.analyses.required_revenue import cases as required
from capcycle.analyses.required_revenue.model import price_per_user
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.exhibits.marks import Frame
from capcycle.facts import Book
from capcycle.quantity import Quantity, total, unlike
from capcycle.study import SCENARIOS, Case
from capcycle.words import Sentence, say

FORECAST = "break_even_revenue"
TENTHS = (0.1, 0.5, 0.9)


def verdict(cases: Mapping[str, Case], whole: Case) -> Sentence:
    """What the companies together must earn, and how far those who disclose it are from what they need."""
    disclosing, spending = required.disclosing(cases), required.spending(cases)
    silent = [company for company in spending if company not in disclosing]
    share = whole.inputs["ai_share_of_capex"].value
    low, _, high = (words.value(each, whole.currency) for each in _drawn(whole))
    what = {"names": required.names(spending), "low": low, "high": high,
            "share": say("required_revenue.all") if share == 1 else words.coupon(round(share, 2))}  # fmt: skip
    if not disclosing:
        key = words.said(f"required_revenue.verdict_none_{len(silent)}", "required_revenue.verdict_none")
        return study.verdict(whole, key, **what)
    near, key = required.group(disclosing), f"required_revenue.verdict_{'some' if silent else 'all'}"
    key = words.said(f"{key}_{len(disclosing)}", key)
    return study.verdict(whole, key, **what, disclosing=required.names(disclosing), actual=near.inputs["ai_revenue"],
                         needed=near.quantity("revenue_required"),
                         multiple=_times(float(near.outputs.gap_multiple)))  # fmt: skip


def _times(number: float) -> str:
    return words.value(round(number, 1), "times")


def need_range(whole: Case) -> Exhibit:
    """The revenue required in eight of ten draws of all inputs, beside what all of them at one end at once give."""
    three, drawn = study.scenarios(whole).outputs.loc["revenue_required"], _drawn(whole)
    ends = {"drawn": drawn, "at_once": (three.min(), three["base"], three.max())}
    rows = pd.DataFrame([
        {"label": say(f"required_revenue.range.{name}"), "low": low, "value": middle, "high": high}
        for name, (low, middle, high) in ends.items()
    ]).assign(unit=whole.currency, kind=whole.kind, source=whole.source, note="")  # fmt: skip
    low, high = (words.value(each, whole.currency) for each in (drawn[0], drawn[-1]))
    worst, best = (words.value(each, whole.currency) for each in (three.max(), three.min()))
    title = say("required_revenue.range.title", low=low, high=high, worst=worst, best=best,
                times=_times(drawn[-1] / drawn[0]), widest=_times(three.max() / three.min()))  # fmt: skip
    frame = marks.worded("required_revenue.range", id="required-in-draws", title=title, unit=whole.currency,
                         draws=words.value(study.DRAWS, "number"))  # fmt: skip
    return marks.dots(rows, frame)


def _drawn(whole: Case) -> list[float]:
    """What one draw in ten stays under, half of them, and nine in ten."""
    return np.quantile(study.simulate(whole).values("revenue_required"), TENTHS).tolist()


def hole(cases: Mapping[str, Case]) -> Exhibit:
    """For each company what it discloses and what its newest build needs beyond that; who discloses nothing apart."""
    spending = required.spending(cases)
    if not spending:
        return marks.nothing(Frame("required-against-disclosed", say("required_revenue.hole.title_0"), ""))
    unit = next(iter(spending.values())).currency
    rows = pd.DataFrame([row for case in spending.values() for row in _hole(case)]).assign(unit=unit)
    title, id = _hole_title(spending, required.disclosing(cases)), "required-against-disclosed"
    apart = [text for name in ("capex", "ai_revenue")
             for text in unlike({case.name: case.inputs[name] for case in spending.values()})]  # fmt: skip
    notes = (*dict.fromkeys(apart), *_lacking(cases))
    return marks.stacked(rows, marks.worded("required_revenue.hole", *notes, id=id, title=title, unit=unit))


def _hole(case: Case) -> list[dict]:
    actual, needed = case.inputs["ai_revenue"], float(case.outputs.revenue_required)
    known, label = 0.0 if actual.missing else float(actual.value), case.book.names[case.company]
    bars = [("covered", min(known, needed), actual.kind), ("gap", max(needed - known, 0.0), case.kind),
            ("surplus", max(known - needed, 0.0), actual.kind)]  # fmt: skip
    return [{"x": label, "label": label, "group": say(f"required_revenue.{group}"), "value": value, "kind": kind,
             "source": case.source} for group, value, kind in bars if value]  # fmt: skip


def _hole_title(spending: Mapping[str, Case], disclosing: Mapping[str, Case]) -> str:
    shown = disclosing or spending
    needed = sum(float(case.outputs.revenue_required) for case in shown.values())
    unit, names = next(iter(shown.values())).currency, required.names(shown)
    required_ = words.value(needed, unit)
    if not disclosing:
        return say("required_revenue.hole.title_none", names=names, required=required_)
    actual = total(case.inputs["ai_revenue"] for case in disclosing.values())
    return words.counted("required_revenue.hole.title", len(disclosing), names=names, required=required_,
                         covered=words.value(actual.value / needed, "fraction"))  # fmt: skip


def disclosures(cases: Mapping[str, Case]) -> Exhibit:
    """What each company discloses of its AI revenue, and who discloses nothing and says what instead."""
    rows = marks.rows((case.name, _disclosure(case)) for case in cases.values())
    columns = {"label": say("column.company"), "value": words.name("ai_revenue"), "note": say("marks.column.note")}
    frame = marks.worded("required_revenue.disclosed", id="ai-revenue-disclosed", title=_disclosed_title(rows))
    return marks.table(rows, frame, columns)


def _disclosure(case: Case) -> Quantity:
    actual = case.inputs["ai_revenue"]
    if actual.missing:
        return replace(actual, kind="", reason=parts.upper(required.instead(case.book, case.company)))
    return replace(actual, reason=parts.upper(actual.reason))


def _disclosed_title(rows: pd.DataFrame) -> str:
    silent = int(rows["value"].isna().sum())
    if len(rows) > 1:
        return words.counted("required_revenue.disclosed.title", silent, total=len(rows))
    (row,) = rows.itertuples()
    key = "title_silent" if silent else "title_alone"
    return say(f"required_revenue.disclosed.{key}", name=row.label, amount=words.value(row.value, row.unit))


def authors(whole: Case) -> Exhibit:
    """What five authors' rules ask of the same AI capex: a football field, with the disclosed revenue as a line."""
    cases = required.authors(whole)
    if len(cases) < 2:
        title = say("required_revenue.authors.title_0", day=words.day(whole.book.day))
        return marks.nothing(Frame("authors-on-one-build", title, ""))
    rows = pd.DataFrame([_author(author, case) for author, case in cases.items()]).assign(unit=whole.currency)
    ordered, actual = rows.sort_values("value", ascending=False, ignore_index=True), whole.inputs["ai_revenue"]
    high, low = ordered.iloc[0], ordered.iloc[-1]
    build = say("required_revenue.build_of", name=whole.book.names[whole.company]) if whole.company else say(
        "required_revenue.one_build")  # fmt: skip
    title = say("required_revenue.authors.title", build=build, low=words.value(low["value"], whole.currency),
                lowest=low["label"], high=words.value(high["value"], whole.currency),
                highest=high["label"])  # fmt: skip
    subtitle = say("required_revenue.authors.subtitle" + ("_none" if actual.missing else ""), unit=whole.currency,
                   capex=next(iter(cases.values())).inputs["it_capex"].shown)  # fmt: skip
    frame = Frame("authors-on-one-build", title, subtitle, (say("required_revenue.authors.note"),))
    return marks.dots(ordered, frame, None if actual.missing else actual.value)


def _author(author: str, case: Case) -> dict:
    three = study.scenarios(case, "revenue_required").outputs.loc["revenue_required"]
    return {"label": say(f"required_revenue.author.{author}"), "low": three.min(), "value": three["base"],
            "high": three.max(), "kind": case.kind, "source": case.source,
            "note": say(f"required_revenue.rule.{author}")}  # fmt: skip


def vintages(cases: Mapping[str, Case], whole: Case, since: int) -> Exhibit:
    """The revenue that all years' builds in service need, by year, in the bear, the base and the bull case."""
    built = required.vintages(whole.book, cases, whole, since)
    labels = required.years_of(whole.book, cases, since)
    three = study.scenarios(built)
    rows = pd.DataFrame([
        {"x": label, "label": label, "value": float(value), "group": say(f"study.{each}")}
        for each in SCENARIOS
        for label, value in zip(labels, three.results[each].required_by_year, strict=True)
    ]).assign(unit=built.currency, kind=built.kind, source=built.source)  # fmt: skip
    path = [float(each) for each in three.results["base"].required_by_year]
    shares = [words.value(float(each), "fraction") for each in built.outputs.ai_share_by_year]
    ends = {"first": labels[0], "last": labels[-1], "share": shares[0], "newest": shares[-1]}
    names = required.names(cases)
    builds = say("required_revenue.builds_of", name=names) if len(cases) == 1 else say("required_revenue.builds")
    needs = {label: each for label, each in zip(labels, path, strict=True) if each}  # in the years with a build for AI
    start, least = next(iter(needs.items()), (labels[-1], np.nan))
    title = words.counted("required_revenue.vintages.title", len(needs), builds=builds, start=start,
                          least=words.value(least, built.currency), now=words.value(path[-1], built.currency),
                          **ends)  # fmt: skip
    frame = marks.worded("required_revenue.vintages", id="required-by-all-builds", title=title, unit=built.currency,
                         names=names, **ends)  # fmt: skip
    return marks.paths(rows, frame)


def forecasts(book: Book) -> Exhibit:
    """What authors said, by the day they said it."""
    table = book.versions("estimates").query("measure == @FORECAST").sort_values("published")
    if table.empty:
        return marks.nothing(Frame("required-as-forecast", say("required_revenue.forecasts.title_0"), ""))
    rows = pd.DataFrame({
        "label": [say("required_revenue.forecast", author=row.author, period=row.period, day=f"{row.published:%Y-%m}")
                  for row in table.itertuples()],
        "author": [say("required_revenue.author_for", author=row.author, period=row.period)
                   for row in table.itertuples()],
        "low": table["low"], "value": table["low"], "high": table["high"], "unit": table["unit"],
        "kind": table["kind"], "source": table["source"], "note": table["note"],
    })  # fmt: skip
    least, most = rows.loc[rows["value"].idxmin()], rows.loc[rows["high"].fillna(rows["value"]).idxmax()]
    ends = {"low": words.value(least["value"], "USD"), "lowest": least["author"], "highest": most["author"],
            "high": words.value(max(most["high"], most["value"]), "USD")}  # fmt: skip
    title = words.counted("required_revenue.forecasts.title", len(rows), **ends)
    return marks.dots(rows, marks.worded("required_revenue.forecasts", id="required-as-forecast", title=title))


def per_user(whole: Case) -> Sentence:
    """The revenue required spread over the users of a telephone, as J.P. Morgan does."""
    needed = whole.quantity("revenue_required")
    spread = study.case(price_per_user, whole.book, users=required.USERS, revenue_required=needed)
    if spread.inputs["users"].hindsight:
        return words.paragraph(say("required_revenue.no_users", day=words.day(whole.book.day)))
    users = words.value(spread.inputs["users"].value, "shares")
    return words.paragraph(study.tell(spread, "required_revenue.per_user", users=users))


def disclosed_or_none(case: Case) -> float | None:
    """The AI revenue disclosed, as a line for a heat map; none where none is disclosed."""
    actual = case.inputs["ai_revenue"]
    return None if actual.missing else actual.value


def aim(case: Case) -> float:
    """What to solve for: the AI revenue disclosed, or where there is none what only covers depreciation."""
    return disclosed_or_none(case) or float(case.outputs.revenue_to_break_even)


def _lacking(cases: Mapping[str, Case]) -> list[str]:
    rows = [{"label": case.book.names[company], "value": float("nan"), "note": case.lacking}
            for company, case in cases.items() if case.lacking]  # fmt: skip
    return marks.noted(pd.DataFrame(rows, columns=["label", "value", "note"]))
