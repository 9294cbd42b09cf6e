"""What power is worth: by company and stage, by author, as a sum of parts up to the price, and what is priced in."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from capcycle import words
from capcycle.analyses.power_value.model import attribution, lease_value, leased_mw_value, lifetime_income
from capcycle.analyses.power_value.prices import Prices
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.facts import registers
from capcycle.models.maths import per
from capcycle.study import Case, case
from capcycle.words import Sentence, say

STAGES = ("operating_mw", "leased_mw", "gpu_mw", "secured_mw")
PER_MW = "USD/MW"


def ladder(peers: pd.DataFrame, of: str = "enterprise_value") -> Exhibit:
    """A value per MW of each stage, company by company; numerator, denominator and stage with every figure.

    of  enterprise_value, or market_value, which leaves out debt and cash
    """
    wide = peers.set_index(["company", "figure"])
    rows = pd.DataFrame([
        _rung(wide.loc[company, of], wide.loc[company, stage], company, stage)
        for stage in STAGES
        for company in peers["company"].unique()
        if stage != "gpu_mw" or wide.loc[(company, stage), "value"] > 0  # few have such a contract
    ])  # fmt: skip
    drawn = _held(rows).sort_values(["place", "value"], ascending=[True, False], ignore_index=True)
    frame = Frame(
        parts.slug("ladder", of),
        _ladder_title(rows.dropna(subset="value"), of),
        say("power_value.ladder_subtitle", of=words.name(of)),
        (say("power_value.ladder_note"), *_lacking(rows[rows["value"].isna()])),
    )
    return marks.dots(drawn.assign(note=drawn["note"].where(drawn["value"].notna(), "")), frame)


def _short(stage: str) -> str:
    return say(f"power_value.short_{stage}")


def _lacking(rows: pd.DataFrame) -> list[str]:
    """A line for each company, with each reason once."""
    reasons = {
        name: dict.fromkeys("; ".join(each["note"]).split("; ")) for name, each in rows.groupby("name", sort=False)
    }
    return [say("power_value.lacking", name=name, reason="; ".join(each)) for name, each in reasons.items()]


def _rung(value: pd.Series, power: pd.Series, company: str, stage: str) -> dict:
    """A figure per MW, or the reason why it is lacking."""
    name, held = parts.names()[company], not np.isnan(value["value"] * power["value"])
    sides = {"value": words.value(value["value"], "USD"), "power": words.value(power["value"], "MW"),
             "value_day": words.day(value["date"]), "power_day": words.day(power["date"])}  # fmt: skip
    lacking = "; ".join(filter(None, (one["reason"] for one in (value, power) if np.isnan(one["value"]))))
    return {
        "name": name,
        "label": _dated(say("power_value.rung", name=name, stage=words.lower(_short(stage))), power["date"]),
        "value": float(per(value["value"], power["value"])) if held else np.nan,
        "group": _short(stage),
        "place": STAGES.index(stage),
        "unit": PER_MW,
        "kind": "estimated" if "estimated" in (value["kind"], power["kind"]) else "derived",
        "source": f"{value['source']} {power['source']}".strip(),
        "note": say("power_value.over", **sides) if held else lacking,
    }


def _dated(label: str, day: pd.Timestamp) -> str:
    """A label with the month that its MW are of."""
    return say("power_value.rung_dated", rung=label, month=f"{day:%Y-%m}") if day == day else label


def _ladder_title(rows: pd.DataFrame, of: str) -> str:
    if rows.empty:
        return say("finding.none", metric=words.name(of))
    ranges = rows.groupby("place")["value"].agg(["min", "max"]).map(lambda one: words.value(one, PER_MW))
    told = [
        say(f"power_value.ladder_{'one' if row['min'] == row['max'] else 'stage'}",
            stage=words.lower(_short(STAGES[place])), low=row["min"], high=row["max"])
        for place, row in ranges.iterrows()
    ]  # fmt: skip
    return say("power_value.ladder", of=words.name(of), stages=words.listing(told))


def prices(found: Prices, peers: pd.DataFrame, of: str = "enterprise_value") -> Exhibit:
    """The three ratios, each giving the whole value to one stage, beside the regression and Golden Sun's averages."""
    table = found.table.rename_axis("stage").reset_index()
    published = registers.read("estimates").query("measure == 'ev_per_mw'").set_index("about")["low"]
    names = {"operating_mw": "mining power", "leased_mw": "AI power", "pipeline_mw": ""}
    rows = table.assign(
        label=table["stage"].map(words.name), unit=PER_MW, kind="estimated", source=_behind(peers, of),
        published=table["stage"].map(names).map(published), companies=table["companies"].map("{:.0f}".format),
    )  # fmt: skip
    regressed = ("price", "standard_error", "price_nonnegative") if found.freedom > 0 else ()
    numbers = ("companies", "mean_ratio", "pooled_ratio", *regressed, "published")
    columns = {"label": say("power_value.column.stage")} | {one: say(f"power_value.column.{one}") for one in numbers}
    frame = Frame(
        parts.slug("power-prices", of),
        _prices_title(found),
        say("power_value.prices_subtitle" if regressed else "power_value.ratios_subtitle", of=words.name(of)),
        (_freedom(found), say("power_value.prices_note")),
    )
    return marks.table(rows, frame, columns)


