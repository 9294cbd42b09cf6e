"""What the next training run takes: chips, power and money for each step, and when one run needs a gigawatt."""

from collections.abc import Mapping

from capcycle import exhibits, study, words
from capcycle.analyses import gigawatt
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.models.maths import logarithm, per, positive
from capcycle.models.registry import MW, Amount, GPUs, KWPerGPU, Multiple, PerGW, Years, model
from capcycle.quantity import Quantity
from capcycle.study import Case
from capcycle.units import KW_PER_MW, MW_PER_GW
from capcycle.words import Sentence, say

PLANS = {"microsoft": {}, "meta": {"step_multiple": "step_multiple_llama", "step_years": "step_years_llama"}}
SHOWN = ["step_multiple", "step_years", "growth_per_year", "next_chips", "next_power", "next_capex",
         "years_to_a_gigawatt"]  # fmt: skip


@model(verdict="next_power", better="lower", growth_per_year=Multiple, next_chips=GPUs, reference_power=MW,
       next_power=MW, next_capex=Amount, years_to_a_gigawatt=Years)  # fmt: skip
def training_step(reference_gpus: GPUs, kw_all_in: KWPerGPU, step_multiple: Multiple, step_years: Years,
                  efficiency_gain: Multiple, capex_per_gw: PerGW):  # fmt: skip
    """The next training run after one whose chips are known, if it takes as long.

    Formula: next_chips = reference_gpus * step_multiple; reference_power = reference_gpus * kw_all_in
             next_power = reference_power * step_multiple / efficiency_gain ** step_years
             next_capex = next_power * capex_per_gw; growth_per_year = step_multiple ** (1 / step_years)
             years_to_a_gigawatt = log(1 GW / reference_power) / log(growth_per_year / efficiency_gain)
    Units:   GPUs, all H100-equivalents; kW per H100, MW of the whole facility, currency; efficiency_gain is
             throughput per watt over that of a year before. Where chips gain as much as training grows no years fit.
    Source:  The Register (2024-08-01): 16,000 H100s for Llama 3, almost tenfold for Llama 4. At 2 kW that is 32 MW, and
             160,000 H100-equivalents.

    >>> llama = training_step(16e3, 2.0, 10.0, 1.0, 1.25, 35e9)
    >>> llama.next_chips, llama.reference_power, round(llama.next_power), round(float(llama.years_to_a_gigawatt), 2)
    (160000.0, 32.0, 256, 1.66)
    """
    now, growth = reference_gpus * kw_all_in / KW_PER_MW, step_multiple ** (1 / step_years)
    after = now * step_multiple / efficiency_gain**step_years
    years = per(logarithm(MW_PER_GW / now), positive(logarithm(growth / efficiency_gain)))
    return growth, reference_gpus * step_multiple, now, after, after / MW_PER_GW * capex_per_gw, years


@study.starts(training_step)
def _start(book: Book, company: str = "") -> Case:
    return cases(book)["microsoft"]


def cases(book: Book, grows: Case | None = None) -> dict[str, Case]:
    """The next run as each author plans the step, from the run of Llama 3.

    grows  `gigawatt.training`, whose chips' gain in throughput per watt goes on; by default its own
    """
    gain = (grows or gigawatt.training(book)).inputs["efficiency_gain"]
    same = {"efficiency_gain": gain, "kw_all_in": _power(book)}
    return {plan: study.bound(training_step, book, **same, **own) for plan, own in PLANS.items()}


def _power(book: Book) -> Quantity | str:
    """Facility power of an H100, as far as a source gives its ends; else that of any chip."""
    rows = book.register("chips").query("chip == 'NVIDIA H100' and power_basis == 'facility'")
    if rows.empty:
        return "kw_all_in"
    row = rows.iloc[-1]
    low, high = float(row["kw_all_in_low"]), float(row["kw_all_in_high"])
    return Quantity("kw_all_in", (low + high) / 2, "kW/GPU", low, high, row["kind"], row["source"], row["note"],
                    published=row["published"])  # fmt: skip


def known(plans: Mapping[str, Case]) -> dict[str, Case]:
    """The plans that had been printed by the day of the book, by their author's words."""
    return {say(f"training.plan.{plan}"): case for plan, case in plans.items() if not case.hindsight}


def verdict(plans: Mapping[str, Case]) -> Sentence:
    """What the next run takes as each author plans it."""
    said = [study.tell(case, "training.verdict", plan=plan) for plan, case in known(plans).items()]
    return words.paragraph(*(said or [say("training.none")]))


def steps(plans: Mapping[str, Case]) -> Exhibit:
    """Each author's step as growth a year, and as chips, power and money of the next run."""
    if found := known(plans):
        return exhibits.table(found, SHOWN, "training.steps")
    return marks.nothing(marks.worded("training.steps", title=say("training.none")))
