"""What each model says of one company: a sentence of each analysis with its day, its kind and the page behind it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from capcycle import study, words
from capcycle.analyses import (
    backlog,
    carried,
    contract_cover,
    customers,
    earnings_quality,
    funding,
    gpu_cloud,
    growth,
    guarantees,
    hosting,
    laboratory_orders,
    lease_overhang,
    multiples,
    payouts,
    power_value,
    warrants,
)
from capcycle.analyses.company_figures import ahead, contracts, evidence, lives, priced, required, returns
from capcycle.errors import ModelError, NothingToShow
from capcycle.exhibits import Exhibit, cards, marks
from capcycle.exhibits.cards import Card
from capcycle.facts import Book
from capcycle.quantity import Quantity, missing
from capcycle.study import Case
from capcycle.words import say

Cases = Mapping[str, Case | Quantity]


@dataclass(frozen=True)
class Asked:
    """A model that is asked about a company.

    name    what it is asked, in words
    page    the notebook that shows how it comes about
    cases   gives the model's case of the company of a book, or the figure
    told    sentences, each with the figure that it rests on: the first of which all is known is said
    needs   an input without which the question does not arise
    """

    name: str
    page: str
    cases: Callable[[Book], Cases]
    told: Sequence[tuple[str, str]]
    needs: str = ""


def _each(case: Callable[[Book, str], Case]) -> Callable[[Book], Cases]:
    return lambda book: {company: case(book, company) for company in book.companies}


def _gpus(book: Book) -> Cases:
    own = [company for company in gpu_cloud.cases.lessors(book) if company in book.companies]
    return {company: gpu_cloud.cluster(book, company) for company in own}


def _hosting(book: Book) -> Cases:
    """One MW at the rent of a company's own contracts; what others pay says nothing of it."""
    let = hosting.contracts.read(book).dropna(subset="price").query("not not_hosting")
    return {company: hosting.lease(book.of(company)) for company in set(let["lessor"])}


def _laboratories(book: Book) -> Cases:
    """What part of a backlog OpenAI and Anthropic have firmly promised."""
    return {row["company"]: Quantity("share", row["share"], "fraction", kind=row["kind"], source=row["source"],
                                     reason=say("company_verdicts.of_backlog", day=row["day"]), since=row["until"],
                                     day=row["until"])
            for row in laboratory_orders.backlogs(book).to_dict("records")}  # fmt: skip


ASKED: tuple[Asked, ...] = (
    Asked("multiples", "multiples", multiples.cases, (
        ("multiples.verdict_one", "price_to_earnings"), ("multiples.verdict_ev", "ev_to_sales"),
        ("multiples.verdict_market", "price_to_sales"))),
    Asked("growth", "multiples", priced, (("company_verdicts.growth", "assumed_growth"),)),
    Asked("target", "multiples", ahead, (
        ("company_verdicts.target", "forward_pe"), ("company_verdicts.target_alone", "upside"))),
    Asked("power", "power_value", power_value.sums_of_parts, (("power_value.verdict", "upside"),), "operating_mw"),
    Asked("segments", "growth", growth.clouds, (
        ("company_verdicts.segments", "rest_growth"), ("company_verdicts.whole", "share_of_whole"))),
    Asked("backlog", "backlog", backlog.cases, (("backlog.verdict", "implied_multiple"),)),
    Asked("lives", "useful_life", lives, (
        ("company_verdicts.lives", "eps_change"), ("company_verdicts.lives_loss", "eps_prospective"))),
    Asked("required", "required_revenue", required, (
        ("company_verdicts.required", "gap_multiple"), ("company_verdicts.required_none", "revenue_required"))),
    Asked("roic", "ai_roic", returns, (("company_verdicts.roic", "roic_spread"),)),
    Asked("contracts", "ai_roic", contracts, (("company_verdicts.contracts", "yield_spread"),)),
    Asked("gpus", "gpu_cloud", _gpus, (("gpu_cloud.finding_contract", "equity_irr"),)),
    Asked("hosting", "hosting", _hosting, (("company_verdicts.hosting", "yield_on_cost"),)),
    Asked("cover", "contract_cover", contract_cover.backlogs, (("company_verdicts.cover", "named_share"),),
          "contracts_signed"),
    Asked("laboratories", "customers", _laboratories, (("company_verdicts.laboratories", "share"),)),
    Asked("customer", "customers", customers.cases, (
        ("customers.verdict", "profit_without"), ("company_verdicts.customer", "largest_share"))),
    Asked("wall", "debt", carried.due_soon, (("debt.verdict_wall", "due_soon_share"),)),
    Asked("leverage", "debt", carried.leverage, (("debt.verdict_leverage", "net_debt_to_ebitda"),)),
    Asked("leases", "debt", _each(lease_overhang.overhang), (("debt.verdict_leases", "leases_not_commenced"),),
          "leases_not_commenced"),
    Asked("funding", "debt", funding.mixes, (("funding.verdict", "paid_by_others"),)),
    Asked("quality", "earnings", earnings_quality.cases, (("company_verdicts.quality", "core_margin"),)),
    Asked("payouts", "payouts", payouts.cases, (("company_verdicts.payouts", "net_buyback_yield"),)),
    Asked("warrant", "warrants", _each(warrants.case), (("warrants.verdict", "warrant_value"),)),
    Asked("guarantee", "warrants", guarantees.by_giver, (("guarantees.verdict", "fee_for_guarantee"),)),
)  # fmt: skip


def table(book: Book, company: str) -> Exhibit:
    """A sentence of each model on one company; of those that have none, the reason, at the end."""
    of = book.into(book.money).of(company)
    lines = {say(f"company_verdicts.asked.{each.name}"): _card(each, of, company) for each in ASKED}
    known = sum(not card.quantity.missing for card in lines.values())
    title = words.counted("company_verdicts.title", known, name=book.names[company], total=len(lines))
    frame = marks.worded("company_verdicts", id="verdicts", title=title)
    return cards.told(lines, frame, [say(f"company_verdicts.column.{name}") for name in ("asked", "told")])


def _card(asked: Asked, book: Book, company: str) -> Card:
    case = _case(asked, book, company)
    why = say(f"company_verdicts.none.{asked.name}")
    if case is None:
        return Card(missing(asked.name, why), company, asked.page)
    for key, name in asked.told:
        figure = evidence(case, name)
        if not figure.missing and isinstance(case, Quantity):
            return _told(say(key, value=figure.shown, of=figure.reason), figure, asked, company)
        if not figure.missing and not study.lacks(case, key):
            return _told(study.tell(case, key), figure, asked, company)
    return Card(missing(asked.name, figure.reason or why), company, asked.page)


def _case(asked: Asked, book: Book, company: str) -> Case | Quantity | None:
    """The model's case of a company; none where its subject was not there yet, or the question does not arise."""
    with suppress(NothingToShow, ModelError):
        case = asked.cases(book).get(company)
        return None if case and asked.needs and case.alone(asked.needs).missing else case
    return None


def _told(sentence: str, figure: Quantity, asked: Asked, company: str) -> Card:
    """The sentence with its day; where its figures are of none, that on which the newest of them became public."""
    if figure.day != figure.day:
        figure = replace(figure, since=figure.published, day=figure.published)
    return Card(figure, company, asked.page, form=lambda _: sentence)
