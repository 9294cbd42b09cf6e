"""What a chip costs in use: its cluster, place and power a year, for each unit of throughput that is reached."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import pandas as pd

from capcycle import study, words
from capcycle.analyses.gigawatt.model import cost_of_ownership
from capcycle.errors import ModelError, NothingToShow, unknown
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Years, model
from capcycle.quantity import Quantity, newest, together
from capcycle.study import Case
from capcycle.units import HOURS_PER_YEAR, KW_PER_MW, MW_PER_GW
from capcycle.words import Sentence, say

KWPerChip = Annotated[Any, "kW/chip"]  # some draw less than the least that an all-in figure per GPU can be
PerChip, PerChipHour = Annotated[Any, "currency/chip"], Annotated[Any, "currency/chip-hour"]  # a TPU is no GPU
Peak = Annotated[Any, "PFLOPS/chip"]
PerPFLOPSHour = Annotated[Any, "currency/PFLOPS-hour"]
KW_PER_GW, PFLOPS = KW_PER_MW * MW_PER_GW, 1e15
H100 = "NVIDIA H100 SXM5 80GB"
EIGHT_BIT = 2  # peaks in 8-bit arithmetic are twice those in 16-bit
POWER = {"NVIDIA H100/H200": "kw_per_gpu_h100", "NVIDIA B200": "kw_per_gpu_b200", "NVIDIA B300": "kw_per_gpu_b300"}
GIVEN = ("chip_price", "other_it_price", "chip_power", "chip_peak")


@model(verdict="cost_per_pflops_hour", better="lower", cost_per_chip_hour=PerChipHour,
       cost_per_pflops_hour=PerPFLOPSHour, cost_when_paid=PerPFLOPSHour, it_cost_share=Fraction)  # fmt: skip
def chip_cost(chip_price: PerChip, other_it_price: PerChip, chip_power: KWPerChip, chip_peak: Peak,
              flop_utilisation: Fraction, gpu_utilisation: Fraction, server_life: Years, facility_capex: Amount,
              facility_life: Years, build_cost_of_capital: Fraction, data_center_opex: Amount):  # fmt: skip
    """What an hour of a chip costs its owner, and an hour of the throughput that is reached on it.

    Formula: cost_per_chip_hour = cost of ownership of a GW of these chips / chips of a GW / 8760, where
             chips of a GW = 1e6 / chip_power and its IT costs (chip_price + other_it_price) each
             cost_per_pflops_hour = cost_per_chip_hour / (chip_peak * flop_utilisation * gpu_utilisation)
             cost_when_paid is the same without the chips and the rest of the cluster: building, power and upkeep
    Units:   currency per chip; kW of IT per chip; peak in 8-bit arithmetic; building and opex of a GW of IT.
             A PFLOPS for an hour are 3.6e18 operations.
    Source:  the levelised cost of `cost_of_ownership`; hand arithmetic in tests/test_chips.py.

    >>> found = chip_cost(30e3, 10e3, 2.0, 5.0, 0.4, 1.0, 5.0, 0.0, 20.0, 1e-9, 0.876e9)
    >>> round(float(found.cost_per_chip_hour), 3), round(float(found.cost_per_pflops_hour), 3)
    (1.113, 0.557)
    """
    chips = KW_PER_GW / chip_power
    it_capex = (chip_price + other_it_price) * chips
    owned = cost_of_ownership.unguarded(it_capex, facility_capex, server_life, facility_life, build_cost_of_capital,
                                        data_center_opex)  # fmt: skip
    hour, reached = owned.total_cost / chips / HOURS_PER_YEAR, chip_peak * flop_utilisation * gpu_utilisation
    paid = (owned.total_cost - owned.it_cost) / chips / HOURS_PER_YEAR
    return hour, per(hour, reached), per(paid, reached), owned.it_cost_share


def priced(book: Book) -> list[str]:
    """The chips with a price by the day of a book, those sold most recently first, then those of which others print it.

    >>> priced(facts.open())[0], "Huawei Ascend 910C" in priced(facts.open())
    ('NVIDIA B300', True)
    """
    sold = book.register("chip_sales").dropna(subset="cost").sort_values(["period_end", "cost"], ascending=False)
    racks = book.register("chips").query("price_basis == 'share of rack'")
    return list(dict.fromkeys([*sold["chip"], *racks["chip"]]))


def sheet(book: Book, chip: str) -> dict[str, Quantity]:
    """Price, rest of the cluster, IT power and 8-bit peak of a chip; what no source states is missing.

    Of chips that Epoch counts: cost, power and throughput of those sold in the newest quarter over their number. Of
    others: what is printed of a rack, the rest of the cluster and all IT power included.

    >>> {name: round(each.value, 2) for name, each in sheet(facts.open(), "Google TPU v7 Ironwood").items()}
    {'chip_price': 13908.99, 'other_it_price': 11152.37, 'chip_power': 1.34, 'chip_peak': 4.61}
    """
    tables = [book.register(name) for name in ("chip_sales", "chips")]
    sales, printed = (table[table["chip"] == chip] for table in tables)
    return _counted(book, sales) if sales["cost"].notna().any() else _printed(printed, chip)


def _counted(book: Book, sales: pd.DataFrame) -> dict[str, Quantity]:
    cost, units, h100e, mw = (_of_quarter(sales, name) for name in ("cost", "units", "h100e", "mw"))
    peak = newest(book.register("chips").query(f"chip == '{H100}'"), "fp16_flops", "", "fp16_flops", "released")
    board = mw / units * KW_PER_MW
    worked = {
        "chip_price": cost / units,
        "other_it_price": board * study.assumption(book, "other_it_per_kw"),
        "chip_power": board * study.assumption(book, "server_power_ratio"),
        "chip_peak": together(lambda one, other: one * other * EIGHT_BIT / PFLOPS, h100e / units, peak),
    }
    found = {name: _as(each, name, say(f"chips.from.{name}")) for name, each in worked.items()}
    if (own := POWER.get(sales["chip"].iloc[0])) is None:
        return found
    drawn = study.assumption(book, own)  # the same as a cluster of it draws on its own page
    return found | {"chip_power": _as(drawn, "chip_power", drawn.reason)}


def _of_quarter(sales: pd.DataFrame, name: str) -> Quantity:
    return newest(sales.dropna(subset="cost").assign(unit="number"), name, "", name, "period_end")


def _printed(rows: pd.DataFrame, chip: str) -> dict[str, Quantity]:
    peak = rows["fp8_flops"].fillna(rows["fp16_flops"] * EIGHT_BIT) / PFLOPS
    rows = rows.assign(chip_price=rows["price"], other_it_price=rows["price"] * 0, chip_power=rows["kw_all_in_low"],
                       chip_peak=peak, unit="number").query("price_basis in ['', 'share of rack']")  # fmt: skip
    found = {name: newest(rows.dropna(subset=name), name, say("chips.silent", what=words.lower(words.name(name))), name,
                          "published") for name in GIVEN}  # fmt: skip
    return {name: _as(each, name, say("chips.of_rack", chip=chip)) for name, each in found.items()}


def _as(each: Quantity, name: str, reason: str) -> Quantity:
    """A figure as the model's input, of no day: prices of unlike chips are of unlike quarters."""
    unit = chip_cost.parameters[name].replace("currency", "USD")
    return Quantity(name, each.value, unit, each.low, each.high, each.kind, each.source,
                    each.reason if each.missing else reason, published=each.published)  # fmt: skip


