"""Judged statements as a page shows them: what holds, what does not and which slip explains it, what was not read."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from capcycle import facts, words
from capcycle.claims.load import VERDICTS
from capcycle.claims.text import said
from capcycle.claims.text.judge import Judgement
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.parts import documents, headed
from capcycle.verdicts import verdict_name
from capcycle.words import counted, say

SHORT = 180  # letters of a sentence in a table
COLUMNS = ["line", "name", "sentence", "printed", "companies", "reading", "verdict", "why", "right", "error_class",
           "source"]  # fmt: skip
WRONG = ("inconsistent", "superseded")


def headline(judged: Sequence[Judgement]) -> str:
    """How many of the figures are those of the documents.

    >>> from capcycle.claims.text import check_text
    >>> headline(check_text("AWS sold $26.281bn in Q2 2024. Meta's capex was $81.7bn in Q2 2024."))[:81]
    'Of 2 figures that can be checked the documents bear out 1 and contradict 1. Anoth'
    """
    counts = Counter(judgement.verdict for judgement in judged)
    checked, wrong = len(judged) - counts["not checkable"], sum(counts[verdict] for verdict in WRONG)
    if not checked:
        return say("claims.text.page.none", total=len(judged))
    parts = {"holds": checked - wrong, "wrong": wrong, "rest": len(judged) - checked}
    return say("claims.text.page.headline", count=checked, **parts)


def judgements(judged: Sequence[Judgement]) -> Exhibit:
    """Every figure that could be checked: as printed, the verdict that opens the reading, and what would be right.

    >>> from capcycle.claims.text import check_text
    >>> judgements(check_text("AWS sold $26.281bn in Q2 2024.")).figures["verdict"].tolist()
    ['consistent']
    """
    checked = [judgement for judgement in judged if judgement.verdict != "not checkable"]
    checked.sort(key=lambda judgement: VERDICTS.index(judgement.verdict) * -1)  # what is wrong comes first
    table = _table(checked)
    details = [[say("claims.text.read_as", reading=row.reading), row.why] for row in table.itertuples()]
    view = headed(
        claimed=table["sentence"].map(_short),
        printed=table["printed"],
        verdict=[{"text": verdict_name(verdict), "details": lines}
                 for verdict, lines in zip(table["verdict"], details, strict=True)],
        documented=[_documented(judgement) for judgement in checked],
        right=table["right"].replace("", words.DASH),
        company=table["companies"].map(_named),
    )  # fmt: skip
    wrong = sum(table["verdict"].isin(WRONG))
    title = counted("claims.text.page.judged", len(table), wrong=wrong)
    return _exhibit("judgements", title, view, table, filters=(say("column.company"),), sources=documents(table))


def slips(judged: Sequence[Judgement]) -> Exhibit:
    """The likeliest slip behind each wrong figure, counted; without one where nothing that is known here explains it.

    >>> from capcycle.claims.text import check_text
    >>> slips(check_text("Meta's capex was $81.7bn in Q2 2024.")).figures.values.tolist()
    [['scale', 1]]
    """
    wrong = [judgement for judgement in judged if judgement.verdict in WRONG]
    kinds = Counter(judgement.slips[0].kind if judgement.slips else "none" for judgement in wrong)
    table = pd.DataFrame(kinds.most_common(), columns=["slip", "count"])
    view = headed(slip=[say(f"claims.text.kind.{kind}") for kind in table["slip"]], count=table["count"].astype(str))
    return _exhibit("slips", counted("claims.text.page.slips", len(wrong)), view, table)


def unread(judged: Sequence[Judgement]) -> Exhibit:
    """Every figure that could not be checked, with the reason: nothing is passed over in silence.

    >>> from capcycle.claims.text import check_text
    >>> unread(check_text("The yard sold 3 million tons.")).figures["why"].tolist()
    ['no quantity is named that has figures here; data/phrases.csv lists the words']
    """
    table = _table([judgement for judgement in judged if judgement.verdict == "not checkable"])
    view = headed(claimed=table["sentence"].map(_short), printed=table["printed"], why=table["why"])
    return _exhibit("unread", counted("claims.text.page.unread", len(table)), view, table)


def _table(judged: Sequence[Judgement]) -> pd.DataFrame:
    return pd.DataFrame([_row(judgement) for judgement in judged], columns=COLUMNS)


def _row(judgement: Judgement) -> tuple:
    statement = judgement.statement
    figures = [each.figure for each in (*judgement.fits, judgement.usual) if each]
    source = " ".join(dict.fromkeys(one for figure in figures for one in figure.source.split()))
    return (
        statement.line,
        statement.name or statement.printed,
        statement.text,
        statement.printed,
        " ".join(statement.companies),
        said.reading(judgement),
        judgement.verdict,
        said.why(judgement),
        said.right(judgement),
        said.error_class(judgement),
        source if judgement.verdict != "not checkable" else "",
    )


def _documented(judgement: Judgement) -> dict[str, str]:
    """The figure of the documents, with the first of them to open."""
    value, source = said.figure(judgement)
    [document] = facts.cited(source.split()[:1]).to_dict("records")
    return {"text": say("claims.text.page.document", value=value, title=document["title"]), "href": document["url"]}


def _named(tickers: str) -> str:
    return "; ".join(facts.Names().get(ticker, ticker) for ticker in tickers.split())


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= SHORT else f"{sentence[: SHORT - 1].rstrip()}…"


def _exhibit(name: str, title: str, view: pd.DataFrame, figures: pd.DataFrame, **more) -> Exhibit:
    return Exhibit(name, title, say(f"claims.text.page.{name}_subtitle"), "", view, figures, **more)
