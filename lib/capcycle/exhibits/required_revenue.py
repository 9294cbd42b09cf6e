"""Required against disclosed revenue, five authors on one build, all builds by year, and what was printed."""

from collections.abc import Mapping, Sequence

import pandas as pd

from capcycle import study, words
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.facts import registers
from capcycle.models import price_per_user
from capcycle.study import SCENARIOS, Case, required
from capcycle.words import Sentence, say

FORECAST = "break_even_revenue"


def verdict(cases: Mapping[str, Case], whole: Case) -> Sentence:
    """What the companies together must earn, and how far those who disclose it are from what they need."""
    told = required.disclosing(cases)
    lack = [company for company in required.spending(cases) if company not in told]
    share = whole.inputs["ai_share_of_capex"].central
    first = say(
        "required.verdict", names=_names(required.spending(cases)), capex=_money(whole, whole.inputs["capex"].central),
        share=words.value(share, "fraction"), required=_money(whole, whole.outputs.revenue_required),
        target=words.value(whole.inputs["target_return"].central, "fraction"),
        even=_money(whole, whole.outputs.revenue_to_break_even),
    )  # fmt: skip
    if not told:
        return words.paragraph(first, say("required.verdict_none"))
    near = required.together(told)
    gap = words.counted(
        "required.verdict_gap", len(told), names=_names(told), actual=_money(near, near.inputs["ai_revenue"].central),
        required=_money(near, near.outputs.revenue_required),
        multiple=words.value(float(near.outputs.gap_multiple), "multiple"),
    )  # fmt: skip
    rest = [words.counted("required.verdict_lack", len(lack), names=_names(lack))] if lack else []
    return words.paragraph(first, gap, *rest)


def hole(cases: Mapping[str, Case]) -> Exhibit:
    """For each company what it discloses and what its newest build needs beyond that; who discloses nothing apart."""
    shown = required.spending(cases)
    unit = next(iter(shown.values())).currency
    rows = pd.DataFrame([row for company, case in shown.items() for row in _hole(company, case)]).assign(unit=unit)
    told = required.disclosing(cases)
    return marks.stacked(rows, Frame(
        "required-against-disclosed", _hole_title(shown, told), say("required.hole_subtitle", unit=unit),
        (say("required.hole_note"), *_lacking(cases)),
    ))  # fmt: skip


def _hole(company: str, case: Case) -> list[dict]:
    actual, needed = case.inputs["ai_revenue"], float(case.outputs.revenue_required)
    known = 0.0 if actual.missing else float(actual.central)
    label, source = parts.names()[company], case.source
    bars = [("covered", min(known, needed), actual.kind), ("gap", max(needed - known, 0.0), case.kind),
            ("surplus", max(known - needed, 0.0), actual.kind)]  # fmt: skip
    return [{"x": label, "label": label, "group": say(f"required.{group}"), "value": value, "kind": kind,
             "source": source} for group, value, kind in bars if value]  # fmt: skip


def _hole_title(shown: Mapping[str, Case], told: Mapping[str, Case]) -> str:
    if not told:
        needed = sum(float(case.outputs.revenue_required) for case in shown.values())
        return say("required.hole_none", names=_names(shown), required=_money(next(iter(shown.values())), needed))
    needed = sum(float(case.outputs.revenue_required) for case in told.values())
    actual = sum(case.inputs["ai_revenue"].central for case in told.values())
    case = next(iter(told.values()))
    return say("required.hole", covered=words.value(actual / needed, "fraction"), required=_money(case, needed),
               names=_names(told))  # fmt: skip


def disclosures(cases: Mapping[str, Case]) -> Exhibit:
    """What each company discloses of its AI revenue, and who discloses nothing and tells what instead."""
    inputs = {company: case.inputs["ai_revenue"] for company, case in cases.items()}
    rows = pd.DataFrame([
        {"label": parts.names()[company], "value": each.central, "unit": each.unit, "kind": each.kind,
         "source": each.source, "note": each.reason[:1].upper() + each.reason[1:]} for company, each in inputs.items()
    ])  # fmt: skip
    rows = rows.assign(kind=rows["kind"].where(rows["value"].notna(), ""))
    columns = {"label": say("column.company"), "value": words.name("ai_revenue"), "note": say("marks.column.note")}
    return marks.table(rows, Frame(
        "ai-revenue-disclosed",
        words.counted("required.lacking", int(rows["value"].isna().sum()), total=len(rows)),
        say("required.lacking_subtitle"),
    ), columns)  # fmt: skip