def _behind(peers: pd.DataFrame, of: str) -> str:
    """The documents behind every figure that goes into a ratio, and Golden Sun's."""
    used = peers[peers["figure"].isin([of, *STAGES, "pipeline_mw"])]["source"]
    return " ".join(dict.fromkeys(["golden-sun-2025-12-12", *" ".join(used).split()]))


def _prices_title(found: Prices) -> str:
    leased = found.table.loc["leased_mw"]
    told = {key: words.value(leased[f"{key}_ratio"], PER_MW) for key in ("mean", "pooled")}
    # one that cannot tell its price from nothing is not told as a finding
    key = "power_value.prices" if found.concludes("leased_mw") else "power_value.prices_open"
    return say(key, companies=len(found.companies), price=words.value(leased["price"], PER_MW), **told)


def _freedom(found: Prices) -> str:
    names = words.listing([parts.names()[company] for company in found.companies]) if found.companies else words.DASH
    told = {"companies": len(found.companies), "names": names}
    if found.freedom <= 0:
        return say("power_value.no_freedom", **told)
    return say("power_value.freedom", freedom=found.freedom, errors=f"{found.errors_needed:.1f}", **told)


def football(rates: tuple[float, float] = (0.08, 0.10), mark: float | None = None) -> Exhibit:
    """What authors say that a MW is worth, by stage, with their ranges.

    rates  at which the income of Golden Sun's mean contract is discounted: the reader's own
    mark   a value per MW to draw a line through
    """
    rows = pd.DataFrame([*_assumed(), *_published(), _aligned(), _discounted(rates), _leased()]).assign(unit=PER_MW)
    rows = rows.sort_values(["place", "order"], ascending=[True, False], ignore_index=True)
    leased = rows[rows["place"] == 1]
    frame = Frame(
        "power-football",
        say("power_value.football", low=words.value(leased["low"].min(), PER_MW),
            high=words.value(leased["high"].max(), PER_MW)),
        say("power_value.football_subtitle"),
        (_tiny(), say("power_value.football_note", low=words.value(rates[0], "fraction"),
                      high=words.value(rates[1], "fraction"))),
    )  # fmt: skip
    return marks.dots(rows, frame, mark)


AUTHORS = {  # rows of assumptions.csv, by the stage that they price
    "operating_value": 0, "colocation_value_gross": 1, "colocation_value": 1, "hosting_capex": 3, "pipeline_value": 2,
}  # fmt: skip
GROUPS = ("operating_mw", "leased_mw", "pipeline_mw", "cost")


def _bar(key: str, place: int, low: float, value: float, high: float, kind: str, source: str) -> dict:
    order = np.nanmax([low, value, high])
    return {"label": say(f"power_value.football_{key}"), "low": low, "value": value, "high": high, "kind": kind,
            "source": source, "place": place, "group": say(f"power_value.group_{GROUPS[place]}"), "order": order,
            "note": ""}  # fmt: skip


def _assumed() -> list[dict]:
    table = registers.read("assumptions").query("company == ''").set_index("name")
    held = ((key, place, table.loc[key]) for key, place in AUTHORS.items())
    return [_bar(key, place, row.low, row.central, row.high, "estimated", row.source) for key, place, row in held]


def _published() -> list[dict]:
    table = registers.read("estimates").query("measure == 'ev_per_mw' and about != 'AI power'")
    return [
        _bar(row.about.replace(" ", "_"), 0, row.low, row.low, row.high, row.kind, row.source)
        for row in table.itertuples()
    ]


def _aligned() -> dict:
    deal = registers.read("commitments").set_index("commitment").loc["aligned-purchase"]
    value = deal["amount"] / (deal["gw"] * 1000)
    return _bar("aligned", 2, value, value, value, "derived", deal["source"])


