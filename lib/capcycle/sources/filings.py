"""The list of a company's filings, as the SEC gives it."""

from typing import Any, NamedTuple

from capcycle.sources.web import SourceError

ANNUAL, QUARTERLY = {"10-K", "10-KT", "20-F", "40-F"}, {"10-Q", "10-QT"}
COLUMNS = ("accessionNumber", "form", "filingDate", "primaryDocument", "isInlineXBRL")


class Filing(NamedTuple):
    """A filing: its number, form and day, its main document, and whether that has its figures in it."""

    accession: str
    form: str
    filed: str
    document: str
    inline: bool

    @property
    def is_report(self) -> bool:
        """Whether it is an annual or a quarterly report, or the amendment of one."""
        return self.form.removesuffix("/A") in ANNUAL | QUARTERLY

    def folder(self, cik: int) -> str:
        """Where its documents lie, below the SEC's web address.

        >>> Filing("0001018724-23-000004", "10-K", "2023-02-03", "amzn-20221231.htm", True).folder(1018724)
        '/Archives/edgar/data/1018724/000101872423000004/'
        """
        return f"/Archives/edgar/data/{cik}/{self.accession.replace('-', '')}/"

    @property
    def instance(self) -> str:
        """The name of the file with its figures, which the SEC takes out of the main document.

        >>> Filing("0001018724-23-000004", "10-K", "2023-02-03", "amzn-20221231.htm", True).instance
        'amzn-20221231_htm.xml'
        """
        return f"{self.document.rpartition('.')[0]}_htm.xml"


def listed(submissions: dict[str, Any]) -> list[Filing]:
    """The filings of the last years, the newest first.

    Errors: SourceError for a list of another form than it had.
    """
    try:
        recent = submissions["filings"]["recent"]
        rows = zip(*(recent[column] for column in COLUMNS), strict=True)
        return [Filing(*row[:4], bool(row[4])) for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise SourceError(f"the list of filings has another form than it had: {error!r}") from error