def authors(whole: Case) -> Exhibit:
    """What five authors' rules ask of the same AI capex: a football field, with the disclosed revenue as a line."""
    cases = required.authors(whole)
    rows = pd.DataFrame([_author(author, case) for author, case in cases.items()]).assign(unit=whole.currency)
    ordered = rows.sort_values("value", ignore_index=True)
    low, high, actual = ordered.iloc[0], ordered.iloc[-1], whole.inputs["ai_revenue"]
    frame = Frame(
        "authors-on-one-build",
        say("required.authors", low=_money(whole, low["value"]), lowest=low["label"], high=_money(whole, high["value"]),
            highest=high["label"], times=words.value(high["value"] / low["value"], "multiple")),
        say("required.authors_subtitle" + ("_none" if actual.missing else ""), unit=whole.currency,
            capex=_money(whole, next(iter(cases.values())).inputs["it_capex"].central)),
        (say("required.authors_note"),),
    )  # fmt: skip
    return marks.dots(ordered[::-1].reset_index(drop=True), frame, None if actual.missing else actual.central)


def _author(author: str, case: Case) -> dict:
    three = study.scenarios(case).outputs.loc["revenue_required"]
    return {"label": say(f"required.{author}"), "low": three.min(), "value": three["base"], "high": three.max(),
            "kind": case.kind, "source": case.source, "note": say(f"required.author_{author}")}  # fmt: skip


def vintages(case: Case, labels: Sequence[str], companies: Sequence[str]) -> Exhibit:
    """The revenue that all years' builds in service need, by year, in the bear, the base and the bull case."""
    found = study.scenarios(case)
    rows = pd.DataFrame([
        {"x": label, "label": label, "value": float(value), "group": say(f"study.{each}")}
        for each in SCENARIOS
        for label, value in zip(labels, found.results[each].required_by_year, strict=True)
    ]).assign(unit=case.currency, kind=case.kind, source=case.source)  # fmt: skip
    path = [float(each) for each in found.results["base"].required_by_year]
    ends = {"first": labels[0], "last": labels[-1]}
    return marks.paths(rows, Frame(
        "required-by-all-builds",
        say("required.vintages", now=_money(case, path[-1]), times=words.value(path[-1] / path[0], "multiple"), **ends),
        say("required.vintages_subtitle", unit=case.currency, names=_names(companies), **ends),
        (say("required.vintages_note", **ends),),
    ))  # fmt: skip


def forecasts(as_of: str = "") -> Exhibit:
    """What authors said, by the day they said it."""
    table = registers.history("estimates", as_of or None).sort_values("published")
    table = table[table["measure"] == FORECAST]
    rows = pd.DataFrame({
        "label": [_forecast(row) for row in table.itertuples()],
        "low": table["low"], "value": table["low"], "high": table["high"], "unit": table["unit"],
        "kind": table["kind"], "source": table["source"], "note": table["note"],
    })  # fmt: skip
    if rows.empty:
        frame = Frame("required-as-forecast", say("required.no_forecasts"), say("required.forecasts_subtitle"))
        return marks.table(rows, frame, {})
    least, most = rows.loc[rows["value"].idxmin()], rows.loc[rows["high"].idxmax()]
    return marks.dots(rows, Frame(
        "required-as-forecast",
        say("required.forecasts", low=words.value(least["value"], "USD"), lowest=least["label"],
            high=words.value(most["high"], "USD"), highest=most["label"]),
        say("required.forecasts_subtitle"), (say("required.forecasts_note"),),
    ))  # fmt: skip


def _forecast(row) -> str:
    return say("required.forecast", author=row.author, period=row.period, day=f"{row.published:%Y-%m}")


def per_user(whole: Case) -> Sentence:
    """The revenue required spread over the users of a telephone, as J.P. Morgan does."""
    spread = study.case(price_per_user, "", whole.currency, users="iphone_users",
                        revenue_required=float(whole.outputs.revenue_required))  # fmt: skip
    price = words.value(float(spread.outputs.per_user_month), spread.unit("per_user_month"))
    users = words.value(spread.inputs["users"].central, "shares")
    return words.paragraph(say("required.per_user", users=users, price=price,
                               required=_money(whole, whole.outputs.revenue_required)))  # fmt: skip


def disclosed_or_none(case: Case) -> float | None:
    """The AI revenue disclosed, as a line for a heat map; none where none is disclosed."""
    actual = case.inputs["ai_revenue"]
    return None if actual.missing else actual.central


def aim(case: Case) -> float:
    """What to solve for: the AI revenue disclosed, or where there is none what only covers depreciation."""
    return disclosed_or_none(case) or float(case.outputs.revenue_to_break_even)


def _lacking(cases: Mapping[str, Case]) -> list[str]:
    return [say("marks.missing", label=parts.names()[company], reason=case.lacking)
            for company, case in cases.items() if case.lacking]  # fmt: skip


def _names(companies) -> str:
    return words.listing(list(parts.names()[list(companies)]))


def _money(case: Case, amount: float) -> str:
    return words.value(float(amount), case.currency)
