"""Cases of leased clusters: ten thousand cards as a call describes them, and a tenant that leases part of its capex."""

from collections.abc import Sequence

from capcycle import metrics, study, words
from capcycle.analyses.leasing.model import lease_or_buy, lease_or_buy_a_card, leasing, leasing_implied
from capcycle.errors import ModelError, unknown
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.bounds import PERCENT, within
from capcycle.panel import select
from capcycle.quantity import Quantity
from capcycle.study import Case

KINDS = ("ordinary", "advanced")
YUAN = "CNY"  # the call's currency
SINCE = 2019
CALL = {"cards": "china_cluster_cards", "card_lease_term": "china_cluster_term",
        "vat_refund": "china_cluster_tax_refund", "cluster_residual": "china_cluster_residual"}  # fmt: skip


def call(kind: str = "ordinary") -> dict[str, str]:
    """What the call of July 2025 states of a cluster: for each input of the model the name of its assumption.

    Errors: ModelError for a kind of card other than these.

    >>> call("advanced")["lease_income"]
    'china_cluster_income_advanced'
    """
    if kind not in KINDS:
        raise ModelError(unknown("kind of card", [kind], KINDS))
    return CALL | {"lease_income": f"china_cluster_income_{kind}"}


def cluster(book: Book, kind: str = "ordinary", lessor_tax_rate: float = 0.0,
            **costs: float | Sequence[float]) -> Case:  # fmt: skip
    """A cluster as the call describes it, at costs that stand in no source: each one number, or low, central and high.

    costs   in yuan, as the call is; what is not declared is missing. A tax rate of 0 takes the assumption's.
    Errors: ModelError for a kind of card that the call does not name, and for every cost that cannot be.

    >>> cluster(facts.open(currency="CNY"), card_price=[250e3, 287.5e3, 350e3]).inputs["card_price"].high
    350000.0
    """
    reason = words.say("leasing.no_source")
    units = {name: unit.replace("currency", YUAN) for name, unit in leasing.parameters.items()}
    own = {name: study.declared(name, cost, units[name], reason) for name, cost in costs.items()}
    return study.bound(leasing, book, **call(kind) | own).chosen(lessor_tax_rate=lessor_tax_rate)


@study.starts(leasing)
def _cluster(book: Book, company: str) -> Case:
    return cluster(book.into(YUAN))


@study.starts(leasing_implied)
def _implied(book: Book, company: str) -> Case:
    return study.bound(leasing_implied, book.into(YUAN), **call())


def quoted_profit(book: Book, kind: str = "ordinary") -> Quantity:
    """The yearly profit that the call gives for a cluster: both ends, and no centre.

    >>> profit = quoted_profit(facts.open(currency="CNY"))
    >>> profit.low, profit.high
    (150000000.0, 200000000.0)
    """
    return study.converted(study.assumption(book, f"china_cluster_profit_{kind}"), book)


def implied(lease: Case, profit: Quantity) -> dict[str, Case]:
    """What each end of a quoted profit says of the costs, by the profit in words."""
    known = {name: each for name, each in lease.inputs.items() if name in leasing_implied.parameters}
    ends = {words.value(end, profit.unit): end for end in (profit.low, profit.high)}
    quoted = {text: Quantity("quoted_profit_per_year", end, profit.unit, kind=profit.kind, source=profit.source)
              for text, end in ends.items()}  # fmt: skip
    return {text: study.case(leasing_implied, lease.book, quoted_profit_per_year=each, **known)
            for text, each in quoted.items()}  # fmt: skip


def choice(lease: Case, tenant: str, share: float, tenant_rate: float) -> Case:
    """A tenant that leases a part of its newest year's capex at a cluster's terms, instead of buying it.

    share   the part of its capex
    Errors: ModelError for a part or a rate of interest that cannot be.
    """
    within("leased", share, 0.0, 1.0, advice=PERCENT)
    years = select(lease.book.of(tenant).into(lease.currency), "year", "fiscal", SINCE)
    capex, terms = study.newest(measure("capex", years), tenant), words.say("leasing.terms")
    part = words.say("leasing.part", share=words.value(share, "fraction"), name=lease.book.names[tenant])
    servers = lease.quantity("server_outlay")
    price = (capex * study.declared("share", share, "fraction", terms)).called("purchase_price", reason=part)
    rent = (price * (lease.quantity("inflow_by_year").value[1] / servers.value)).called("rent_per_year", reason=terms)
    resale = (lease.inputs["cluster_residual"] / servers).called("resale_share", "fraction", terms)
    running = (rent * lease.inputs["operating_cost_share"].value).called("running_cost_per_year", reason=terms)
    return study.case(
        lease_or_buy, years.book, tenant, purchase_price=price, rent_per_year=rent, running_cost_per_year=running,
        card_lease_term=lease.inputs["card_lease_term"], resale_share=resale,
        tenant_debt_rate=tenant_rate, tenant_tax_rate="tax_rate",
        operating_income=measure("operating_income", years),
        invested_capital=measure(metrics.invested_capital, years),
    )  # fmt: skip


def card(lease: Case, tenant_rate: float) -> Case:
    """One card of a cluster, leased at its rent or bought at its price, for a tenant that borrows at some rate."""
    inputs, terms = lease.inputs, words.say("leasing.terms")
    years = inputs["cards"] * inputs["card_lease_term"].value
    rent = (inputs["lease_income"] / years).called("rent_per_card_year", f"{lease.currency}/year", terms)
    running = (rent * inputs["operating_cost_share"]).called("running_per_card_year", reason=terms)
    resale = (inputs["cluster_residual"] / lease.quantity("server_outlay")).called("resale_share", "fraction", terms)
    return study.case(
        lease_or_buy_a_card, lease.book, lease.company, card_price=inputs["card_price"], rent_per_card_year=rent,
        running_per_card_year=running, card_lease_term=inputs["card_lease_term"], resale_share=resale,
        tenant_debt_rate=tenant_rate, tenant_tax_rate="tax_rate",
    )  # fmt: skip
