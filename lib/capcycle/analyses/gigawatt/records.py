"""What is on record of gigawatts: their cost by author, what they hold by chip, power by company and by site."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.analyses.gigawatt.model import gigawatt
from capcycle.analyses.hosting import contracts
from capcycle.exhibits import marks
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.exhibits.studies.shapes import ranked_title
from capcycle.facts import Book
from capcycle.models.bounds import within
from capcycle.units import MW_PER_GW
from capcycle.words import say, value

PREFIX = "capex_per_gw_"  # assumptions of the authors, by their names
# the gigawatt that an author means
BASES = {"bernstein": "facility", "barclays": "unstated", "epoch_it": "IT", "epoch_facility": "facility",
         "ibm": "unstated", "nvidia": "unstated"}  # fmt: skip
PETA, GIGA, RACK = 1e15, 1e9, 72
SAID = 1  # companies in a title, each with two months
WHOLE = ("", "all power in use", "all power secured", "development pipeline")  # of a company, not of one site
A_YEAR = pd.Timedelta(days=366)  # what ran longer before the newest figure is set against no plan
STAGES = ("pipeline", "planned", "approved", "contracted", "under construction", "operating")
KEY = ["company", "stage", "basis"]  # a company may have changed its name


def dots(rows: pd.DataFrame, key: str, notes: Sequence[str] = (), **more: Any) -> Exhibit:
    """Rows as dots, the highest first, under the words of a key whose end is the id; of no rows it says so."""
    shape = key.rpartition(".")[2]
    if rows.empty:
        return nothing(shape)
    rows = rows.sort_values("value", ascending=False, ignore_index=True)
    title = ranked_title(rows.drop(columns="group", errors="ignore"), "gigawatt", key, more)
    return marks.dots(rows, marks.worded(key, *notes, title=title, **more))


def nothing(shape: str) -> Exhibit:
    """An exhibit that says that nothing of what it would show was public."""
    return marks.nothing(Frame(shape, say("gigawatt.nothing"), ""))


def dated(name: str, day: pd.Timestamp) -> str:
    """A name with the month of a figure."""
    month = f"{day:%Y-%m}" if day == day else ""
    return say("gigawatt.dated" if month else "gigawatt.undated", name=name, month=month)


def span(ends: Sequence[float], unit: str) -> str:
    """Two figures of one unit, or one where they are alike; empty where they are missing."""
    return words.between(*ends, unit).replace(words.DASH, "")


def cost_per_gw(book: Book) -> Exhibit:
    """What authors say that a gigawatt costs, each with its date and the gigawatt that is meant."""
    table = book.register("assumptions")
    printed = table[table["name"].isin([f"{PREFIX}{author}" for author in BASES])]
    rows = [_of_author(row) for row in printed.to_dict("records")]
    authors = {row["author"] for row in rows}
    sheets = book.register("chips").dropna(subset="capex_per_gw").to_dict("records")
    rows += [_dot(row, dated(_chip(row), row["published"]), *[row["capex_per_gw"]] * 2, row["note"])
             for row in sheets if row["author"] not in authors]  # fmt: skip
    return dots(pd.DataFrame(rows).assign(unit="USD/GW"), "gigawatt.cost-per-gw")


def _of_author(row: Mapping[str, Any]) -> dict[str, Any]:
    short = row["name"].removeprefix(PREFIX)
    author = words.label(f"gigawatt.author.{short.partition('_')[0]}")
    ends = [row["low"], row["high"]] if np.isnan(row["central"]) else [row["central"]] * 2
    said = {"kind": "estimated", "source": row["source"], "power_basis": BASES[short]}
    return _dot(said, dated(author, row["published"]), *ends, row["reason"]) | {"author": author}


def _dot(row: Mapping[str, Any], label: str, low: float, high: float, note: str) -> dict[str, Any]:
    """A dot in the colour of the gigawatt that is meant; of a range the upper end."""
    return {"label": label, "group": _basis(row["power_basis"] or "unstated"), "low": low, "value": high,
            "high": high, "note": note, "kind": row["kind"], "source": row["source"]}  # fmt: skip


def _basis(basis: str) -> str:
    """Which gigawatt is meant, in words."""
    return words.label(f"gigawatt.basis.{basis}")


def _chip(row: Mapping[str, Any]) -> str:
    return say("gigawatt.of_author", chip=row["chip"], author=words.translated(row["author"]))


def chips_per_gw(book: Book) -> Exhibit:
    """GPUs of a gigawatt by chip and author, with the racks, throughput and cost that go with them."""
    sheets = book.register("chips")
    rows = [_holds(row, sheets) for row in sheets.dropna(subset="kw_all_in_low").to_dict("records")]
    return dots(pd.DataFrame(rows).assign(unit="GPUs"), "gigawatt.chips-per-gw")


def _holds(row: Mapping[str, Any], sheets: pd.DataFrame) -> dict[str, Any]:
    """The ends of the GPUs come from the ends of the power, the guards of the model included."""
    power = np.array([row["kw_all_in_high"], row["kw_all_in_low"]])
    site = gigawatt(MW_PER_GW, power, RACK, 1.0, 1.0, row["capex_per_gw"])
    peaks = {bits: _peak(row, sheets, bits) / PETA for bits in (16, 8)}
    texts = [span(power[::-1], "kW/GPU"), span(site.racks, "racks"), span(site.capex_per_gpu[::-1], "USD/GPU")]
    texts += [say("gigawatt.throughput", bits=bits, throughput=span(site.throughput * peak, "EFLOPS"))
              for bits, peak in peaks.items() if peak == peak]  # fmt: skip
    return _dot(row, _chip(row), *site.gpus, words.clauses(filter(None, texts)))


def _peak(row: Mapping[str, Any], sheets: pd.DataFrame, bits: int = 16) -> float:
    """A chip's own peak in FLOPS, or that of the chip of the data set that its figures are of."""
    own = row[f"fp{bits}_flops"]
    same = sheets.loc[sheets["chip"] == row["throughput_of"], f"fp{bits}_flops"]
    return same.max() if np.isnan(own) and row["throughput_of"] else own