def _discounted(rates: tuple[float, float]) -> dict:
    table = registers.read("assumptions").query("company == ''").set_index("name")
    rent, margin, term = (table.loc[name] for name in ("hosting_rent", "hosting_noi_margin", "lease_term_mean"))
    middle = (margin.low + margin.high) / 2
    ends = sorted(float(lease_value(rent.central, middle, term.central, rate)) for rate in rates)
    return _bar("discounted", 1, ends[0], np.nan, ends[1], "estimated", rent.source)


def _leased() -> dict:
    multiple = registers.read("assumptions").set_index("name").at["noi_multiple", "central"]
    one = case(leased_mw_value, cap_rate=1 / multiple)
    return _bar("leased_mw_value", 1, np.nan, float(one.outputs.net_value_per_mw), np.nan, "estimated", one.source)


def _tiny() -> str:
    """Why Golden Sun's value of a MW of AI power is no price: it is several times what the MW can ever earn."""
    table = registers.read("assumptions").query("company == ''").set_index("name")
    value = registers.read("estimates").query("about == 'AI power'")["low"].iloc[0]
    income = lifetime_income(
        table.at["hosting_rent", "central"],
        table.at["hosting_noi_margin", "high"],
        table.at["lease_term_mean", "central"],
    )
    return say("power_value.tiny", value=words.value(value, PER_MW), times=words.value(value / income, "multiple"))


def to_price(one: Case) -> Exhibit:
    """The sum of the parts of a company for each share, from nothing up to the value and on to the price."""
    found, inputs = one.outputs, {name: each.central for name, each in one.inputs.items()}
    count = inputs["shares"] + found.new_shares
    steps = {name: getattr(found, name) for name in ("operating_part", "leased_part", "cost_part", "pipeline_part")}
    steps |= {"bitcoin": inputs["bitcoin"], "cash": inputs["cash"], "debt": -inputs["debt"]}
    steps |= {"funding_gap": found.funding_gap}
    kinds = {name: one.inputs[name].kind for name in ("cash", "debt", "bitcoin")}
    rows = [
        (words.name(name), amount / count, False, kinds.get(name, one.kind)) for name, amount in steps.items() if amount
    ]
    rows += [(words.name("value_per_share"), found.value_per_share, True, one.kind)]
    rows += [(say("power_value.beyond"), inputs["price"] - found.value_per_share, False, one.kind)]
    rows += [(words.name("price"), inputs["price"] if not one.lacking else np.nan, True, one.inputs["price"].kind)]
    table = pd.DataFrame(rows, columns=["label", "value", "total", "kind"])
    table = table.assign(unit=one.unit("price"), source=one.source)
    frame = Frame(
        parts.slug("to-price", one.company), verdict(one),
        say("power_value.to_price_subtitle", currency=one.currency),
        (*_raised(one), say("power_value.to_price_note"), *([one.lacking] if one.lacking else [])),
    )  # fmt: skip
    return marks.waterfall(table, frame)


def per_leased_mw(one: Case) -> float | None:
    """What the value of a company comes to per MW leased, power in use taken off; None where a figure is lacking.

    one  how much power is priced in at the company
    """
    held = {name: each.central for name, each in one.inputs.items()}
    rest = held["enterprise_value"] - held["operating_mw"] * held["operating_value"] - held["bitcoin"]
    found = float(per(rest, held["leased_mw"]))
    return None if np.isnan(found) else found


def verdict(one: Case) -> Sentence:
    """What the parts of a company come to beside its price."""
    name, found, price = parts.names()[one.company], one.outputs, one.inputs["price"].central
    if one.lacking:
        return Sentence(say("power_value.verdict_lacking", name=name, reason=one.lacking))
    side, unit = "above" if found.upside >= 0 else "below", one.unit("price")
    return Sentence(say(f"power_value.verdict_{side}", name=name, value=words.value(found.value_per_share, unit),
                        price=words.value(price, unit), apart=words.value(abs(found.upside), "fraction"),
                        gap=_gap(found.funding_gap, one.currency)))  # fmt: skip


def _gap(amount: float, currency: str) -> str:
    return say("power_value.gap", gap=words.value(amount, currency)) if amount > 0 else say("power_value.gap_none")


def _raised(one: Case) -> list[str]:
    """What the building leaves to raise, where it leaves anything."""
    gap, new = float(one.outputs.funding_gap), float(one.outputs.new_shares)
    told = {"gap": words.value(gap, one.currency), "shares": words.value(new, "shares")}
    return [say("power_value.gap_note", **told)] if gap > 0 else []


