"""Another life of the servers: what it does to profit, when the charge arrives, what outlasts what."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.models import depreciation
from capcycle.study import Case, Input
from capcycle.words import say

METHODS = {"straight_line": depreciation.straight_line, "sum_of_digits": depreciation.sum_of_digits,
           "declining_balance": depreciation.declining_balance}  # fmt: skip
YEAR = pd.Timedelta(days=365.25)
CLAIMED_YEARS = 3  # 2026 to 2028 in the claim
LOANS = ("facility", "loan", "vendor loan")


def verdict(cases: Mapping[str, Case], years: float) -> str:
    """In one sentence: what the shorter life takes from the profit of each company that has all figures."""
    changes = {company: float(each.evaluate(server_life=years).eps_change) for company, each in cases.items()}
    held = pd.Series(changes).dropna().sort_values()
    lacking = _names([company for company, each in cases.items() if each.lacking])
    said = [say("lives.without", names=lacking)] if lacking else []
    said += _chosen({company: each.inputs["server_share"] for company, each in cases.items()})
    if held.empty:
        return words.paragraph(say("lives.none"), *said)
    ends = {"most": parts.names()[held.index[0]], "least": parts.names()[held.index[-1]],
            "top": _moved(held.iloc[0]), "bottom": _moved(held.iloc[-1])}  # fmt: skip
    return words.paragraph(words.counted("lives.verdict", len(held), life=words.value(years, "years"), **ends), *said)


def _chosen(shares: Mapping[str, Input]) -> list[str]:
    """Whose share of servers no text tells, so that it was chosen."""
    chosen = {company: each.central for company, each in shares.items() if each.kind == "assumed" and not each.missing
              and not each.source}  # fmt: skip
    key = "lives.chosen" if min(chosen.values(), default=0) == 1 else "lives.chosen_part"
    return [say(key, names=_names(list(chosen)))] if chosen else []


def _moved(change: float) -> str:
    """What becomes of a profit: a fall by more than all of it is a loss, whatever its size."""
    if change <= -1:
        return say("lives.lost")
    return say("lives.fall" if change < 0 else "lives.rise", share=words.value(abs(change), "fraction"))


def at_lives(cases: Mapping[str, Case], lives: Sequence[float]) -> Exhibit:
    """Earnings per share at several lives, against those in the accounts, a line per company."""
    rows = pd.DataFrame([_at_life(each, life) for each in cases.values() for life in sorted(lives)])
    held = rows.dropna(subset="value")
    shortest = held[held["life"] == min(lives)].sort_values("value")
    frame = Frame(
        "eps-at-lives",
        _ends("lives.at_lives", shortest, life=words.value(min(lives), "years")),
        say("lives.at_lives_subtitle"),
        (say("lives.as_if"), *_losses(cases), *_shares_noted(cases), *_lacking(cases)),
    )
    return marks.paths((held if len(held) else rows).drop(columns="life"), frame)


def _at_life(case: Case, life: float) -> dict[str, Any]:
    name, years = parts.names()[case.company], words.value(life, "years")
    return {"label": name, "group": name, "x": years, "life": life, "unit": "fraction", "kind": case.kind,
            "value": float(case.evaluate(server_life=life).eps_change), "source": case.source}  # fmt: skip


def _losses(cases: Mapping[str, Case]) -> list[str]:
    return [say("lives.loss", name=parts.names()[company]) for company, each in cases.items()
            if each.inputs["net_income"].central <= 0]  # fmt: skip


def eps_table(cases: Mapping[str, Case], lives: Sequence[float]) -> Exhibit:
    """Earnings per share in the accounts and at several lives and methods, a row per company."""
    rows = pd.DataFrame([_eps_row(each, lives) for each in cases.values()])
    columns = {name: say(f"lives.per_share.{name}") for name in ("label", "life", "share", "value")}
    columns |= {f"at_{life:g}": words.value(life, "years") for life in lives}
    columns |= {name: say(f"lives.{name}", life=words.value(min(lives), "years")) for name in ("digits", "balance")}
    held = pd.Series([each.inputs["life_in_accounts"].central for each in cases.values()
                      if each.inputs["life_in_accounts"].kind != "assumed"], dtype=float)  # fmt: skip
    frame = Frame(
        "eps-table",
        words.counted("lives.eps_table", len(held), low=words.value(held.min(), "years"),
                      high=words.value(held.max(), "years")),
        say("lives.eps_table_subtitle"),
        tuple(_lacking(cases)),
    )  # fmt: skip
    return marks.table(rows, frame, columns)


def _eps_row(case: Case, lives: Sequence[float]) -> dict[str, Any]:
    shortest = case.evaluate(server_life=min(lives))
    told = {"life": "life_in_accounts", "share": "server_share"}
    row = {name: _shown(case.inputs[given]) for name, given in told.items()} | {
        "label": f"{parts.names()[case.company]}, {_period(case)}",
        "value": words.value(float(shortest.eps_in_accounts), case.unit("eps_in_accounts")),
        "digits": float(shortest.eps_by_digits), "balance": float(shortest.eps_by_balance),
    }  # fmt: skip
    at = {f"at_{life:g}": float(case.evaluate(server_life=life).eps_restated) for life in lives}
    return row | at | {"unit": case.unit("eps_restated"), "kind": case.kind, "source": case.source}


def _shown(given: Input) -> str:
    return parts.shown(given.central, given.unit, given.kind)


def bridge(case: Case) -> Exhibit:
    """From the profit in the accounts to the profit restated: what is held, what was bought in the year, the tax."""
    found, tax = case.outputs, case.inputs["tax_rate"].central
    taken = float(found.added_on_existing + found.added_on_new)
    steps = [
        ("reported", case.inputs["net_income"].central, True),
        ("existing", -float(found.added_on_existing), False),
        ("new", -float(found.added_on_new), False),
        ("tax", taken * tax, False),
        ("restated", float(found.net_income_restated), True),
    ]
    rows = pd.DataFrame(steps, columns=["step", "value", "total"])
    rows = rows.assign(label=[say(f"lives.step.{step}") for step in rows["step"]], unit=case.currency,
                       kind=["reported"] + [case.kind] * 4, source=case.source)  # fmt: skip
    frame = Frame(
        parts.slug("bridge", case.company),
        say("lives.bridge" if not case.lacking else "lives.bridge_none", name=parts.names()[case.company],
            before=words.value(steps[0][1], case.currency), after=words.value(steps[-1][1], case.currency),
            life=words.value(case.inputs["server_life"].central, "years"),
            accounts=words.value(case.inputs["life_in_accounts"].central, "years")),
        say("lives.bridge_subtitle", currency=case.currency, period=_period(case)),
        (say("lives.as_if"), *_lacking({case.company: case})),
    )  # fmt: skip
    return marks.waterfall(rows.drop(columns="step"), frame)


def fan(case: Case, lives: Sequence[float]) -> Exhibit:
    """What a change to each of several lives does to earnings per share, year by year, as accounting rules ask."""
    rows = pd.DataFrame([
        {"x": year + 1, "label": str(year + 1), "group": words.value(life, "years"), "value": float(value)}
        for life in lives for year, value in enumerate(case.evaluate(server_life=life).eps_effect)
    ])  # fmt: skip
    rows = rows.assign(unit=case.unit("eps_effect"), kind=case.kind, source=case.source)
    worst = rows.loc[rows["value"].idxmin()] if rows["value"].notna().any() else None
    title = say("lives.fan_none", name=parts.names()[case.company]) if worst is None else say(
        "lives.fan", name=parts.names()[case.company], life=worst["group"], year=worst["x"],
        value=words.value(worst["value"], worst["unit"]))  # fmt: skip
    notes = (say("lives.on_change"), case.inputs["capex_next"].reason, *_lacking({case.company: case}))
    subtitle = say("lives.fan_subtitle", unit=case.unit("eps_effect"))
    frame = Frame(parts.slug("eps-fan", case.company), title, subtitle, notes)
    return marks.paths(rows, frame, x_title=say("lives.year_of_change"))


def cohorts(case: Case) -> Exhibit:
    """The charge for what is already spent, by the year of purchase, from the newest year on."""
    spent, last = case.inputs["capex"].central, int(_period(case)[-4:])
    years = [say("lives.cohort", year=f"FY{last - age}") for age in reversed(range(len(spent)))]
    alone = np.diag(spent).tolist()  # each year's purchase by itself
    rows = pd.DataFrame([
        {"x": f"FY{last + ahead}", "label": f"FY{last + ahead}", "group": group, "value": float(value)}
        for group, capex in zip(years, alone, strict=True)
        for ahead, value in enumerate(case.evaluate(capex=capex).charges_in_accounts)
    ])  # fmt: skip
    rows = rows.assign(unit=case.currency, kind=case.kind, source=case.source)
    total = rows.groupby("x")["value"].sum(min_count=1)
    kept = rows[rows["x"].map(total).gt(0) & rows.groupby("group")["value"].transform("sum").gt(0)]
    frame = Frame(
        parts.slug("cohorts", case.company),
        say("lives.cohorts" if not case.lacking else "lives.cohorts_none", name=parts.names()[case.company],
            value=words.value(case.outputs.not_yet_charged, case.currency), year=_period(case),
            life=words.value(case.inputs["life_in_accounts"].central, "years")),
        say("lives.cohorts_subtitle", currency=case.currency),
        (say("lives.spent_only"), *_lacking({case.company: case})),
    )  # fmt: skip
    return marks.stacked(kept if len(kept) else rows.head(1), frame)


def wall(cases: Mapping[str, Case]) -> Exhibit:
    """What is spent on servers and not yet charged, against a year's charge."""
    rows = pd.DataFrame([_wall_row(each) for each in cases.values()]).sort_values("value", ascending=False)
    held = rows.dropna(subset="value")
    frame = Frame(
        "wall",
        say("lives.wall", total=words.value(held["value"].sum(), held["unit"].iloc[0]), names=_listed(held["label"]))
        if len(held) else say("lives.none"),
        say("lives.wall_subtitle", currency=rows["unit"].iloc[0]),
        (*_shares_noted(cases), *_lacking(cases)),
    )  # fmt: skip
    return marks.columns(rows, frame)


