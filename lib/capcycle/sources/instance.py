"""Figures of a segment, a product or a customer, out of the XBRL instance of a filing: a figure with its members."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import pandas as pd

from capcycle.facts import door
from capcycle.sources import beside, xml
from capcycle.sources.filings import Filing
from capcycle.sources.tags import Doubt, Figure
from capcycle.sources.web import SourceError

XBRLI, XBRLDI = "{http://www.xbrl.org/2003/instance}", "{http://xbrl.org/2006/xbrldi}"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
SEGMENTS, ITEMS = "us-gaap:StatementBusinessSegmentsAxis", "srt:ConsolidationItemsAxis"
OPERATING = (ITEMS, "us-gaap:OperatingSegmentsMember")  # says of a segment only that it is one
REVENUE = ("us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax", "us-gaap:Revenues", "ifrs-full:Revenue")
STANDARD = re.compile(r"^https?://(?:fasb\.org|xbrl\.ifrs\.org/taxonomy|xbrl\.sec\.gov)/(?:[\d-]+/)?([a-z-]+)")
SHARE, CUSTOMER = re.compile(r"us-gaap:ConcentrationRiskPercentage1?"), re.compile(r"(us-gaap|srt):MajorCustomersAxis")
RISK = {  # of a share of total revenue that a customer has; any other member makes it a share of something else
    "us-gaap:ConcentrationRiskByTypeAxis": {"us-gaap:CustomerConcentrationRiskMember"},
    "us-gaap:ConcentrationRiskByBenchmarkAxis": {
        *["us-gaap:SalesRevenueNetMember", "us-gaap:RevenueFromContractWithCustomerMember"],
        *["us-gaap:RevenueFromContractWithCustomerBenchmarkMember", "us-gaap:SalesRevenueTotalMember"],
    },
}
T = TypeVar("T", "Fact", Figure)
MOST = 20  # breakdowns of a total beside each other on one axis

Members = frozenset[tuple[str, str]]  # axis and member; none for the whole company


class Fact(NamedTuple):
    """A number of an instance: tag, period (no start for a balance), members, unit, value, and its last sure digit."""

    tag: str
    start: str
    end: str
    members: Members
    unit: str
    value: float
    digit: float


@dataclass
class Reading:
    """What an instance gives: figures, those not taken, and where members do not add up to their total."""

    figures: list[Figure]
    doubts: list[Doubt]
    apart: list[Doubt]


def read_members() -> pd.DataFrame:
    """The members by which concepts are found, as text, checked.

    Errors: DataError with every fault of `data/members.csv`.
    """
    return door.table("members.csv", _rules)


def _rules(table: pd.DataFrame) -> door.Rules:
    known = door.reference()
    yield "unknown company '{company}'; see data/companies.csv", known.lacks("companies", table["company"])
    yield "unknown concept '{concept}'; see data/dictionary.csv", known.lacks("concepts", table["concept"])
    for column in ("axis", "member", "tag"):
        named = table[column].str.fullmatch(r"[A-Za-z][\w.-]*:[A-Za-z]\w*") | (
            table[column].eq("") & (column == "member")
        )
        yield f"{column} '{{{column}}}' is not a name with its prefix, such as us-gaap:Assets", ~named
    yield "priority '{priority}' is not a whole number from 1", ~table["priority"].str.fullmatch("[1-9][0-9]*")
    for column in ("from", "to"):
        dated = table[column] != ""
        yield f"{column} '{{{column}}}' is not a date such as 2024-06-30", dated & door.bad_date(table[column])
    key = ["company", "concept", "priority", "from"]
    yield "a concept has two members of one priority; which comes first, nobody could say", table.duplicated(key)


def facts(text: bytes, name: str) -> list[Fact]:
    """Every number of an instance, each once: of one that stands there exact and rounded, the exact one.

    Errors: SourceError for what is no instance, for a context that it lacks, and for a dimension without a member.
    """
    root = xml.parsed(text, name)
    if root.tag != f"{XBRLI}xbrl":
        raise SourceError(f"{name}: <{xml.local(root)}> in place of an XBRL instance")
    try:
        contexts = {each.get("id"): _context(each) for each in root.iter(f"{XBRLI}context")}
        units = {each.get("id"): _unit(each) for each in root.iter(f"{XBRLI}unit")}
        found = [each for element in root if (each := _fact(element, contexts, units))]
    except (KeyError, ValueError, AttributeError) as error:
        raise SourceError(f"{name}: not an XBRL instance as it should be: {error!r}") from error
    best: dict[tuple, Fact] = {}
    for each in found:
        if each[:5] not in best or each.digit < best[each[:5]].digit:
            best[each[:5]] = each
    return list(best.values())


def _context(element: xml.Element) -> tuple[str, str, Members]:
    """The period and the members of a context; of a typed dimension, such as a day, the text stands for a member."""
    pairs = [
        (_name(each, each.get("dimension")), _name(each, each.text)) for each in element.iter(f"{XBRLDI}explicitMember")
    ]
    typed = element.iter(f"{XBRLDI}typedMember")
    pairs += [(_name(each, each.get("dimension")), "".join(each.itertext()).strip()) for each in typed]
    if instant := xml.text(element, "instant"):
        return "", instant[:10], frozenset(pairs)
    return xml.text(element, "startDate")[:10], xml.text(element, "endDate")[:10], frozenset(pairs)


def _name(element: xml.Element, name: str) -> str:
    """A name with the usual prefix of a standard taxonomy, whatever prefix the document gives it."""
    prefix, _, rest = name.strip().rpartition(":")
    space = element.nsmap[prefix or None]
    standard = STANDARD.match(space)
    return f"{standard[1] if standard else prefix}:{rest}"


def _unit(element: xml.Element) -> str:
    names = [(each.text or "").strip().rpartition(":")[2] for each in element.iter(f"{XBRLI}measure")]
    return "/".join("share" if place and each == "shares" else each for place, each in enumerate(names))


def _fact(element: xml.Element, contexts: dict, units: dict[str, str]) -> Fact | None:
    """A number; none for text and for nothing."""
    if element.get("contextRef") is None or element.get("unitRef") is None or element.get(NIL) in ("true", "1"):
        return None
    start, end, members = contexts[element.get("contextRef")]
    decimals = element.get("decimals", "INF")
    digit = 0.0 if decimals == "INF" else 10.0 ** -int(decimals)
    tag = _name(element, f"{element.prefix}:{xml.local(element)}")
    return Fact(tag, start, end, members, units[element.get("unitRef")], float(element.text), digit)


def reading(found: list[Fact], table: pd.DataFrame, filing: Filing) -> Reading:
    """The figures of an instance under the members of one company.

    table   rows of `read_members` of that company
    A member's figure is taken where the filing gives one for its tag and period; that its members do not add up to the
    company's total is said. Where the filing reports under none of the members of a concept, those that it has are.
    """
    figures, doubts, apart = [], [], []
    by_tag = _by(found, "tag")
    for concept, rules in table.groupby("concept", sort=False):
        taken = [each for rule in rules.to_dict("records") for each in _figures(by_tag, rule, filing)]
        differ = dict(_differing(taken))
        doubts += differ.values()
        taken = [each for each in taken if each[1].period not in differ]
        figures += taken
        parted = [each for each in taken if rules["member"].ne("").all()]
        apart += [said for fact, figure in parted if (said := _apart(by_tag[fact.tag], fact, figure))]
        if not taken and not differ and (said := _others(by_tag, rules, filing)):
            doubts.append(Doubt(concept, "", said[0], filing.filed, said[1]))
    return Reading([figure for _, figure in figures], doubts, apart)


def _by(found: Iterable[T], name: str) -> dict[Any, list[T]]:
    groups = defaultdict(list)
    for each in found:
        groups[getattr(each, name)].append(each)
    return groups


def _figures(by_tag: dict[str, list[Fact]], rule: dict[str, str], filing: Filing) -> Iterator[tuple[Fact, Figure]]:
    standard = rule["tag"].partition(":")[0]
    for each in by_tag.get(rule["tag"], []):
        if _is_of(each.members, rule) and rule["from"] <= each.end <= (rule["to"] or "9999"):
            place = f"{each.tag} · {rule['axis']}={rule['member'] or dict(each.members)[rule['axis']]}"
            order, unit = int(rule["priority"]), each.unit
            yield each, Figure(
                filing.filed, filing.accession, filing.form, standard, rule["concept"], each.start, each.end, order,
                place, unit, each.value,
            )  # fmt: skip


def _is_of(members: Members, rule: dict[str, str]) -> bool:
    """Whether a fact is about the member of a rule and nothing else; a rule without one takes any of its axis."""
    others = members - {OPERATING}
    return len(others) == 1 and next(iter(others)) in {(rule["axis"], rule["member"] or dict(others).get(rule["axis"]))}


def _differing(taken: list[tuple[Fact, Figure]]) -> Iterator[tuple[tuple[str, str], Doubt]]:
    """Each period of which two tables of a filing say two things of one concept, with both."""
    for period, each in _by((figure for _, figure in taken), "period").items():
        digit = max(fact.digit for fact, figure in taken if figure.period == period)
        if max(figure.value for figure in each) - min(figure.value for figure in each) > digit / 2:
            said = " and ".join(f"{figure.value:,.15g} ({figure.tag})" for figure in each)
            yield period, _said(each[0], f"the filing says {said}")


def _apart(found: list[Fact], fact: Fact, figure: Figure) -> Doubt | None:
    """What to say where the members beside a figure do not add up to the company's total.

    Beside them stand what lies in no segment and what is eliminated, each alone under the axis of consolidation. An
    axis may break the total down several times: by product and by kind.
    """
    axis = next(name for name, member in fact.members if (name, member) != OPERATING)
    alike = [each for each in found if each[1:3] == fact[1:3] and each.unit == fact.unit]
    parts = [each for each in alike if _is_part(each.members, axis)]
    whole = next((each for each in alike if not each.members), None)
    total = sum(each.value for each in parts)
    if whole is None:
        return _said(figure, f"the members of {axis} sum to {total:,.15g}; the filing gives no total beside them")
    room = whole.digit / 2 + sum(each.digit / 2 for each in parts)
    if any(abs(total - times * whole.value) <= room for times in range(1, MOST)):
        return None
    off = f"{total:,.15g}, the total is {whole.value:,.15g}: {whole.value - total:,.15g} lies in none of them"
    return _said(figure, f"the members of {axis} sum to {off}")


def _is_part(members: Members, axis: str) -> bool:
    others = members - {OPERATING}
    return len(others) == 1 and next(iter(others))[0] in (axis, ITEMS)


def _said(figure: Figure, reason: str) -> Doubt:
    return Doubt(figure.concept, figure.start, figure.end, figure.filed, reason)


def _others(by_tag: dict[str, list[Fact]], rules: pd.DataFrame, filing: Filing) -> tuple[str, str] | None:
    """The newest period of a report and its members, where it has those of another name than data/members.csv says."""
    for rule in rules[rules["to"].eq("") | rules["to"].ge(filing.filed)].to_dict("records"):
        there = [each for each in by_tag.get(rule["tag"], []) if _is_part(each.members, rule["axis"])]
        names = sorted({name for each in there for axis, name in each.members if axis == rule["axis"]})
        if names:
            end = max(each.end for each in there)
            return end, f"{rule['member']} is not among the members of {rule['axis']}: {', '.join(names)}"
    return None


def segments(found: list[Fact]) -> list[Fact]:
    """The revenue of each segment in the newest period of a report, the largest first."""
    for tag in REVENUE:
        every = [each for each in found if each.tag == tag and SEGMENTS in dict(each.members)]
        every = [each for each in every if _is_part(each.members, SEGMENTS)]
        if every:
            last = max((each.end, each.start) for each in every)
            return sorted((each for each in every if (each.end, each.start) == last), key=lambda each: -each.value)
    return []


def customers(found: list[Fact], company: str, name: str, filing: Filing) -> pd.DataFrame:
    """The customers that a report gives a share of total revenue of, as rows of the register, as text.

    A share of one product, one segment or of what is owed is another thing, and is left out.
    """
    made = [
        (company, name, "", _spoken(member), "1", each.start, each.end, f"{each.value:g}", "", "reported",
         filing.accession, f"{each.tag} · {member}", filing.filed, "")
        for each in found
        if SHARE.fullmatch(each.tag) and each.start and (member := _customer(each.members))
    ]  # fmt: skip
    found = pd.DataFrame(made, columns=CUSTOMERS, dtype=str).drop_duplicates(CUSTOMERS[1:7])
    return beside.whole("customers", found)


CUSTOMERS = [
    *["company", "name", "customer", "customer_name", "customers", "period_start", "period_end", "share", "growth"],
    *["kind", "source", "locator", "published", "note"],
]


def _customer(members: Members) -> str:
    """The member of a customer whose share is one of total revenue; empty for another share."""
    names = dict(members)
    found = [each for axis, each in members if CUSTOMER.fullmatch(axis)]
    others = {axis: each for axis, each in names.items() if not CUSTOMER.fullmatch(axis)}
    benchmark = "us-gaap:ConcentrationRiskByBenchmarkAxis" in others
    sound = benchmark and all(each in RISK.get(axis, ()) for axis, each in others.items())
    return found[0] if len(found) == 1 and sound else ""


def _spoken(member: str) -> str:
    """A member's name as words.

    >>> _spoken("nvda:CustomerAMember")
    'Customer A'
    """
    name = member.partition(":")[2].removesuffix("Member")
    return " ".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|\d+", name))
