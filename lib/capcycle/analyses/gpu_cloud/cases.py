"""Cases of GPU clouds: a cluster under a lessor's contract or let by the hour, and the hour that it sells."""

from typing import Any

from capcycle import study
from capcycle.analyses.gpu_cloud.gpu_hour import gpu_funding_gap, gpu_hour, gpu_run_rate
from capcycle.analyses.gpu_cloud.market import market, power
from capcycle.analyses.gpu_cloud.model import gpu_cloud
from capcycle.errors import ModelError, unknown
from capcycle.facts import Book
from capcycle.quantity import Quantity
from capcycle.study import Case
from capcycle.words import say

GPUS = 10_000  # in a cluster let by the hour, where nobody says otherwise
CHIP = "NVIDIA B200"
SITE_OF = "NVIDIA H100 SXM5 80GB"  # the chip that the cost of a rented site per GPU-hour is of
CONTRACT = {"site_capex": "currency", "site_residual": "fraction", "contract_price": "currency/GPU-hour",
            "contract_term": "years", "prepaid_share": "fraction"}  # fmt: skip
RUN_RATES = {"bernstein": ("run_rate_bernstein", "gpus_bernstein"), "target": ("run_rate_planned", "gpus_planned"),
             "contract": ("contract_revenue", "gpus")}  # fmt: skip
PLAN = {"it_capex": "gpu_order", "prepayment": "prepayment_planned", "borrowed": "borrowed_planned"}
CLOSED = "borrowed_closed"
OF_RUN_RATES = "IREN"  # the one company whose run-rates and funding are public


def cluster(
    book: Book, lessor: str = "", refreshes: float = 0, chip: str = CHIP, gpus: float = GPUS, **numbers: float
) -> Case:
    """A cluster under a lessor's contract; without a lessor one of a chip, at a price and a rent of one month.

    It is let by the hour, or for three years first where the month has a price for that.
    chip     as the register of prices names it; without a lessor
    numbers  a reader's own, 0 for the assumption's; amounts in US dollars
    Errors:  ModelError for a lessor whose contract was not public, and for every number that cannot be.

    >>> book = facts.open()
    >>> cluster(book).inputs["contract_term"].value, cluster(book, "IREN").inputs["contract_term"].value
    (0.0, 5.0)
    >>> "Verda" in cluster(book, chip="NVIDIA GB300 NVL72").lacking  # one vendor's list price is no market
    True
    """
    _check(book, lessor)
    free = {} if lessor else _without_contract(gpus) | market(book, chip) | _of_chip(book, chip)
    build = study.case(gpu_cloud, book, lessor, **free, hurdle_rate="target_return", refreshes=refreshes)
    return build.chosen(**numbers)


def _without_contract(gpus: float) -> dict[str, Any]:
    none = {name: Quantity(name, 0.0, unit, reason=say("gpu_cloud.no_contract")) for name, unit in CONTRACT.items()}
    return none | {
        "gpus": Quantity("gpus", float(gpus), "GPUs", reason=say("gpu_cloud.any_size")),
        "credited_from": Quantity("credited_from", 1.0, "years", reason=say("gpu_cloud.no_contract")),
    }  # fmt: skip


def _of_chip(book: Book, chip: str) -> dict[str, Quantity]:
    """What depends on the power of a chip: its own, and the cost of a rented site, known for one chip alone."""
    site, drawn = study.assumption(book, "data_center_cost"), power(book, chip)
    if chip == SITE_OF:
        return {"kw_per_gpu": drawn, "data_center_cost": site}
    scaled = site * (drawn.value / power(book, SITE_OF).value)
    return {"kw_per_gpu": drawn, "data_center_cost": scaled.called("data_center_cost", reason=say("gpu_cloud.scaled"))}


def _sold(book: Book, chip: str) -> dict[str, Quantity]:
    """What the hour of a chip brings and costs on the market; all hours are sold where a rent for years is paid."""
    found = market(book, chip)
    every = Quantity("gpu_utilisation", 1.0, "fraction", reason=say("gpu_cloud.market.every_hour"))
    paid = {"gpu_utilisation": every} if "contract_price" in found else {}
    return _of_chip(book, chip) | paid | {name: each for name, each in found.items() if name in gpu_hour.parameters}


def hour(book: Book, lessor: str = "", chip: str = CHIP, **numbers: float) -> Case:
    """The hour that such a cluster sells, at today's rent; a site of the lessor's own at its straight-line cost."""
    _check(book, lessor)
    given = {"data_center_cost": "data_center_capital"} if lessor else _sold(book, chip)
    sold = study.case(gpu_hour, book, lessor, **given)
    return sold.chosen(**{name: number for name, number in numbers.items() if name in gpu_hour.parameters})


@study.starts(gpu_cloud)
def _cluster(book: Book, company: str) -> Case:
    return cluster(book, company) if company in ["", *lessors(book)] else study.bound(gpu_cloud, book, company)


@study.starts(gpu_hour)
def _hour(book: Book, company: str) -> Case:
    return hour(book, company) if not company or company in lessors(book) else study.bound(gpu_hour, book, company)


study.starts_bound(gpu_run_rate, run_rate="run_rate_planned", gpus="gpus_planned", planned_gpus="gpus_planned")
study.starts_bound(gpu_funding_gap, **PLAN)


def lessors(book: Book) -> list[str]:
    """Who has a contract with its price that was public on the day of a book.

    >>> "IREN" in lessors(facts.open()), lessors(facts.open(as_of="2024-12-31"))
    (True, [])
    """
    table = book.assumptions
    companies = table.loc[table["name"] == "contract_price", "company"]
    return [each for each in companies if not study.assumption(book, "contract_price", each).hindsight]


def _check(book: Book, lessor: str) -> None:
    if lessor and lessor not in (public := lessors(book)):
        raise ModelError(f"{unknown('lessor', [lessor], public)}; empty for a cluster let by the hour")


def run_rates(book: Book) -> dict[str, Case]:
    """Run-rates of revenue that were public, by what they are called."""
    rest = {"gpu_utilisation": 1.0, "planned_gpus": "gpus_planned"}
    cases = {
        name: study.case(gpu_run_rate, book, OF_RUN_RATES, run_rate=revenue, gpus=gpus, **rest)
        for name, (revenue, gpus) in RUN_RATES.items()
    }
    public = {name: each for name, each in cases.items() if not each.inputs["run_rate"].hindsight}
    return {say(f"gpu_cloud.run_rate.{name}"): each for name, each in public.items()}


def funding(book: Book) -> Case:
    """What a lessor's order of GPUs leaves to find after prepayment and debt: as closed, before that as planned."""
    closed = not study.assumption(book, CLOSED, OF_RUN_RATES).hindsight
    return study.case(gpu_funding_gap, book, OF_RUN_RATES, **PLAN | ({"borrowed": CLOSED} if closed else {}))
