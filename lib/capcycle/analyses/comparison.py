"""The front page: what each company spends, earns and costs, who carries the risk, and what is priced in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from capcycle import study, words
from capcycle.analyses import ai_roic, forward_multiples, implied_growth, multiples, required_revenue, useful_life
from capcycle.exhibits import Exhibit, cards, marks
from capcycle.exhibits.cards import Card
from capcycle.exhibits.studies import beside
from capcycle.facts import Book
from capcycle.measure import Measures, measure, needs
from capcycle.metrics import capex_run_rate
from capcycle.panel import select
from capcycle.quantity import Quantity, missing
from capcycle.study import Case
from capcycle.words import Sentence, say

FOUR_YEARS = 4.0  # the life in the question of the page: what earnings are if servers last for four years
PAST = 21  # quarters of a small picture: five years, both ends shown

Each = Mapping[str, Case | Quantity]


@dataclass(frozen=True)
class Figure:
    """A line of the comparison.

    name   of an input or output of a model, of a metric, or of a figure that `cases` give
    page   the notebook that shows how it comes about
    cases  gives the model's case, or the figure, of each company of a book; none for a metric
    trend  the metric whose five years are shown, where it is another
    form   how its value is written, where not by its unit
    """

    name: str
    page: str
    cases: Callable[[Book], Each] | None = None
    trend: str = ""
    form: Callable[[float], str] | None = None


@cache
def _contracts(book: Book) -> Each:
    quarters = select(book, "quarter", since=ai_roic.recent(book))
    return ai_roic.forward(quarters, measure(capex_run_rate, quarters))


@cache
def _lives(book: Book) -> Each:
    return {company: case.chosen(server_life=FOUR_YEARS) for company, case in useful_life.restated(book).items()}


_returns, _required, _prices = map(cache, (ai_roic.returns, required_revenue.against_disclosed, multiples.cases))
ahead, _growth = map(cache, (forward_multiples.cases, implied_growth.cases))

LINES: dict[str, tuple[Figure, ...]] = {  # by question; another figure is another line
    "spent": (Figure("capex", "capex"), Figure("capex_with_leases", "capex"), Figure("capex_to_revenue", "capex")),
    "earned": (
        Figure("roic", "ai_roic", _returns, "roic_all_debt"),
        Figure("roic_spread", "ai_roic", _returns, form=words.points),
        Figure("capex_yield", "ai_roic", _contracts),
        Figure("yield_spread", "ai_roic", _contracts, form=words.points),
        Figure("rpo", "backlog"),
        Figure("revenue_required", "required_revenue", _required),
        Figure("ai_revenue", "required_revenue", _required),
    ),
    "left": (
        Figure("eps_in_accounts", "useful_life", _lives),
        Figure("eps_prospective", "useful_life", _lives),
        Figure("eps_change", "useful_life", _lives, form=words.change),
        Figure("fcf_after_leases", "capex"),
    ),
    "priced": (
        Figure("ev_to_sales", "multiples", _prices),
        Figure("price_to_earnings_without_gains", "multiples", _prices),
        Figure("forward_pe", "multiples", ahead),
        Figure("fcf_yield", "multiples", _prices),
        Figure("assumed_growth", "multiples", _growth),
    ),
}

@dataclass(frozen=True)
class Found:
    """The figures of a book: by question and name a card of each company."""

    book: Book
    lines: Mapping[str, Mapping[str, Sequence[Card]]]

    def of(self, name: str) -> dict[str, Quantity]:
        """A figure of each company that has it, by the company's name."""
        own = next(lines[name] for lines in self.lines.values() if name in lines)
        return {self.book.names[card.company]: card.quantity for card in own if not card.quantity.missing}

    @property
    def worded(self) -> dict[str, dict[str, Sequence[Card]]]:
        """The same under the words of a reader."""
        return {say(f"comparison.group.{group}"): {
            words.label(words.said(f"comparison.line.{name}", f"name.{name}")): own for name, own in lines.items()
        } for group, lines in self.lines.items()}  # fmt: skip


def found(book: Book, which: Mapping[str, Sequence[Figure]] = MappingProxyType(LINES)) -> Found:
    """Every figure of every company of a book, each its newest, in one currency.

    which   lines by question
    Errors: NothingToShow where nothing is filed of any of them.
    """
    book = book.into(book.money)
    lines = {group: {line.name: [_card(line, company, book) for company in book.companies] for line in own}
             for group, own in which.items()}  # fmt: skip
    return Found(book, lines | {"evidence": cards.graded(lines, book.companies)})