def _wall_row(case: Case) -> dict[str, Any]:
    found = case.outputs
    charges = words.value(float(found.not_yet_charged / found.depreciation_in_accounts), "multiple")
    return {"label": parts.names()[case.company], "value": float(found.not_yet_charged), "unit": case.currency,
            "kind": case.kind, "source": case.source,
            "note": "" if case.lacking else say("lives.wall_note", years=charges)}  # fmt: skip


def changes(calibrated: pd.DataFrame) -> Exhibit:
    """The disclosed changes of life with their effect, beside what the model gives for the same change."""
    per_share = calibrated["figure"].eq("eps")
    rows = calibrated.assign(
        label=calibrated["company"].map(parts.names()), unit=calibrated["currency"], kind=calibrated["kind"],
        effect_unit=calibrated["currency"].mask(per_share, calibrated["currency"] + "/share"),
        change=[_told(each) for each in calibrated.to_dict("records")],
        implied_share_unit="fraction", modelled_unit=calibrated["currency"],
        line=[words.name("eps_diluted" if figure == "eps" else figure) for figure in calibrated["figure"]],
        note=calibrated["reason"].where(calibrated["reason"] != "", words.DASH),
    )  # fmt: skip
    columns = {name: say(f"lives.change.{name}") for name in ("label", "change", "line", "effect", "modelled",
               "implied_share", "note")}  # fmt: skip
    shares = rows["implied_share"].dropna()
    title = words.counted("lives.changes", len(shares), of=len(rows), low=words.value(shares.min(), "fraction"),
                          high=words.value(shares.max(), "fraction"))  # fmt: skip
    frame = Frame("changes-of-life", title, say("lives.changes_subtitle"), (say("lives.changes_note"),))
    return marks.table(rows, frame, columns)


