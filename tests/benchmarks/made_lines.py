"""Makes `tests/data/lines.csv`: statements with known answers, from the filed facts by classes of error, with a seed.

    python tests/benchmarks/made_lines.py > tests/data/lines.csv

A true line prints a filed figure, or a growth, a change or a share of two, in three or four digits. A wrong one prints
what a writer would who slipped in one way: its class. Nothing here uses the code that judges the lines.
"""

import csv
import random
import sys

import pandas as pd

from capcycle import facts

SEED = 20261128
EACH = {"scale": 16, "label": 12, "neighbour": 12, "length": 12, "definition": 12, "comparison": 14, "currency": 8,
        "restated": 6, "digits": 8}  # fmt: skip
WORDS = {
    "revenue": ["revenue", "sales", "net sales", "营收", "营业收入"],
    "capex": ["capex", "capital expenditure", "capital spending", "资本开支", "资本支出"],
    "operating_income": ["operating income", "operating profit", "营业利润"],
    "net_income": ["net income", "net profit", "净利润"],
    "operating_cash_flow": ["operating cash flow", "cash flow from operations", "经营现金流"],
    "cloud_revenue": ["cloud revenue", "云收入"],
    "gross_profit": ["gross profit", "毛利"],
    "depreciation_amortization": ["depreciation and amortisation", "折旧与摊销"],
}
RATIOS = {"operating margin": "operating_income", "net margin": "net_income", "capex to revenue": "capex"}
DEFINITIONS = {
    "capex": ("finance_lease_principal_paid", 1),
    "operating_cash_flow": ("capex", -1),
    "revenue": ("cloud_revenue", 0),
    "operating_income": ("net_income", 0),
}  # another definition: that figure added, taken off, or in its place
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
SCALES = {1e12: ["tn", "万亿"], 1e9: ["bn", " billion", "十亿"], 1e8: ["亿"], 1e6: ["m", " million", "百万"]}
FIELDS = ["name", "company", "measure", "value", "period", "unit", "comparison", "published", "truth"]


class Facts:
    """The newest figures by company, concept and last day, by length: the quarters and years that a line may name."""

    def __init__(self):
        rows = facts.load()
        rows = rows[rows["published"].notna() & rows["concept"].isin({*WORDS, "finance_lease_principal_paid"})]
        days = (rows["period_end"] - rows["period_start"]).dt.days + 1
        lengths = {3: (84, 98), 6: (175, 189), 9: (266, 280), 12: (357, 378)}
        self.by = {}
        for months, (least, most) in lengths.items():
            chosen = rows[days.between(least, most)]
            for row in chosen.itertuples():
                self.by[row.company, row.concept, months, month_of(row.period_end)] = row
        self.companies = facts.companies()

    def get(self, company, concept, months, end):
        return self.by.get((company, concept, months, end))


def month_of(day):
    middle = day - pd.Timedelta(days=14)
    return middle.year * 12 + middle.month - 1


def period(dice, months, end, year_end, calendar=None):
    """Words for a period: by its months, or by the fiscal or calendar label."""
    year, month = divmod(end, 12)
    ways = ["months"]
    fiscal = (month - year_end) % 12 + 1  # 1 to 12: the month of the fiscal year
    if fiscal % 3 == 0 and months in (3, 12):
        ways.append("fiscal")
    if months == 3 and month % 3 == 2:
        ways.append("calendar")
    way = calendar or dice.choice(ways)
    if way == "fiscal":
        of, quarter = year + (month + 1 > year_end), fiscal // 3
        if months == 12:
            return dice.choice([f"fiscal {of}", f"FY{of}", f"{of}财年"]) if quarter == 4 else None
        return dice.choice(
            [f"fiscal Q{quarter} {of}", f"Q{quarter} FY{of}", f"{of}财年第{'一二三四'[quarter - 1]}季度"]
        )
    if way == "calendar":
        quarter = month // 3 + 1
        return dice.choice([f"calendar Q{quarter} {year}", f"CY{year} Q{quarter}"])
    length = {3: ["quarter", "three months"], 6: ["six months"], 9: ["nine months"], 12: ["year", "twelve months"]}
    return f"{dice.choice(length[months])} to {MONTHS[month]} {year}"


def printed(dice, value, digits=4):
    """A figure and its scale as a writer prints them."""
    size = next((size for size in SCALES if abs(value) >= size * 0.9), 1e6)
    scaled = value / size
    places = max(digits - len(str(int(abs(scaled)))), 0)
    return f"{scaled:.{places}f}{dice.choice(SCALES[size])}"


def apart(value, other, by=0.03):
    return abs(value - other) > by * max(abs(value), abs(other))


