"""Cases of GPU clouds: a cluster under a lessor's contract or let by the hour, and the hour that it sells."""

from typing import Any

from capcycle.analyses.gpu_cloud.gpu_hour import gpu_hour
from capcycle.analyses.gpu_cloud.model import GENERATIONS, LAST, gpu_cloud
from capcycle.errors import ModelError, unknown
from capcycle.facts import registers
from capcycle.study.case import Case, Input, case
from capcycle.study.chosen import assumption, within
from capcycle.words import say

GPUS = 10_000  # in a cluster let by the hour, where nobody says otherwise
RANGES = {"gpus": (1, 1e7), "gpu_rent": (0.01, 1000), "gpu_utilisation": (0.01, 1), "server_life": (1, LAST),
          "refreshes": (0, GENERATIONS - 1)}  # fmt: skip
H100 = {"gpu_price": "gpu_price_h100", "kw_per_gpu": "kw_per_gpu_h100"}
CONTRACT = {"site_capex": "currency", "site_residual": "fraction", "contract_price": "currency/GPU-hour",
            "contract_term": "years", "prepaid_share": "fraction"}  # fmt: skip


def chosen(**given: float) -> dict[str, float]:
    """What a reader chose: of a notebook's parameters those that are not left at 0.

    Errors: ModelError for every value that cannot be, and for more years of service than the model counts.

    >>> chosen(server_life=4.0, gpu_rent=0)
    {'server_life': 4.0}
    """
    kept = within(RANGES, given)
    years = kept.get("server_life", 0) * (kept.get("refreshes", 0) + 1)
    if years > LAST:
        raise ModelError(f"server_life and refreshes come to {years:g} years of service: at most {LAST}")
    return kept


def cluster(lessor: str = "", gpus: float = GPUS, refreshes: float = 0, currency: str = "USD", **given: float) -> Case:
    """A cluster under a lessor's contract; without a lessor one of H100 let by the hour.

    given   what a reader chose instead of an assumption, amounts in US dollars
    Errors: ModelError for a lessor whose contract is not held, and for a currency without rates.

    >>> cluster().inputs["contract_term"].central, float(cluster("IREN").inputs["contract_term"].central)
    (0.0, 5.0)
    """
    _check(lessor)
    none = {name: Input(name, 0.0, unit, reason=say("gpu_cloud.no_contract")) for name, unit in CONTRACT.items()}
    free = none | H100 | {
        "gpus": Input("gpus", float(gpus), "GPUs", reason=say("gpu_cloud.any_size")),
        "credited_from": Input("credited_from", 1.0, "years", reason=say("gpu_cloud.no_contract")),
    }  # fmt: skip
    asked = {"hurdle_rate": "required_return", "refreshes": refreshes}
    return case(gpu_cloud, lessor, currency, **({} if lessor else free), **asked, **_own(lessor, given))


def hour(lessor: str = "", currency: str = "USD", **given: float) -> Case:
    """The hour that such a cluster sells, at today's rent; a site of the lessor's own at its straight-line cost."""
    _check(lessor)
    place = {"data_center_cost": "data_center_capital" if lessor else "data_center_cost"}
    taken = {name: value for name, value in given.items() if name in gpu_hour.parameters}
    return case(gpu_hour, lessor, currency, **({} if lessor else H100), **place, **_own(lessor, taken))


def _own(lessor: str, given: dict[str, float]) -> dict[str, Any]:
    return {name: assumption(name, value, lessor) for name, value in given.items()}


def _check(lessor: str) -> None:
    table = registers.read("assumptions")
    held = table.loc[table["name"] == "contract_price", "company"]
    if lessor and lessor not in set(held):
        raise ModelError(f"{unknown('lessor', [lessor], held)}; empty for a cluster let by the hour")