def flops_per_dollar(book: Book) -> Exhibit:
    """Throughput for each dollar of a chip's price, in 16-bit arithmetic; the colours say what the price is of."""
    sheets = book.register("chips")
    chips = sheets.dropna(subset="price")
    chips = chips.assign(peak=[_peak(row, sheets) for row in chips.to_dict("records")])
    silent, known = list(chips.loc[chips["peak"].isna(), "chip"]), chips.dropna(subset="peak")
    rows = known[["kind", "source"]].assign(
        label=[_chip(row) for row in known.to_dict("records")],
        group=[words.label(f"gigawatt.price.{basis}") for basis in known["price_basis"]],
        value=known["peak"] / known["price"] / GIGA,
        note=[value(price, "USD/GPU") for price in known["price"]],
        unit="GFLOPS/USD",
    )
    notes = [say("gigawatt.flops-per-dollar.silent", chips=words.listing(silent))] if silent else []
    return dots(rows, "gigawatt.flops-per-dollar", notes)


def funnel(book: Book) -> Exhibit:
    """Power by stage of each company, in MW, from the pipeline down to what runs."""
    rows = by_stage(on_record(book))
    if rows.empty:
        return nothing("funnel")
    order = rows.assign(place=rows["stage"].map(STAGES.index), first=rows["company"].map(book.companies.index))
    rows = order.sort_values(["first", "place", "basis"], ignore_index=True)
    rows = rows.assign(name=rows["company"].map(book.names.get))
    group, stage = rows["basis"].map(_basis), rows["stage"].map(lambda each: f"capacity.stage.{each.replace(' ', '_')}")
    label = rows["name"] + say("format.colon") + stage.map(say)
    # bars under one label would be stacked, and those of unlike bases are not to be added
    apart = [_place(*each) for each in zip(label, group.map(words.lower), strict=True)]
    rows = rows.assign(unit="MW", group=group, label=label.mask(label.duplicated(keep=False), apart))
    silent = [book.names[company] for company in book.companies if company not in set(rows["company"])]
    notes = [say("gigawatt.funnel.silent", names=words.listing(silent))] if silent else []
    return marks.columns(rows, marks.worded("gigawatt.funnel", *notes, title=_title(rows, book)))


def _place(name: str, site: str) -> str:
    return say("capacity.place", name=name, site=site)


def _title(rows: pd.DataFrame, book: Book) -> str:
    """IT power contracted and running, the one basis on which sites of several companies can be added; else what runs
    of the most that each company has planned, contracted or approved.
    """
    rows, of_it = rows.assign(runs=rows["stage"] == "operating"), rows[rows["basis"] == "critical"]
    contracted, running = (of_it.loc[of_it["stage"] == stage, "value"] for stage in ("contracted", "operating"))
    if len(contracted):
        power = {"contracted": value(contracted.sum(), "MW"), "running": value(running.sum(), "MW")}
        return say("gigawatt.funnel.of_it" if len(running) else "gigawatt.funnel.of_it_silent", **power)
    largest = rows.sort_values("value").drop_duplicates(["company", "runs"], keep="last").pivot(
        index="company", columns="runs", values=["value", "last"]
    ).reindex(rows["company"].unique())  # fmt: skip
    both = largest.dropna() if {True, False} == set(rows["runs"]) else largest[:0]
    newest = rows.loc[rows["runs"], "last"].max()
    each = [say("gigawatt.funnel.runs", name=book.names[company], share=value(one["value", True] / one["value", False],
                "fraction"), running=f"{one['last', True]:%Y-%m}", planned=f"{one['last', False]:%Y-%m}")
            for company, one in both.iterrows() if newest - one["last", True] < A_YEAR][:SAID]  # fmt: skip
    return say("gigawatt.funnel.title", companies=words.listing(each)) if each else say("gigawatt.funnel.none")


