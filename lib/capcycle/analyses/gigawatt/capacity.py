"""Power on record: by company and stage, and the facility beside its IT."""

import numpy as np
import pandas as pd

from capcycle import words
from capcycle.analyses import gigawatt
from capcycle.analyses.gigawatt.exhibits import _dated, _ends, nothing
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.facts.door import KINDS
from capcycle.words import say

WHOLE = ("", "all power in use", "all power secured", "development pipeline")  # of a company, not of one site
STAGES = ("pipeline", "planned", "approved", "contracted", "under construction", "operating")


def funnel(capacity: pd.DataFrame, companies: list[str]) -> Exhibit:
    """Power by stage of each company: what is told in MW, from the pipeline down to what runs."""
    rows = by_stage(capacity[capacity["company"].isin(companies)])
    if rows.empty:
        return nothing("funnel")
    order = rows.assign(place=rows["stage"].map(STAGES.index), first=rows["company"].map(companies.index))
    rows = order.sort_values(["first", "place", "basis"], ignore_index=True)
    rows["label"] = [say("gigawatt.stage", name=row.name_, stage=say(f"gigawatt.stages.{row.stage.replace(' ', '_')}"))
                     for row in rows.rename(columns={"name": "name_"}).itertuples()]  # fmt: skip
    rows["group"] = [say(f"gigawatt.basis.{basis}") for basis in rows["basis"]]
    twice = rows["label"].duplicated(keep=False)  # bars under one label would be stacked, and bases are not to be added
    rows["label"] = rows["label"].where(~twice, [_on(*row) for row in zip(rows["label"], rows["group"], strict=True)])
    silent = [parts.names()[company] for company in companies if company not in set(rows["company"])]
    note = [say("gigawatt.funnel_silent", names=words.listing(silent))] if silent else []
    frame = Frame(
        "funnel", _funnel_title(rows, len(companies)), say("gigawatt.funnel_subtitle"),
        (say("gigawatt.funnel_note"), *note),
    )  # fmt: skip
    return marks.columns(rows.assign(unit="MW"), frame)


def _on(label: str, basis: str) -> str:
    return say("gigawatt.on_basis", label=label, basis=words.lower(basis))


def _funnel_title(rows: pd.DataFrame, asked: int) -> str:
    """IT power contracted and running, the one basis on which sites of several companies can be added."""
    of_it = rows[rows["basis"] == "critical"]
    contracted = of_it[of_it["stage"] == "contracted"]
    if contracted.empty:
        return _told_title(rows, asked)
    running = of_it.loc[of_it["stage"] == "operating", "value"].sum()
    return say("gigawatt.funnel_title", told=contracted["company"].nunique(), asked=asked,
               contracted=words.value(contracted["value"].sum(), "MW"), running=words.value(running, "MW"))  # fmt: skip


def _told_title(rows: pd.DataFrame, asked: int) -> str:
    """What runs of the most that each company has planned, contracted or approved, where it tells both."""
    largest = rows.assign(runs=rows["stage"].eq("operating")).groupby(["company", "runs"], sort=False)["value"].max()
    both = largest.unstack().reindex(columns=[True, False]).dropna()
    count = {"told": rows["company"].nunique(), "asked": asked}
    if both.empty:
        return say("gigawatt.funnel_none", **count)
    told = [
        say("gigawatt.funnel_runs", name=parts.names()[company], running=words.value(runs, "MW"),
            of=words.value(most, "MW"))
        for company, runs, most in both.itertuples()
    ]  # fmt: skip
    return say("gigawatt.funnel_told", companies=words.listing(told), **count)


def by_stage(capacity: pd.DataFrame) -> pd.DataFrame:
    """MW by company, stage and basis: of each site the newest figure; a whole company, or site, before its parts.

    A part has the name of its whole, a comma and more; the name of a whole company is empty or says "all power".
    """
    key = ["company", "name", "stage", "basis"]
    held = capacity.dropna(subset="mw").assign(name_of=capacity["name"]).sort_values("date", na_position="first")
    held = held.drop_duplicates([*key, "site"], keep="last")
    parted = [rows[~_inside(rows)] for _, rows in held.groupby(key)]
    return pd.DataFrame([_together(rows, key) for rows in parted])


def _inside(rows: pd.DataFrame) -> pd.Series:
    """Whether a row is of a part of what another row of the same stage and basis is of."""
    names = list(rows["site"])
    if whole := [name for name in WHOLE if name in names]:
        return rows["site"] != whole[0]
    return rows["site"].isin([name for name in names if any(other.startswith(f"{name},") for other in names)])


def _together(rows: pd.DataFrame, key: list[str]) -> dict:
    return dict(rows.iloc[0][key]) | {
        "value": rows["mw"].sum(),
        "kind": max(rows["kind"], key=KINDS.index),
        "source": " ".join(dict.fromkeys(" ".join(rows["source"]).split())),
        "note": "; ".join(_told(row) for row in rows.itertuples()),
    }


def _told(row) -> str:
    day = row.date if row.date == row.date else row.published
    return _dated(row.site or row.name_of, day)


def sites(capacity: pd.DataFrame) -> Exhibit:
    """Sites told on more than one basis: the power of the facility, or of the grid, for each MW of IT."""
    wide = capacity.dropna(subset="mw").pivot_table(
        index=["name", "site"], columns="basis", values="mw", aggfunc="last"
    )
    wide = wide.reindex(columns=["critical", "gross", "utility"]).dropna(subset="critical")
    gigawatt.model.site_power(*(wide[basis].to_numpy() for basis in ("critical", "gross", "utility")))
    wide = wide[wide[["gross", "utility"]].notna().any(axis=1)]
    if wide.empty:
        return nothing("sites")
    wide["value"] = wide["gross"].fillna(wide["utility"]) / wide["critical"]
    origin = capacity.groupby(["name", "site"])["source"].agg(lambda ids: " ".join(dict.fromkeys(ids)))
    rows = wide.assign(source=origin).reset_index().sort_values("value", ascending=False, ignore_index=True)
    rows["group"] = [say("gigawatt.basis.gross" if row.gross == row.gross else "gigawatt.basis.utility")
                     for row in rows.itertuples()]  # fmt: skip
    rows["label"] = [say("gigawatt.site", name=row["name"], site=row["site"]) for row in rows.to_dict("records")]
    rows["note"] = [_ends(np.array([row.gross if row.gross == row.gross else row.utility, row.critical]), "MW")
                    for row in rows.itertuples()]  # fmt: skip
    top, bottom = rows.iloc[0], rows.iloc[-1]
    frame = Frame(
        "sites",
        say("gigawatt.sites_title", high=words.value(top["value"], "multiple"), top=top["label"],
            low=words.value(bottom["value"], "multiple"), bottom=bottom["label"]),
        say("gigawatt.sites_subtitle"),
        (say("gigawatt.sites_note"),),
    )  # fmt: skip
    return marks.dots(rows.assign(unit="multiple", kind="derived"), frame)