@study.starts(chip_cost)
def case(book: Book, company: str = "", chip: str = "NVIDIA B300") -> Case:
    """A chip in a cluster of its own, at the lives and the costs of buildings that the workbook assumes.

    Errors: ModelError for a chip of which nothing is on record.
    """
    known = sorted({*book.register("chip_sales")["chip"], *book.register("chips")["chip"]})
    if not book.as_of and chip not in known:
        raise ModelError(f"data/chip_sales.csv: {unknown('chip', [chip], known)}")
    return study.case(chip_cost, book, company, facility_capex="facility_capex_epoch", **sheet(book, chip))


def cases(book: Book, chips: Sequence[str], **numbers: float) -> dict[str, Case]:
    """Each chip under its name, those of one page at the same lives, rates and use.

    Errors: NothingToShow where no chip has a price yet, ModelError for a chip of which nothing is on record.
    """
    each = {chip: case(book, chip=chip).chosen(**numbers) for chip in chips}
    if all(one.inputs["chip_price"].missing for one in each.values()):
        raise NothingToShow("no price of these chips was public yet: choose a later date")
    return each


def verdict(each: Mapping[str, Case], against: str) -> Sentence:
    """Which chip is the cheapest in use, and what the chip of comparison costs new and once it is paid for."""
    known = {chip: one for chip, one in each.items() if not one.lacking}
    if against not in known:
        return words.paragraph(say("chips.no_comparison", chip=against))
    cheapest = min(known, key=lambda chip: known[chip].outputs.cost_per_pflops_hour)
    return words.paragraph(study.tell(known[cheapest], "chips.verdict", chip=cheapest),
                           study.tell(known[against], "chips.verdict_against", chip=against),
                           *study.hindsight(known[against]))  # fmt: skip


def parity(each: Mapping[str, Case], against: str) -> Exhibit:
    """For each chip the price, or else the part of its peak, at which it would cost as much as another one in use.

    Errors: NothingToShow where a figure of that one is lacking.

    >>> parity(cases(facts.open(), ["NVIDIA B300", "NVIDIA B200"]), "NVIDIA B300").view.iloc[0].tolist()[:3]
    ['NVIDIA B200', '$37k/chip (e)', '$45.5k/chip (a)']
    """
    if each[against].lacking:
        raise NothingToShow(f"{against}: {each[against].lacking}; choose another chip")
    target = float(each[against].outputs.cost_per_pflops_hour)
    known = {chip: one for chip, one in each.items() if not one.lacking and chip != against}
    rows = pd.DataFrame([_at_parity(chip, one, target) for chip, one in known.items()])
    never = [say("chips.parity.never")] if len(rows) and rows["value"].isna().any() else []
    frame = marks.worded("chips.parity", *never, id="parity", against=against,
                         part=words.value(each[against].inputs["flop_utilisation"].value, "fraction"))  # fmt: skip
    columns = {name: say(f"chips.column.{name}") for name in ("label", "now", "value", "part")}
    return marks.table(rows, frame, columns) if len(rows) else marks.nothing(frame)


def _at_parity(chip: str, one: Case, target: float) -> dict[str, Any]:
    price, now = one.inputs["chip_price"], float(one.outputs.cost_per_pflops_hour)
    more = float(one.evaluate(chip_price=price.value + 1).cost_per_pflops_hour) - now  # with each dollar of the price
    fitting = price.value + (target - now) / more
    fitting = fitting if fitting > 0 else float("nan")
    return {"label": chip, "now": price.value, "now_kind": price.kind, "value": fitting,
            "unit": price.unit, "part": one.inputs["flop_utilisation"].value * now / target, "part_unit": "fraction",
            "kind": one.kind, "source": one.source}  # fmt: skip