def _card(line: Figure, company: str, book: Book) -> Card:
    metric = line.trend or ("" if line.cases else line.name)
    past = _measured(metric, book) if metric else None
    case = line.cases(book).get(company) if line.cases else None
    if line.cases:
        one = _of(case, line.name) if case else missing(line.name, say("comparison.no_case"))
    else:
        one = study.newest(past, company)
    return Card(one, company, line.page, past.past(company, PAST) if past else (), line.form,
                (case if isinstance(case, Case) else None) or (None if line.cases else past))


@cache
def _measured(metric: str, book: Book) -> Measures:
    tax = {"tax_rate": study.assumption(book, "tax_rate").value} if "tax_rate" in needs(metric) else {}
    return measure(metric, select(book, "ttm"), **tax)


def _of(case: Case | Quantity, name: str) -> Quantity:
    """An input or output with the evidence of what it is made of, and of that alone; of a history its last day."""
    if isinstance(case, Quantity):
        return case
    if name not in {**case.model.outputs, **case.inputs}:  # a company that has a case of another model
        return missing(name, say("comparison.other_model"))
    own = case.alone(name)
    return replace(own, since=own.day) if case.model.lists else own


def verdict(of: Found) -> Sentence:
    """What prices assume, what AI must bring and what it brings, and who would have to be right."""
    said = [*_priced(of), *_needed(of), *_right(of)] or [say("comparison.nothing")]
    return words.paragraph(*said, *study.hindsight(*_contracts(of.book).values()))


def _priced(of: Found) -> Iterator[str]:
    growth = sorted(of.of("assumed_growth").items(), key=lambda one: one[1].value)
    if growth:
        (least, low), (most, high) = growth[0], growth[-1]
        years = next(iter(_growth(of.book).values())).inputs["growth_years"].shown
        yield words.counted("comparison.priced", len(growth), least=least, low=low.shown, most=most, high=high.shown,
                            years=years)  # fmt: skip


def _needed(of: Found) -> Iterator[str]:
    need, have = of.of("revenue_required"), of.of("ai_revenue")
    both = [name for name in need if name in have]
    if need:
        sums = {"need": need.values(), "own": [need[name] for name in both], "have": [have[name] for name in both]}
        shown = {name: words.value(sum(each.value for each in all_), of.book.money) for name, all_ in sums.items()}
        names = words.listing(both) if both else ""
        yield words.counted("comparison.needed", len(both), names=names, all=words.listing(list(need)), **shown)


def _right(of: Found) -> Iterator[str]:
    """Whose contracts cover the cost of capital, with the laboratories and without."""
    full = [case for case in _contracts(of.book).values() if not case.lacking and "backlog" in case.inputs]
    above = [case.name for case in full if case.outputs.yield_spread > 0]
    alone = [case.name for case in full if _without_laboratories(case) > 0]
    if full:
        names = {name: words.listing(each) if each else "" for name, each in (("above", above), ("alone", alone))}
        key = "same" if above == alone else "" if alone else "nobody"
        yield say(f"comparison.right_{key or 'some'}" if above else "comparison.right_none", **names)


def _without_laboratories(case: Case) -> float:
    share = study.assumption(case.book, "laboratory_share_of_backlog", case.company)
    left = case.inputs["ai_share_of_backlog"].value - (0.0 if share.missing else share.value)
    return float(case.evaluate(ai_share_of_backlog=max(left, 0.0)).yield_spread)


def table(of: Found) -> Exhibit:
    """Every figure of every company, with its day, its kind, its five years and the page behind it."""
    companies = [of.book.names[each] for each in of.book.companies]
    spent = of.of("capex_to_revenue")
    top = max(spent, key=lambda name: spent[name].value, default="")
    title = say("comparison.table.title", top=top, share=spent[top].shown) if top else say("comparison.nothing")
    frame = marks.worded("comparison.table", id="comparison", title=title, currency=of.book.money)
    shown = cards.table(of.worded, frame, [say("comparison.figure"), *companies])
    return replace(shown, workbook=beside.workbook(of.worded, of.book))


def moved(of: Found) -> Exhibit:
    """The three figures that moved most in the last quarter, beside how far each usually moves in one."""
    return cards.moved(of.worded, of.book.names, "comparison.moved")
