"""Required against disclosed revenue, five authors on one build, all builds by year, and what was printed."""

from collections.abc import Mapping, Sequence

import pandas as pd

from capcycle import study, words
from capcycle.analyses.required_revenue import cases as required
from capcycle.analyses.required_revenue.model import price_per_user
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.facts import registers
from capcycle.study import SCENARIOS, Case
from capcycle.words import Sentence, say

FORECAST = "break_even_revenue"


def verdict(cases: Mapping[str, Case], whole: Case) -> Sentence:
    """What the companies together must earn, and how far those who disclose it are from what they need."""
    told = required.disclosing(cases)
    lack = [company for company in required.spending(cases) if company not in told]
    share = whole.inputs["ai_share_of_capex"].central
    first = {
        "names": _names(required.spending(cases)),
        "capex": _money(whole, whole.inputs["capex"].central),
        "share": say("required.all") if share == 1 else words.coupon(round(share, 2)),
        "required": _money(whole, whole.outputs.revenue_required),
        "target": words.coupon(whole.inputs["target_return"].central),
    }
    if not told:
        return words.paragraph(words.counted("required.verdict_none", len(lack), **first))
    near = required.together(told)
    second = {
        "told": _names(told), "actual": _money(near, near.inputs["ai_revenue"].central),
        "needed": _money(near, near.outputs.revenue_required),
        "multiple": _times(float(near.outputs.gap_multiple)),
    }  # fmt: skip
    key = "required.verdict_some" if lack else "required.verdict_all"
    return words.paragraph(words.counted(key, len(told), **first, **second))


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
    return words.counted("required.hole", len(told), covered=words.value(actual / needed, "fraction"),
                         required=_money(case, needed), names=_names(told))  # fmt: skip


def disclosures(cases: Mapping[str, Case], as_of: str = "") -> Exhibit:
    """What each company discloses of its AI revenue, and who discloses nothing and tells what instead."""
    inputs = {company: case.inputs["ai_revenue"] for company, case in cases.items()}
    rows = pd.DataFrame([
        {"label": parts.names()[company], "value": each.central, "unit": each.unit, "kind": each.kind,
         "source": each.source, "note": parts.upper(required.told(company, as_of) if each.missing else each.reason)}
        for company, each in inputs.items()
    ])  # fmt: skip
    rows = rows.assign(kind=rows["kind"].where(rows["value"].notna(), ""))
    columns = {"label": say("column.company"), "value": words.name("ai_revenue"), "note": say("marks.column.note")}
    return marks.table(rows, Frame(
        "ai-revenue-disclosed",
        _disclosed_title(rows),
        say("required.lacking_subtitle"),
    ), columns)  # fmt: skip


def _disclosed_title(rows: pd.DataFrame) -> str:
    lacking = int(rows["value"].isna().sum())
    if len(rows) > 1:
        return words.counted("required.lacking", lacking, total=len(rows))
    (row,) = rows.itertuples()
    amount = words.value(row.value, row.unit)
    return say("required.lacking_alone" if lacking else "required.telling_alone", name=row.label, amount=amount)


def _build(whole: Case) -> str:
    """Whose build authors' rules are put to."""
    return say("required.build_of", name=parts.names()[whole.company]) if whole.company else say("required.one_build")


def _times(number: float) -> str:
    return words.value(round(number, 1), "times")


def authors(whole: Case) -> Exhibit:
    """What five authors' rules ask of the same AI capex: a football field, with the disclosed revenue as a line."""
    cases = required.authors(whole)
    rows = pd.DataFrame([_author(author, case) for author, case in cases.items()]).assign(unit=whole.currency)
    ordered = rows.sort_values("value", ignore_index=True)
    low, high, actual = ordered.iloc[0], ordered.iloc[-1], whole.inputs["ai_revenue"]
    frame = Frame(
        "authors-on-one-build",
        say("required.authors", low=_money(whole, low["value"]), lowest=low["label"], high=_money(whole, high["value"]),
            highest=high["label"], times=_times(high["value"] / low["value"]), build=_build(whole)),
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
    builds = say("required.builds_of", name=_names(companies)) if len(companies) == 1 else say("required.builds")
    times = _times(path[-1] / path[0])
    return marks.paths(rows, Frame(
        "required-by-all-builds",
        words.counted("required.vintages", len(path), builds=builds, now=_money(case, path[-1]), times=times, **ends),
        say("required.vintages_subtitle", unit=case.currency, names=_names(companies), **ends),
        (say("required.vintages_note", **ends),),
    ))  # fmt: skip


def forecasts(as_of: str = "") -> Exhibit:
    """What authors said, by the day they said it."""
    table = registers.history("estimates", as_of or None).sort_values("published")
    table = table[table["measure"] == FORECAST]
    rows = pd.DataFrame({
        "label": [_forecast(row) for row in table.itertuples()],
        "author": [say("required.author_for", author=row.author, period=row.period) for row in table.itertuples()],
        "low": table["low"], "value": table["low"], "high": table["high"], "unit": table["unit"],
        "kind": table["kind"], "source": table["source"], "note": table["note"],
    })  # fmt: skip
    if rows.empty:
        frame = Frame("required-as-forecast", say("required.no_forecasts"), say("required.forecasts_subtitle"))
        return marks.table(rows, frame, {})
    least, most = rows.loc[rows["value"].idxmin()], rows.loc[rows["high"].idxmax()]
    return marks.dots(rows, Frame(
        "required-as-forecast",
        say("required.forecasts", low=words.value(least["value"], "USD"), lowest=least["author"],
            high=words.value(most["high"], "USD"), highest=most["author"]),
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
    rows = [{"label": parts.names()[company], "value": float("nan"), "note": case.lacking}
            for company, case in cases.items() if case.lacking]  # fmt: skip
    return marks.frame.noted(pd.DataFrame(rows, columns=["label", "value", "note"]))


def _names(companies) -> str:
    return words.listing(list(parts.names()[list(companies)]))


def _money(case: Case, amount: float) -> str:
    return words.value(float(amount), case.currency)
