"""What the tests of tables put into cells, and the slips that they try on whole tables."""

import csv
import io
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

VALUES = [
    "",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "1e9",
    "1,000",
    "１２",
    "0x10",
    "1_000",
    "01",
    "twelve",
    "2024-13-01",
    "None",
]


# ---- corruptions of whole tables, one at a time, as slips of the hand and of programs make them

AMOUNTS = ["value", "contract_value", "principal", "amount", "mw", "units", "close", "on_demand", "central", "low",
           "value_low", "price", "h100e", "effect", "shares", "USD", "TWD"]  # fmt: skip
KEYS = ["company", "concept", "source", "contract", "commitment", "debt", "symbol", "chip", "vendor", "name",
        "lessor_name", "claim_id", "check_id", "speaker", "alias", "holder", "offering", "site", "group"]  # fmt: skip
UNSEEN = {"zero width": "\u200b", "right to left": "\u202e", "no break": "\u00a0"}
LOOKALIKES = dict(zip("ACEHKMOPTXaceopxy", "АСЕНКМОРТХасеорху", strict=True))


class Table:
    """A table as rows of cells, of which a corruption changes some."""

    def __init__(self, name, data, rng):
        self.name, self.rng = name, rng
        self.header, *self.rows = csv.reader(io.StringIO(data.decode("utf-8"), newline=""))

    def bytes(self):
        lines = io.StringIO()
        csv.writer(lines, lineterminator="\n").writerows([self.header, *self.rows])
        return lines.getvalue().encode()

    def column(self, names):
        """The place of one of some columns, if the table has any of them."""
        there = [at for at, column in enumerate(self.header) if column in names]
        return self.rng.choice(there) if there else None

    def filled(self, at):
        return [row for row in self.rows if at is not None and row[at].strip("-0.")]

    def scaled(self, factor, rows=None):
        at = self.column(AMOUNTS)
        rows = rows or [self.rng.choice(self.filled(at))]
        for row in rows:
            row[at] = plain(Decimal(row[at]) * factor)

    def pick(self, names):
        """A filled cell of one of some columns: its row and its place."""
        at = self.column(names)
        return self.rng.choice(self.filled(at)), at


def plain(number):
    return f"{number.normalize():f}"


def cut(table):
    table.rows = table.rows[: table.rng.randrange(1, len(table.rows))]


def header_only(table):
    table.rows = []


def row_gone(table):
    table.rows.pop(table.rng.randrange(len(table.rows)))


def thousands(table):
    assert table.name.startswith("facts/")
    unit, value = table.header.index("unit"), table.header.index("value")
    for row in table.rows:
        if len(row[unit]) == 3:
            row[value] = plain(Decimal(row[value]) / 1000)


def slip(factor):
    return lambda table: table.scaled(Decimal(factor))


def short_slip(table):
    assert table.name.startswith("facts/")
    series = Counter(row[1] for row in table.rows)
    row = table.rng.choice([row for row in table.rows if series[row[1]] < 5 and len(row[5]) == 3 and row[4] != "0"])
    row[4] = plain(Decimal(row[4]) * Decimal(table.rng.choice(["1e3", "1e-3", "1e6", "1e-6"])))


def year_as_quarter(table):
    assert table.name.startswith("facts/")
    years = [row for row in table.rows if row[2] and 350 < (day(row[3]) - day(row[2])).days < 380]
    row = table.rng.choice([row for row in years if row[1] in FLOWS and row[4].strip("-0")])
    row[2] = f"{day(row[3]) - timedelta(days=90)}"


def digits_swapped(table):
    row, at = table.pick(AMOUNTS)
    places = [each for each in range(len(row[at]) - 1) if row[at][each : each + 2].isdigit()][:2]
    place = table.rng.choice(
        [each for each in places if row[at][each] != row[at][each + 1] and row[at][each + 1] != "0"]
    )
    row[at] = row[at][:place] + row[at][place + 1] + row[at][place] + row[at][place + 2 :]


def from_neighbour(table):
    at = table.column(AMOUNTS)
    place = table.rng.choice(
        [i for i, (one, other) in enumerate(pairwise(table.rows)) if one[at] != other[at] and other[at] and one[at]]
    )
    table.rows[place][at] = table.rows[place + 1][at]


