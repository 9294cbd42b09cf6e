"""What the tests of pages share: a toy site made from toy executed notebooks, and a Chromium with no network."""

import fcntl
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import altair as alt
import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from capcycle import headlines, theme
from capcycle.exhibits.exhibit import Exhibit
from capcycle.run import Outcome, Run

COMPANIES = ["MSFT", "AMZN", "GOOGL", "META", "ORCL", "NVDA", "AAPL", "TSLA", "AMD", "AVGO"]
NASTY = '</script><script>window.hit=1</script><img src=x onerror="window.hit=1"> "onload="window.hit=1" \u2028{{7*7}}'
PARAMETERS = (
    'companies: list[str] = ["MSFT", "AMZN"]  # whom to compare\n'
    "since: int = 2019  # first year shown\n"
    'as_of: str = ""  # ISO date; only what was public then; empty: everything held\n'
)


@contextmanager
def one_build(temporary):
    """One build of the real site at a time: the project has one store, and a second build is refused."""
    with (temporary.getbasetemp().parent / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def of_all_workers(temporary, name: str) -> Path:
    """A folder of the whole run of the tests, which whoever needs it first makes in the course of `one_build`."""
    workers = "PYTEST_XDIST_WORKER" in os.environ  # each has a temporary folder within that of the run
    return (temporary.getbasetemp().parent if workers else temporary.getbasetemp()) / name


DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
NARROW = {"width": 350, "height": 800}
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip


def chromium() -> str | None:
    """Where Chromium is on this machine, if it is."""
    names = ["/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"]
    return next(filter(None, map(shutil.which, filter(None, [os.environ.get("CHROMIUM"), *names]))), None)


def until_drawn(page) -> None:
    """Wait until every chart of a page is drawn, however busy the machine."""
    page.wait_for_selector("html[data-drawn]", state="attached", timeout=0)


@contextmanager
def offline(browser, **options):
    """A page of a browser with the network cut, and what it said and asked for."""
    context = browser.new_context(**({"viewport": DESKTOP} | options))
    context.set_offline(True)
    page = context.new_page()
    page.said, page.asked = [], []
    page.on("console", lambda message: message.type in ("error", "warning") and page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    try:
        yield page
    finally:
        context.close()


def panel(companies=COMPANIES[:7], quarters: int = 30, scale: float = 1.0) -> pd.DataFrame:
    """Made figures: a row for each company and quarter, the last two quarters estimated."""
    ends = pd.date_range("2019-03-31", periods=quarters, freq="QE").strftime("%Y-%m-%d")
    return pd.DataFrame(
        {
            "company": company,
            "quarter": end,
            "value": scale * (place + 1) * (1 + number / 12 + (number * 7 + place * 3) % 5 / 10) / 0.7,
            "kind": "reported" if number < quarters - 2 else "estimated",
            "source": f"{company} 10-Q filed {end}",
        }
        for place, company in enumerate(companies)
        for number, end in enumerate(ends)
    )


def documents(figures: pd.DataFrame) -> tuple[dict, ...]:
    return tuple(
        {
            "id": f"{row.company}-{row.quarter}",
            "title": row.source,
            "publisher": f"{row.company}, filed with the U.S. Securities and Exchange Commission",
            "url": f"https://www.sec.gov/Archives/edgar/data/{row.company}/{row.quarter.replace('-', '')}000001/",
            "published": row.quarter,
            "tier": "filing",
        }
        for row in figures.itertuples()
    )


def lines(figures: pd.DataFrame) -> alt.LayerChart:
    shown = list(figures["company"].unique())
    known = list(dict.fromkeys([*COMPANIES, *shown]))
    colour, shapes = (
        alt.Scale(domain=shown, range=theme.signs(each, shown, known)) for each in (theme.SERIES, theme.SHAPES)
    )
    base = alt.Chart(figures).encode(
        x=alt.X("quarter:T", title=None, axis=alt.Axis(format="%Y", tickCount="year")),
        y=alt.Y("value:Q", title=None),
        color=alt.Color("company:N", scale=colour),
        tooltip=["company:N", "quarter:T", alt.Tooltip("value:Q", format=",.1f"), "kind:N", "source:N"],
    )
    points = base.mark_point().encode(
        stroke=alt.Stroke("company:N", scale=colour),
        shape=alt.Shape("company:N", scale=shapes),
        fillOpacity=theme.evidence_opacity(),
    )
    return (base.mark_line(clip=True) + points).properties(width="container")


def bars(figures: pd.DataFrame) -> alt.LayerChart:
    latest = figures[figures["quarter"] == figures["quarter"].max()]
    companies = list(latest["company"])
    colour = alt.Scale(domain=companies, range=theme.signs(theme.SERIES, companies, COMPANIES))
    order = list(latest.sort_values("value", ascending=False)["company"])
    base = alt.Chart(latest).encode(x=alt.X("value:Q", title=None), y=alt.Y("company:N", title=None, sort=order))
    bar = base.mark_bar().encode(
        color=alt.Color("company:N", scale=colour, legend=None),
        stroke=alt.Stroke("company:N", scale=colour, legend=None),
        fillOpacity=theme.evidence_opacity(),
        tooltip=["company:N", "value:Q", "kind:N", "source:N"],
    )
    label = base.mark_text(align="left", dx=5).encode(text=alt.Text("value:Q", format=",.1f"))
    return (bar + label).properties(height={"step": 30})


def facets(figures: pd.DataFrame) -> alt.FacetChart:
    unit = alt.Chart().mark_bar().encode(x=alt.X("quarter:T", title=None), y=alt.Y("value:Q", title=None))
    return unit.properties(width=150, height=110).facet(alt.Facet("company:N"), columns=4, data=figures)


def exhibit(id: str, figures: pd.DataFrame, chart=lines, title: str = "Microsoft spends the most", **other) -> Exhibit:
    wide = figures.pivot(index="quarter", columns="company", values="value")
    view = wide.map("{:,.1f}".format).reset_index().rename(columns={"quarter": "Quarter"})
    said = {"subtitle": "Capex, USD bn, quarters", "alt": "Lines by quarter; all of them rise."}
    return Exhibit(
        id=id,
        title=title,
        view=view,
        figures=figures,
        sources=documents(figures),
        chart=chart(figures) if chart else None,
        **{**said, "notes": ("Purchases of property and equipment; finance leases are left out.",), **other},
    )


def code(source: str, *outputs: dict, tags=()) -> nbformat.NotebookNode:
    shown = [new_output("display_data", data=data) for data in outputs]
    return new_code_cell(source, outputs=shown, metadata={"tags": list(tags)})


def show(exhibit: Exhibit) -> dict:
    return exhibit._repr_mimebundle_()


def toy_cells(figures: pd.DataFrame) -> list[nbformat.NotebookNode]:
    return [
        new_markdown_cell("# Who spends, how fast, against what?\n\n> Capital spending beside what pays for it."),
        code(PARAMETERS, tags=["parameters"]),
        code('companies = ["MSFT", "META"]\nas_of = "2024-06-30"', tags=["injected-parameters"]),
        code("known = facts.load(companies)"),
        code("verdicts.capex(known)", {"text/markdown": "**Microsoft** spends 14.9bn USD a quarter, +55% on a year."}),
        new_markdown_cell("## Who spends the most?\n\nCash paid for property and equipment, *as filed*."),
        code("exhibits.lines(measure(capex, known))", show(exhibit("capex", figures))),
        new_markdown_cell("## Who spent most lately?\n\nThe latest quarter alone."),
        code("exhibits.bars(known)", show(exhibit("latest", figures, bars, "AAPL leads the latest quarter"))),
        new_markdown_cell("# In depth"),
        new_markdown_cell("## How did each get there?\n\nOne small picture for each."),
        code("exhibits.facets(known)", show(exhibit("each", figures, facets, "Every company rises"))),
    ]  # fmt: skip


def nasty_cells() -> list[nbformat.NotebookNode]:
    figures = panel([NASTY, "META"], 6)
    table = Exhibit("table", NASTY, NASTY, NASTY, pd.DataFrame({NASTY: [NASTY], "b": ["1"]}), figures)
    linked = [[{"text": "x", "href": "javascript:window.hit=1"}, "1"]]
    links = Exhibit("links", "Links", "", "", pd.DataFrame(linked, columns=["a", "b"]), figures)
    return [
        new_markdown_cell(f"# Bad {NASTY}\n\n{NASTY}\n\n[x](javascript:window.hit=1) ![y](http://example.org/y.png)"),
        code(PARAMETERS, tags=["parameters"]),
        code("1", {"text/markdown": NASTY}),
        new_markdown_cell(f"## {NASTY}\n\n## {NASTY}"),
        code(NASTY, show(exhibit("bad", figures, title=NASTY, subtitle=NASTY, alt=NASTY, notes=(NASTY,)))),
        code("2", show(table)),
        code("3", show(links)),
        code("4", {"text/plain": NASTY, "text/html": NASTY}),
    ]  # fmt: skip


def failed_cells() -> list[nbformat.NotebookNode]:
    said = ["\x1b[31mDataError\x1b[39m: 1 fault in the data", "facts/MSFT.csv:7: <b>no such source</b>"]
    error = new_output("error", ename="DataError", evalue="1 fault", traceback=said)
    return [code(PARAMETERS, tags=["parameters"]), new_code_cell("facts.load(companies)", outputs=[error])]


def outcome(
    folder: Path, name: str, cells: list, title: str = "Hyperscalers", status: str = "done", **given
) -> Outcome:
    """An executed notebook on disk, as the runner hands it over."""
    book = new_notebook(cells=cells, metadata={"papermill": {"parameters": given}})
    for place, cell in enumerate(book.cells):
        cell["id"] = f"cell-{place}"
    file = folder / name / "notebook.ipynb"
    file.parent.mkdir(parents=True)
    nbformat.write(book, file)
    run = Run(name=name, notebook="capex", parameters=given, title=title, section="Comparisons")
    shown = headlines.read(book)["headlines"]
    return Outcome(run, "k" * 8, status, file, seconds=1.5, error="DataError: 1 fault", headlines=shown)


def toy_outcomes(folder: Path) -> list[Outcome]:
    """A page as they should be, a hostile one and a failed one."""
    figures = panel()
    return [
        outcome(folder, "hyperscalers", toy_cells(figures), companies=["MSFT", "META"], as_of="2024-06-30"),
        outcome(folder, "nasty", nasty_cells(), title=NASTY),
        outcome(folder, "broken", failed_cells(), title="Chip makers", status="failed"),
    ]