def priced_in(cases: Mapping[str, Case], peers: pd.DataFrame) -> Exhibit:
    """How many leased MW the value assumes, beside what is signed and what the company has in all."""
    power = peers.set_index(["company", "figure"])
    rows = pd.DataFrame([row for company, one in cases.items() for row in _assumes(company, one, power)])
    drawn = _held(rows)
    told = [one for one in cases.values() if one.outputs.priced_in_share > 0]
    frame = Frame(
        "priced-in", _priced_in_title(told), say("power_value.priced_in_subtitle"),
        (say("power_value.priced_in_note"), *_printed(),
         *(say("power_value.lacking", name=parts.names()[company], reason=one.lacking)
           for company, one in cases.items() if np.isnan(one.outputs.priced_in_mw))),
    )  # fmt: skip
    return marks.columns(drawn, frame)


def _assumes(company: str, one: Case, power: pd.DataFrame) -> list[dict]:
    if not one.outputs.priced_in_mw > 0:
        return [_power_bar(company, "priced_in_mw", np.nan, one.kind, "")]
    bars = [("priced_in_mw", one.outputs.priced_in_mw, one.kind, one.source)]
    held = ((name, power.loc[company, name]) for name in ("leased_mw", "operating_mw", "secured_mw"))
    bars += [(name, row["value"], row["kind"], row["source"]) for name, row in held]
    return [_power_bar(company, *bar) for bar in bars]


def _power_bar(company: str, name: str, value: float, kind: str, source: str) -> dict:
    label = say("power_value.rung", name=parts.names()[company], stage=words.lower(_short(name)))
    return {"label": label, "group": _short(name), "value": float(value), "unit": "MW", "kind": kind, "source": source}


def _held(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that have a value; all of them where none has, for a table of dashes instead of an empty chart."""
    held = rows.dropna(subset="value")
    return (rows if held.empty else held).reset_index(drop=True)


def _priced_in_title(told: list[Case]) -> str:
    if not told:
        return say("finding.none", metric=words.name("priced_in"))
    top = max(told, key=lambda one: one.outputs.priced_in_share)
    more = sum(one.outputs.priced_in_share > 1 for one in told)
    return say("power_value.priced_in", more=more, count=len(told), name=parts.names()[top.company],
               times=words.value(top.outputs.priced_in_share, "multiple"))  # fmt: skip


def _printed() -> list[str]:
    """J.P. Morgan's shares of approved power that prices assumed, in MW where the approved power is held."""
    table = registers.read("estimates").query("measure == 'priced_in_power'")
    approved = registers.read("capacity").query("stage == 'approved' and site == ''").set_index("company")["mw"]
    told = [
        say("power_value.printed_mw" if row.subject in approved else "power_value.printed", name=row.name_,
            share=words.value(row.low, "fraction"), mw=words.value(row.low * approved.get(row.subject, np.nan), "MW"))
        for row in table.rename(columns={"name": "name_"}).itertuples()
    ]  # fmt: skip
    return [say("power_value.printed_all", told=words.listing(told))]


def attributed() -> Exhibit:
    """Bernstein's split of IREN's value, as printed, and what it comes to."""
    table = registers.read("estimates").query("subject == 'IREN' and author == 'Bernstein'")
    own = table.set_index(["measure", "about"])["low"]
    target = table.query("measure == 'target_price' and price > 0").iloc[-1]
    gpus = registers.read("capacity", as_of="2025-09-30").query("company == 'IREN' and gpus > 0")["gpus"].iloc[-1]
    one = case(
        attribution, "IREN", market_value=own["market_value", ""], price=target["price"], target_price=target["low"],
        ai_share=own["ev_share", "AI and hosting"], ai_revenue=own["ai_cloud_revenue", ""], gpus=gpus,
    )  # fmt: skip
    rows = pd.DataFrame([
        {"label": words.name(name), "value": float(value), "unit": one.unit(name), "kind": "estimated",
         "source": "gelonghui-2025-09-25"}
        for name, value in one.outputs._asdict().items()
    ])  # fmt: skip
    frame = Frame(
        "attribution-iren",
        say("power_value.attributed", share=words.value(own["ev_share", "AI and hosting"], "fraction"),
            value=words.value(one.outputs.ai_value_at_target, one.currency),
            gpu=words.value(one.outputs.ai_value_per_gpu, one.unit("ai_value_per_gpu"))),
        say("power_value.attributed_subtitle"), (say("power_value.attributed_note"),),
    )  # fmt: skip
    columns = {name: say(f"marks.column.{name}") for name in ("label", "value")}
    return marks.table(rows, frame, columns)