def _told(row: dict[str, Any]) -> str:
    """A change of life in words."""
    if np.isnan(row["to_years"]):
        return row["asset"].capitalize()
    ends = {"before": f"{row['from_years']:g}", "after": words.value(row["to_years"], "years")}
    return say("lives.changed", day=words.day(row["effective"]), **ends)


def fit(cases: Mapping[str, Case], reported: Mapping[str, Input]) -> Exhibit:
    """What the model charges for servers beside all depreciation in the accounts, which it must not exceed."""
    rows = pd.DataFrame([_fit_row(each, reported[company]) for company, each in cases.items()])
    ratio = rows["ratio"].dropna()
    beyond = rows.loc[rows["ratio"] > 1, "label"]
    title = say("lives.fit_beyond", names=_listed(beyond)) if len(beyond) else words.counted(
        "lives.fit", len(ratio), low=words.value(ratio.min(), "fraction"), high=words.value(ratio.max(), "fraction")
    )  # fmt: skip
    columns = {name: say(f"lives.fitted.{name}") for name in ("label", "value", "whole", "ratio", "note")}
    return marks.table(rows, Frame("fit", title, say("lives.fit_subtitle")), columns)


def _fit_row(case: Case, whole: Input) -> dict[str, Any]:
    charged = float(case.outputs.depreciation_in_accounts)
    return {"label": parts.names()[case.company], "value": charged, "unit": case.currency, "whole": _shown(whole),
            "ratio": charged / whole.central, "ratio_unit": "fraction", "kind": case.kind,
            "source": f"{case.source} {whole.source}".strip(),
            "note": case.lacking or _fit_note(charged, whole, case) or words.DASH}  # fmt: skip


