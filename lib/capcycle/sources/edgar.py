"""The SEC's EDGAR as a source: who files, what was filed, and every figure of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from capcycle import paths
from capcycle.sources import store
from capcycle.sources.web import SourceError, T, Web, clean, setting

DATA, WEB = "https://data.sec.gov", "https://www.sec.gov"
AGENT = (
    'the SEC asks who is asking: set CAPCYCLE_SEC_AGENT to your name and e-mail, or write sec_agent = "Name e-mail" '
    f"into {paths.SETTINGS}"
)


@dataclass
class Edgar(Web):
    """A connection to EDGAR, or to whatever stands in for it.

    agent      who is asking, as the SEC wants it declared
    data, web  base addresses
    """

    ADVICE: ClassVar[str] = f"{Web.ADVICE}; {AGENT}"

    agent: str = field(default_factory=lambda: setting("sec_agent"))
    data: str = field(default_factory=lambda: setting("sec_data", DATA).rstrip("/"))
    web: str = field(default_factory=lambda: setting("sec_web", WEB).rstrip("/"))

    def __post_init__(self):
        if not self.agent.strip() or not self.agent.isprintable():
            raise SourceError(f"no user agent: {AGENT}")
        if wrong := [base for base in (self.data, self.web) if not base.startswith(("https://", "http://"))]:
            raise SourceError(f"{wrong[0]} is no web address; see CAPCYCLE_SEC_DATA and CAPCYCLE_SEC_WEB")

    def registrant(self, ticker: str) -> tuple[int, str]:
        """The number and the name of the company of a ticker.

        Errors: SourceError where the SEC knows no such ticker.
        """
        if (company := self.registrants().get(ticker.replace(".", "-"))) is None:
            raise SourceError(f"{ticker}: the SEC knows no such ticker; if it moved, give the new one")
        return company

    def registrants(self) -> dict[str, tuple[int, str]]:
        """The number and the name of every company by its ticker; of several tickers the one most traded is first."""
        return registrants(self.get(f"{self.web}/files/company_tickers.json", "company_tickers"))

    def submissions(self, cik: int) -> dict[str, Any]:
        """The company's name, year end and list of filings."""
        return self.get(f"{self.data}/submissions/CIK{cik:010}.json", f"submissions-{cik:010}", "filings", "name")

    def companyfacts(self, cik: int) -> dict[str, Any]:
        """Every figure that the company tagged, with the filing of each."""
        address = f"{self.data}/api/xbrl/companyfacts/CIK{cik:010}.json"
        found = self.get(address, f"companyfacts-{cik:010}", "facts", "cik")
        if str(found["cik"]).lstrip("0") != str(cik):
            raise SourceError(f"{address}: the answer is about company {found['cik']}")
        return found

    def document(self, path: str, name: str, read: Callable[[bytes, str], T]) -> T:
        """What is read from a document of a filing, which never changes: once it is kept, it is not asked for again.

        path    below the SEC's web address; `name` is what it is kept under
        read    takes the bytes and what to call them in a message; what it refuses is not kept
        Errors: SourceError as for `get`; Absent where there is no such document.
        """
        if kept := store.kept(name)[1]:
            return read(kept, name)
        url = f"{self.web}{path}"
        body, tag = self._fetch(url, "")
        if not body:
            raise SourceError(f"{url}: empty")
        found = read(body, url)
        store.keep(name, tag, body)
        return found


def registrants(table: dict[str, Any]) -> dict[str, tuple[int, str]]:
    """The number and the name of every company by its ticker, of the SEC's `company_tickers.json`."""
    try:
        return {row["ticker"]: (int(row["cik_str"]), clean(row["title"])) for row in table.values()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SourceError(f"company_tickers.json has another form than it had: {error!r}") from error