def line(dice, all_facts, truth):
    """A line of a class, or None where the facts drawn do not allow it."""
    company, concept, months, end = dice.choice(list(all_facts.by))
    fact = all_facts.get(company, concept, months, end)
    if concept not in WORDS or not fact.value:
        return None
    year_end, currency = (
        int(all_facts.companies.at[company, "fiscal_year_end"]),
        all_facts.companies.at[company, "currency"],
    )
    value, unit, comparison, measure = fact.value, currency, "", dice.choice(WORDS[concept])
    words = period(dice, months, end, year_end)
    day = fact.published
    if truth == "true" and dice.random() < 0.45:
        return derived(dice, all_facts, fact, months, end, words, truth)
    if truth == "comparison":
        return derived(dice, all_facts, fact, months, end, words, truth)
    if truth == "scale":
        value *= dice.choice([1e3, 1e-3, 10, 0.1, 100, 0.01, 1e4, 1e-4])
    elif truth == "digits":
        text = f"{abs(value):.3e}"
        head = text[0] + text[2:5]
        place = dice.choice([0, 1, 2])
        swapped = list(head)
        swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
        if swapped == list(head) or swapped[0] == "0":
            return None
        value = value / abs(value) * float(f"{swapped[0]}.{''.join(swapped[1:])}e{text.split('e')[1]}")
    elif truth == "label":
        if months != 3 or year_end == 12 or (year_end % 3):
            return None
        words = period(dice, months, end, year_end, "fiscal")
        quarter, of = int(((end % 12) - year_end) % 12 + 1) // 3, end // 12 + (end % 12 + 1 > year_end)
        other = all_facts.get(company, concept, 3, of * 12 + 3 * quarter - 1)  # that of the calendar
        if not other:
            return None
        value, day = other.value, max(day, other.published)
    elif truth == "neighbour":
        other = all_facts.get(company, concept, months, end - dice.choice([3, 12] if months == 3 else [12]))
        if not other:
            return None
        value = other.value
    elif truth == "length":
        other = all_facts.get(company, concept, dice.choice([n for n in (3, 6, 9, 12) if n != months]), end)
        if not other:
            return None
        value, day = other.value, max(day, other.published)
    elif truth == "definition":
        if concept not in DEFINITIONS:
            return None
        name, sign = DEFINITIONS[concept]
        other = all_facts.get(company, name, months, end)
        if not other:
            return None
        value, day = value * abs(sign) + other.value * (sign or 1), max(day, other.published)
    elif truth == "currency":
        if currency == "USD":
            return None
        unit = "USD"
    elif truth == "restated":
        return restated(dice, all_facts, fact, words, measure)
    if not words or (truth not in ("true", "currency") and not apart(value, fact.value)):
        return None
    shown = printed(dice, value, 4)
    name = name_of(dice, all_facts, company)
    return dict(zip(FIELDS, ["", name, measure, shown, words, unit, comparison, f"{day:%Y-%m-%d}", truth], strict=True))


def derived(dice, all_facts, fact, months, end, words, truth):
    """Growth, change or a ratio; as a slip, growth on the quarter for that on the year, or percent for points."""
    company, concept = fact.company, fact.concept
    before = all_facts.get(company, concept, months, end - 12)
    quarter_before = all_facts.get(company, concept, 3, end - 3) if months == 3 else None
    name = name_of(dice, all_facts, company)
    if dice.random() < 0.4:
        ratio, part = dice.choice(list(RATIOS.items()))
        rows = [all_facts.get(company, each, months, when) for when in (end, end - 12) for each in (part, "revenue")]
        if None in rows or any(row.value <= 0 for row in rows) or not words:
            return None
        now, then = rows[0].value / rows[1].value, rows[2].value / rows[3].value
        day = f"{max(row.published for row in rows):%Y-%m-%d}"
        if truth == "true":
            cells = dice.choice(
                [[f"{now * 100:.1f}%", words, "", ""], [f"{(now - then) * 100:.1f}", words, "points", "change"]]
            )
        else:
            cells = [f"{(now / then - 1) * 100:.1f}", words, "points", "change"]
            if not apart(now / then - 1, now - then, 0.2):
                return None
        return dict(zip(FIELDS, ["", name, ratio, *cells, day, truth], strict=True))
    if not before or before.value <= 0 or fact.value <= 0 or not words:
        return None
    growth = fact.value / before.value - 1
    if truth == "comparison":
        if not quarter_before or quarter_before.value <= 0:
            return None
        wrong = fact.value / quarter_before.value - 1
        if not apart(growth, wrong, 0.2):
            return None
        growth = wrong
    day = f"{max(fact.published, before.published):%Y-%m-%d}"
    measure = dice.choice(WORDS[concept])
    return dict(zip(FIELDS, ["", name, measure, f"{growth * 100:.1f}%", words, "", "yoy", day, truth], strict=True))


def restated(dice, all_facts, fact, words, measure):
    """The first value of a period, printed after it had been given anew."""
    history = facts.history([fact.company])
    same = history[(history["concept"] == fact.concept) & (history["period_start"] == fact.period_start)
                   & (history["period_end"] == fact.period_end) & history["published"].notna()]  # fmt: skip
    same = same.sort_values("published")
    if len(same) < 2 or not words or not apart(same["value"].iloc[0], same["value"].iloc[-1], 0.01):
        return None
    shown, later = printed(dice, same["value"].iloc[0], 4), same["published"].iloc[-1] + pd.Timedelta(days=30)
    unit, name = all_facts.companies.at[fact.company, "currency"], name_of(dice, all_facts, fact.company)
    return dict(zip(FIELDS, ["", name, measure, shown, words, unit, "", f"{later:%Y-%m-%d}", "restated"], strict=True))


def name_of(dice, all_facts, company):
    row = all_facts.companies.loc[company]
    return dice.choice([name for name in (row["name"], row["name_zh"], company) if name])


def lines():
    """A hundred true lines, and a hundred wrong ones."""
    dice, all_facts = random.Random(SEED), Facts()
    for truth, count in {"true": 100, **EACH}.items():
        made = 0
        while made < count:
            if row := line(dice, all_facts, truth):
                made += 1
                yield row | {"name": f"{truth}{made}"}


if __name__ == "__main__":
    writer = csv.DictWriter(sys.stdout, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines())
