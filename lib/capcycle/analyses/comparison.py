"""The front page: what is priced in, who would have to be right, companies beside each other, and what moved."""

from collections.abc import Iterator
from dataclasses import replace

from capcycle import study, words
from capcycle.analyses import ai_roic
from capcycle.analyses.company_figures import Found, contracts, priced
from capcycle.exhibits import Exhibit, cards, marks
from capcycle.exhibits.studies import beside
from capcycle.study import Case
from capcycle.words import Sentence, say


def verdict(of: Found) -> Sentence:
    """What prices assume, what AI must bring and what it brings, and who would have to be right."""
    said = [*_earned(of), *_priced(of), *_needed(of), *_right(of)] or [*_paid(of)] or [say("comparison.nothing")]
    return words.paragraph(*said, *study.hindsight(*_cases(of)))


def _cases(of: Found) -> list[Case]:
    """A year of contracts of each company that has some."""
    return [case for case in contracts(of.book).values() if isinstance(case, Case)]


def _earned(of: Found) -> Iterator[str]:
    """Who earns more on all its capital than that costs, where it is known of most; of AI alone nobody files it."""
    known = of.of("roic_spread")
    above, below = ([name for name, one in known.items() if (one.value > 0) is more] for more in (True, False))
    if 2 * len(known) > len(of.book.companies):
        names = {"above": words.listing(above) if above else "", "below": words.listing(below) if below else ""}
        key = "earned_some" if above and below else "earned" if above else "earned_none"
        yield words.counted(f"comparison.{key}", len(above), **names)


def _priced(of: Found) -> Iterator[str]:
    known = sorted(of.of("assumed_growth").items(), key=lambda one: one[1].value)
    if known:
        (least, low), (most, high) = known[0], known[-1]
        years = next(iter(priced(of.book).values())).inputs["growth_years"].shown
        yield words.counted("comparison.priced", len(known), least=least, low=low.shown, most=most, high=high.shown,
                            years=years)  # fmt: skip


def _paid(of: Found) -> Iterator[str]:
    """What is paid for sales and how much capex is of them, where no model can say what a price assumes."""
    for key, name in (("paid", "ev_to_sales"), ("spent", "capex_to_revenue")):
        known = sorted(of.of(name).items(), key=lambda one: one[1].value)
        if known:
            (least, low), (most, high) = known[0], known[-1]
            yield words.counted(f"comparison.{key}", len(known), least=least, low=low.shown, most=most, high=high.shown,
                                day=words.day(max(one.day for _, one in known)))  # fmt: skip


def _needed(of: Found) -> Iterator[str]:
    need, have = of.of("revenue_required"), of.of("ai_revenue")
    both = [name for name in need if name in have]
    if need:
        sums = {"need": need.values(), "own": [need[name] for name in both], "have": [have[name] for name in both]}
        shown = {name: words.value(sum(each.value for each in all_), of.book.money) for name, all_ in sums.items()}
        names = words.listing(both) if both else ""
        key = "comparison.needed_all" if len(both) == len(need) else "comparison.needed"
        yield words.counted(key, len(both), names=names, all=words.listing(list(need)), **shown)


def _right(of: Found) -> Iterator[str]:
    """Whose contracts cover the cost of capital, with the laboratories and without."""
    full = [case for case in _cases(of) if not case.lacking]
    above = [case.name for case in full if case.outputs.yield_spread > 0]
    alone = [case.name for case in full if ai_roic.paid(case, 0.0).yield_spread > 0]
    if full:
        names = {name: words.listing(each) if each else "" for name, each in (("above", above), ("alone", alone))}
        key = "same" if above == alone else "" if alone else "nobody"
        yield say(f"comparison.right_{key or 'some'}" if above else "comparison.right_none", **names)


def table(of: Found) -> Exhibit:
    """Every figure of every company, with its day, its kind, its five years and the page behind it."""
    companies = [of.book.names[each] for each in of.book.companies]
    spent = of.of("capex_to_revenue")
    top = max(spent, key=lambda name: spent[name].value, default="")
    title = (
        say("comparison.table.title", top=top, share=spent[top].shown, until=spent[top].until)
        if top
        else say("comparison.nothing")
    )
    frame = marks.worded("comparison.table", id="comparison", title=title, currency=of.book.money)
    shown = cards.table(of.worded, frame, [say("comparison.figure"), *companies])
    return replace(shown, workbook=beside.workbook(of.worded, of.book))


def moved(of: Found) -> Exhibit:
    """The three figures that moved most in the last quarter, beside how far each usually moves in one."""
    return cards.moved(of.worded, of.book.names, "comparison.moved")