def _fit_note(charged: float, whole: Input, case: Case) -> str:
    if whole.missing:
        return whole.reason
    if np.isclose(charged, whole.central):  # the share was lowered to this bound, and says why
        return case.inputs["server_share"].reason
    wider = say("lives.wider") if whole.name != "depreciation" else ""
    beyond = say("lives.beyond") if charged > whole.central else ""
    return " ".join(filter(None, (wider, beyond)))


def methods(case: Case) -> Exhibit:
    """The charge for one purchase over its life by each method; all of them come to the same."""
    life, first = case.inputs["server_life"].central, case.inputs["first_year"].central
    rows = pd.DataFrame([
        {"x": year + 1, "label": str(year + 1), "group": say(f"lives.method.{name}"),
         "value": float(depreciation.charge(left, year, life, first))}
        for name, left in METHODS.items() for year in range(int(np.ceil(life + 1 - first)))
    ]).assign(unit="fraction", kind="derived", source=case.inputs["first_year"].source)  # fmt: skip
    early = {name: words.value(1 - float(left(1, life, first)), "fraction") for name, left in METHODS.items()}
    subtitle = say("lives.methods_subtitle", life=words.value(life, "years"))
    frame = Frame("methods", say("lives.methods", **early), subtitle, (say("lives.methods_note"),))
    return marks.paths(rows, frame, x_title=say("lives.year_of_purchase"))


def overstatement(cases: Mapping[str, Case], lives: Sequence[float], estimates: pd.DataFrame) -> Exhibit:
    """The depreciation that longer lives leave out over three years, in all companies, beside a published claim.

    estimates  the register of that name
    """
    unit = next(iter(cases.values())).currency
    claimed = estimates.query("measure == 'understated_depreciation'").head(1)  # none before it was public
    claimed = facts.restated(claimed.assign(currency=claimed["unit"]), ["low"], unit)
    full = {company: each for company, each in cases.items() if not each.lacking}
    values = [sum(float(sum(each.evaluate(server_life=life).effect_by_year[:CLAIMED_YEARS])) for each in full.values())
              for life in lives]  # fmt: skip
    source = " ".join(dict.fromkeys(" ".join(each.source for each in full.values()).split()))
    labels = [say("lives.if", life=words.value(life, "years")) for life in lives]
    rows = pd.DataFrame({"label": labels, "value": values, "kind": "assumed", "source": source, "note": words.DASH})
    claim = claimed[["kind", "source"]].assign(
        label=say("lives.claimed"), value=claimed["low"], note=say("lives.unpublished")
    )
    ends = {"low": words.value(min(values), unit), "high": words.value(max(values), unit), "names": _names(list(full))}
    said = {"claimed": words.value(claimed["low"].iloc[0], unit)} if len(claimed) else {}
    frame = Frame(
        "overstatement",
        say("lives.overstated" if said else "lives.overstated_alone", **ends, **said),
        say("lives.overstated_subtitle", years=CLAIMED_YEARS, currency=unit),
        (say("lives.on_change"), say("lives.flat"), *parts.restated(claimed), *_lacking(cases)),
    )
    return marks.columns(pd.concat([claim, rows], ignore_index=True).assign(unit=unit), frame)


