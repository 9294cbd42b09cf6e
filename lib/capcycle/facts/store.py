"""The user's own store: one SQLite file of companies' facts with all vintages. It is opened and read here.

SQLite comes with Python, so that nothing is installed or imported for it; it writes all of a transaction or nothing,
through a kill or a full disk too, and its readers and its one writer do not see each other's halves.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from capcycle import paths, reads
from capcycle.errors import CapcycleError

MARKET = "market"  # the group of companies that came with a whole market: there for who names them, and for a screen
VERSION = 1  # of the tables
WAIT = 30  # seconds for which a reader waits while another process writes
CACHE = -64_000  # kibibytes of a transaction that are held before any of it goes to the file
SCHEMA = Path(__file__).with_name("schema.sql").read_text("utf-8")
COLUMNS = {
    "companies": ["company", "name", "name_zh", "cik", "currency", "fiscal_year_end", "group"],
    "sources": ["source", "title", "publisher", "url", "published", "tier"],
    "facts": [
        *["company", "concept", "period_start", "period_end", "value", "unit", "kind", "source", "locator"],
        *["published", "note"],
    ],
    "registers": ["cells"],  # of a row in JSON, each with the name of its column: a schema may get more of these
}  # of the tables of `data/` that have the same names
ORDER = {"companies": "company", "sources": "company, source", "facts": "company, line", "registers": "name, line"}
REGISTERED = "rows of"  # begins what stands for the company of a document that rows of a register cite
NAMED = "company IN (SELECT value FROM json_each(?))"
LISTED = f"""company IN (SELECT company FROM companies WHERE "group" <> '{MARKET}' OR {NAMED})
    OR company >= '{REGISTERED} ' AND company < '{REGISTERED}~'"""


def file() -> Path:
    """Where the store lies.

    Errors: CapcycleError where what the user set is no place for it.
    """
    if paths.UNUSABLE:
        raise CapcycleError(paths.UNUSABLE)
    return reads.place(paths.STORE, paths.STORE_FILE)


@contextmanager
def opened(writes: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection; what is done in it is done as a whole, or not at all where it ends in an error.

    Errors: CapcycleError for a store that is damaged, full, or of another version.
    """
    try:
        with closing(sqlite3.connect(file(), timeout=WAIT)) as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, VERSION):
                raise CapcycleError(f"{file()}: written by another version of capcycle; update this one")
            if writes:
                connection.execute(f"PRAGMA cache_size = {CACHE}")
                connection.executescript(f"{SCHEMA} PRAGMA user_version = {VERSION};")
            with connection:
                yield connection
    except sqlite3.OperationalError as error:
        raise CapcycleError(f"{file()}: {error}; what was there before is there still") from error
    except sqlite3.DatabaseError as error:
        again = f"`capcycle add --bulk {paths.STORE / 'answers'}`"
        raise CapcycleError(
            f"{file()}: damaged ({error}): move it away; {again} then reads what was downloaded again"
        ) from error


@contextmanager
def locked() -> Iterator[None]:
    """Alone with the store: a second process is refused while the first writes; a dead one leaves no lock."""
    file().parent.mkdir(parents=True, exist_ok=True)
    with (paths.STORE / "lock").open("a+b") as held:
        try:
            _lock(held.fileno())
        except OSError as error:
            raise CapcycleError(f"{paths.STORE}: another capcycle writes into it; try again when it is done") from error
        yield


def _lock(file: int) -> None:
    with suppress(ImportError):
        import fcntl

        return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    import msvcrt  # Windows has the other

    return msvcrt.locking(file, msvcrt.LK_NBLCK, 1)


def insert(connection: sqlite3.Connection, table: str, rows: Iterable[list], how: str = "INSERT") -> None:
    """Put rows into a table, each with a cell for every column."""
    rows = list(rows)
    if rows:
        connection.executemany(f"{how} INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)


def rows(table: str, where: str, *given: str) -> list[tuple]:
    """Rows of a table with the columns of `COLUMNS`, in order; none where there is no store."""
    columns = ", ".join(f'"{column}"' for column in COLUMNS[table])
    return select(f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {ORDER[table]}", *given)


def select(query: str, *given: str | int) -> list[tuple]:
    """What a query gives; nothing where there is no store."""
    if not file().is_file():
        return []
    with opened() as connection:
        made = connection.execute("PRAGMA user_version").fetchone()[0]  # not yet if its first writer was killed
        return connection.execute(query, given).fetchall() if made else []


def names(companies: Iterable[str]) -> str:
    """Companies as `NAMED` takes them."""
    return json.dumps(sorted(companies))


def stamps() -> dict[str, str]:
    """What tells one content of a company in the store from another, by company."""
    return dict(select("SELECT company, stamp FROM companies"))


def registers() -> dict[str, str]:
    """The same of what the store adds to each register."""
    return dict(select("SELECT register, group_concat(DISTINCT name || stamp) FROM registers GROUP BY register"))


def listed() -> list[str]:
    """The companies of the store that are no mere part of a market, in order."""
    return [company for (company,) in select(f"SELECT company FROM companies WHERE \"group\" <> '{MARKET}'")]