def exchanged(table):
    at = table.column(AMOUNTS)
    place = table.rng.choice(
        [i for i, (one, other) in enumerate(pairwise(table.rows)) if one[at] != other[at] and other[at] and one[at]]
    )
    one, other = table.rows[place], table.rows[place + 1]
    one[at], other[at] = other[at], one[at]


def other_currency(table):
    row, at = table.pick(["currency"])
    row[at] = "HKD" if row[at] == "USD" else "USD"


def rates_exchanged(table):
    assert table.name == "fx.csv"
    row = table.rng.choice([table.rows[-1], table.rng.choice(table.rows)])
    row[2], row[3] = row[3], row[2]


def earlier(table):
    row, at = table.pick(["published"])
    assert len(row[at]) == 10
    row[at] = f"{day(row[at]) - timedelta(days=table.rng.choice([40, 200, 400]))}"


def unseen(kind):
    def put(table):
        row, at = table.pick(KEYS)
        place = table.rng.randrange(1, len(row[at]) + 1)
        row[at] = row[at][:place] + UNSEEN[kind] + row[at][place:]

    return put


def lookalike(table):
    at = table.column(KEYS)
    row = table.rng.choice([row for row in table.rows if set(row[at]) & set(LOOKALIKES)])
    letter = table.rng.choice(sorted(set(row[at]) & set(LOOKALIKES)))
    row[at] = row[at].replace(letter, LOOKALIKES[letter], 1)


def all_reported(table):
    at = table.header.index("kind")
    assert not table.name.startswith("facts/") and any(row[at] in ("assumed", "estimated") for row in table.rows)
    for row in table.rows:
        row[at] = "reported"


def other_company(table):
    row, at = table.pick(["lessor", "borrower", "giver", "tenant"] if table.name != "fx.csv" else [])
    row[at] = "NVDA" if row[at] != "NVDA" else "AAPL"


def other_concept(table):
    assert table.name.startswith("facts/")
    row = table.rng.choice(table.rows)
    others = {each[1] for each in table.rows if each[5] == row[5] and bool(each[2]) == bool(row[2])} - {row[1]}
    row[1] = table.rng.choice(sorted(others))


def other_document(table):
    assert table.name.startswith("facts/")
    row = table.rng.choice(table.rows)
    row[7], row[9] = table.rng.choice([(each[7], each[9]) for each in table.rows if each[9] > row[9]])


FLOWS = {"revenue", "capex", "net_income", "operating_cash_flow", "operating_income", "gross_profit", "cloud_revenue",
         "depreciation", "depreciation_amortization"}  # fmt: skip
KINDS = {
    "cut at a line's end": cut, "header only": header_only, "a row gone": row_gone,
    "a company in thousands": thousands, "slip of a thousand": slip("1e3"), "slip of a thousandth": slip("1e-3"),
    "slip of a million": slip("1e6"), "slip in a short series": short_slip, "a year as a quarter": year_as_quarter,
    "two digits swapped": digits_swapped, "a value from its neighbour": from_neighbour,
    "two values exchanged": exchanged, "another currency": other_currency,
    "CNY and HKD exchanged": rates_exchanged, "published earlier": earlier,
    **{f"{kind} in a key": unseen(kind) for kind in UNSEEN}, "a look-alike in a key": lookalike,
    "all marked as reported": all_reported, "another company": other_company, "another concept": other_concept,
    "another document": other_document,
}  # fmt: skip
DAMAGED = {  # what is no table any more
    "not UTF-8": lambda data: data[: len(data) // 2] + b"\xff" + data[len(data) // 2 :],
    "a NUL": lambda data: data[: len(data) // 2] + b"\x00" + data[len(data) // 2 :],
    "empty": lambda data: b"",
    "a folder": lambda data: None,
}


def day(text):
    return date.fromisoformat(text)


def corrupted(kind, name, data, rng):
    """The bytes of a table with a corruption of a kind, if the table can have it."""
    table = Table(name, data, rng)
    before = [list(row) for row in table.rows]
    try:
        KINDS[kind](table)
    except (AssertionError, ArithmeticError, IndexError, TypeError, ValueError):
        return None
    return table.bytes() if table.rows != before else None