def terms(cases: Mapping[str, Case], contracts: pd.DataFrame, debt: pd.DataFrame, assumptions: pd.DataFrame) -> Exhibit:
    """Years beside each other: the life in the accounts, the customer's contract, the loan, the fall of prices.

    contracts, debt, assumptions  the registers of these names
    """
    groups = {"life": _lives(cases), "contract": _contracts(contracts, cases), "loan": _loans(debt, cases),
              "price": _prices(assumptions)}  # fmt: skip
    lacking = [say(f"lives.empty.{name}") for name, group in groups.items() if group.empty]
    rows = pd.concat([group for group in groups.values() if len(group)], ignore_index=True).assign(unit="years")
    middle = rows.groupby("term", sort=False)["value"].median()
    said = [say(f"lives.term.{term}", years=words.value(value, "years")) for term, value in middle.items()]
    title = words.listing(said)
    frame = Frame(
        "terms", title[:1].upper() + title[1:], say("lives.terms_subtitle"), (say("lives.terms_note"), *lacking)
    )
    return marks.dots(rows.drop(columns="term"), frame)


def _lives(cases: Mapping[str, Case]) -> pd.DataFrame:
    rows = [(parts.names()[company], each.inputs["life_in_accounts"]) for company, each in cases.items()]
    return _years(((name, each.central, each.kind, each.source) for name, each in rows if not each.missing), "life")


def _contracts(table: pd.DataFrame, companies: Mapping[str, Case]) -> pd.DataFrame:
    table = table.query("gpu_included == 'yes' and status != 'terminated'")
    table = table[table["lessor"].isin(list(companies)) & table["term_years"].notna()]
    names = table["lessor_name"] + " – " + table["tenant_name"]
    return _years(zip(names, table["term_years"], table["kind"], table["source"], strict=True), "contract")


def _loans(table: pd.DataFrame, companies: Mapping[str, Case]) -> pd.DataFrame:
    """Years from each borrower's newest list of loans to their ends; a loan no longer in that list is repaid."""
    table = table[table["type"].isin(LOANS) & (table["stage"] == "outstanding") & table["due_to"].notna()]
    table = table[table["borrower"].isin(list(companies)) & (table["due_to"] > table["as_at"])]
    table = table[table["as_at"] == table.groupby("borrower")["as_at"].transform("max")]
    names, left = table["borrower_name"] + ", " + table["instrument"], (table["due_to"] - table["as_at"]) / YEAR
    return _years(zip(names, left, table["kind"], table["source"], strict=True), "loan")


def _prices(table: pd.DataFrame) -> pd.DataFrame:
    """Years in which the price of an hour halves: log 0.5 / log of next year's price over this one's."""
    row = table[table["company"] == ""].set_index("name").loc["gpu_rent_ratio_per_year"]
    low, central, high = (float(np.log(0.5) / np.log(row[end])) for end in ("low", "central", "high"))
    made = _years([(say("lives.halving"), central, row["kind"], row["source"])], "price")
    return made.assign(low=low, high=high)


def _years(rows: Any, group: str) -> pd.DataFrame:
    made = pd.DataFrame(list(rows), columns=["label", "value", "kind", "source"])
    return made.assign(term=group, group=say(f"lives.group.{group}"), low=np.nan, high=np.nan)


def _period(case: Case) -> str:
    return case.inputs["net_income"].reason.rpartition(" ")[2].rstrip(".")


def _ends(key: str, held: pd.DataFrame, **values: str) -> str:
    if held.empty:
        return say("lives.none")
    first, last = held.iloc[0], held.iloc[-1]
    return words.counted(key, len(held), most=first["label"], top=_moved(first["value"]), least=last["label"],
                         bottom=_moved(last["value"]), **values)  # fmt: skip


def _lacking(cases: Mapping[str, Case]) -> list[str]:
    return [say("marks.missing", label=parts.names()[company], reason=f"{each.lacking}.")
            for company, each in cases.items() if each.lacking]  # fmt: skip


def _shares_noted(cases: Mapping[str, Case]) -> list[str]:
    said = [say("lives.share_of", name=parts.names()[company],
                share=parts.shown(each.inputs["server_share"].central, "fraction", each.inputs["server_share"].kind))
            for company, each in cases.items() if not each.inputs["server_share"].missing]  # fmt: skip
    return [say("lives.shares", each="; ".join(said))] if said else []


def _names(companies: list[str]) -> str:
    return _listed(facts.companies()["name"][companies])


def _listed(names: Sequence[str]) -> str:
    return words.listing(list(names)) if len(names) else ""