def levels(book: Book) -> pd.DataFrame:
    """The register of power without what was planned for a day that is over: such a plan came true or did not."""
    power = book.register("capacity")
    return power[~(power["stage"].eq("planned") & (power["date"] <= book.facts["period_end"].max()))]


def on_record(book: Book) -> pd.DataFrame:
    """The register of power of a book's companies; what lessors have let, and what runs of it, by their contracts.

    So that it is the lessor's own share, counts no lease that is sold or not in force, and stands nowhere twice.
    """
    power = levels(book)
    power = power[power["company"].isin(book.companies)]
    let = contracts.read(book).query("mw_owned > 0")
    let = let[let["status"].isin(contracts.LIVE)].assign(
        company=lambda rows: rows["lessor"], name=lambda rows: rows["lessor"].map(book.names.get), basis="critical",
        date=lambda rows: rows["published"], site=say("capacity.leases"),
    )  # fmt: skip
    running = let.assign(stage="operating", mw=let["mw_owned"] * let["running"]).query("mw > 0")
    parts = [let.assign(stage="contracted", mw=let["mw_owned"]), running]
    told = pd.concat([
        part.groupby(["company", "name", "stage", "basis", "site"], as_index=False).agg(
            mw=("mw", "sum"), date=("date", "max"), published=("published", "max"), kind=("kind", _summed),
            source=("source", facts.documents))
        for part in parts
    ])  # fmt: skip
    replaced = power["basis"].eq("critical") & power["stage"].isin(["contracted", "operating"])
    return pd.concat([power[~(replaced & power["company"].isin(let["company"]))], told], ignore_index=True)


def _summed(kinds: pd.Series) -> str:
    return facts.weakest(["derived", *kinds])


def by_stage(capacity: pd.DataFrame) -> pd.DataFrame:
    """MW by company, stage and basis: of each site the newest figure; a whole company before its sites.

    The name of a whole company is empty or says "all power". What stands under the name of a site alone gives way to
    what stands under that name, a comma and more, such as "Barber Lake, whole site".
    """
    newest = capacity.dropna(subset="mw").sort_values("date", na_position="first")
    newest = newest.drop_duplicates([*KEY, "site"], keep="last")
    return pd.DataFrame([_together(rows[~_inside(rows)]) for _, rows in newest.groupby(KEY)])


def _inside(rows: pd.DataFrame) -> pd.Series:
    """Whether a row is of power that another row of the same stage and basis is of too."""
    names = list(rows["site"])
    if whole := [name for name in WHOLE if name in names]:
        return rows["site"] != whole[0]
    return rows["site"].isin([name for name in names if any(other.startswith(f"{name},") for other in names)])


def _together(rows: pd.DataFrame) -> dict:
    days = rows["date"].fillna(rows["published"])
    return dict(rows.iloc[-1][[*KEY, "name"]]) | {
        "value": rows["mw"].sum(),
        "kind": facts.weakest(rows["kind"]),
        "source": facts.documents(rows["source"]),
        "note": words.clauses(map(dated, rows["site"].where(rows["site"] != "", rows["name"]), days)),
        "last": days.max(),
    }


def sites(book: Book) -> Exhibit:
    """Sites on record on more than one basis: the power of the facility, or of the grid, for each MW of IT.

    Errors: ModelError for a facility, or a grid connection, of less power than its IT.
    """
    power = book.register("capacity").dropna(subset="mw")
    wide = power.pivot_table(index=["name", "site"], columns="basis", values="mw", aggfunc="last")
    wide = wide.reindex(columns=["critical", "gross", "utility"]).dropna(subset="critical")
    wide["around"] = wide["gross"].fillna(wide["utility"])
    within("MW of a facility for each MW of its IT", wide["around"] / wide["critical"], 1.0)
    rows = wide.assign(
        value=wide["around"] / wide["critical"],
        group=[_basis("utility" if missing else "gross") for missing in wide["gross"].isna()],
        label=[_place(*each) for each in wide.index],
        note=[span(ends, "MW") for ends in wide[["around", "critical"]].to_numpy()],
        source=power.groupby(["name", "site"])["source"].agg(facts.documents),
        kind=power.groupby(["name", "site"])["kind"].agg(_summed),
    )
    return dots(rows.dropna(subset="value").assign(unit="multiple"), "gigawatt.sites")
