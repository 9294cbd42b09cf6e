"""A server that plays EDGAR: recordings of a few companies, conditional requests, and faults on demand."""

import gzip
import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from capcycle import sources

RECORDED = Path(__file__).parent / "data" / "sec"
AMAZON = ("0001018724-23-000004", "amzn-20221231")  # the filing whose instance is recorded, and its document
NAMES = {
    "AMZN": (1018724, "AMAZON COM INC"),
    "SMCI": (1375365, "Super Micro Computer, Inc."),
    "TSM": (1046179, "Taiwan Semiconductor Manufacturing"),
}
OTHERS = {  # tickers of which no figures are recorded
    "AAPL": (320193, "Apple Inc."),
    "MSFT": (789019, "MICROSOFT CORP"),
    "GOOGL": (1652044, "Alphabet Inc."),
    "GOOG": (1652044, "Alphabet Inc."),
    "BRK-A": (1067983, "BERKSHIRE HATHAWAY INC"),
    "BRK-B": (1067983, "BERKSHIRE HATHAWAY INC"),
}
MANAGER, TABLE = 1790837, "0001790837-23-000002"  # a manager, and its filing whose table is recorded
AGENT = "A Reader reader@example.org"


def recording(ticker):
    return json.loads((RECORDED / f"CIK{NAMES[ticker][0]:010}.json").read_text("utf-8"))


def rows(answer):
    """Every figure of a companyfacts answer."""
    units = (tag["units"] for tags in answer["facts"].values() for tag in tags.values())
    return [row for unit in units for figures in unit.values() for row in figures]


def instance():
    return (RECORDED / f"{AMAZON[1]}_htm.xml").read_bytes()


def table():
    return (RECORDED / f"{TABLE}.txt").read_bytes()


def until(answer, day):
    """The answer as it was on a day: what was filed later is not in it."""
    answer = json.loads(json.dumps(answer))
    for tags in answer["facts"].values():
        for tag in tags.values():
            tag["units"] = {u: [row for row in each if row["filed"] <= day] for u, each in tag["units"].items()}
    return answer


def listed(answer):
    """The columns of the list of filings that a companyfacts answer names."""
    filings = {row["accn"]: row for row in rows(answer)}
    inline = [number == AMAZON[0] for number in filings]
    return {
        "accessionNumber": list(filings),
        "form": [row["form"] for row in filings.values()],
        "filingDate": [row["filed"] for row in filings.values()],
        "primaryDocument": [f"{AMAZON[1]}.htm" if each else "" for each in inline],
        "isInlineXBRL": [int(each) for each in inline],
    }


class Played(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, self.headers["User-Agent"]))
        if self.server.faults and (fault := self.server.faults.pop(0)):
            return self.answer(*fault)
        body = self.server.body(self.path)
        tag = f'"{hash(body)}"'
        if body is None:
            return self.answer(404, b"nothing here")
        if self.headers["If-None-Match"] == tag:
            return self.answer(304, b"")
        return self.answer(200, gzip.compress(body), {"Content-Encoding": "gzip", "ETag": tag})

    def answer(self, status, body, headers=None):
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    """`answers` by CIK, `documents` by path.

    `faults` are given in place of the next answers (status, body, headers), None for none.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Played)
        self.answers = {cik: recording(ticker) for ticker, (cik, _) in NAMES.items()}
        folder = f"/Archives/edgar/data/1018724/{AMAZON[0].replace('-', '')}"
        self.documents = {f"{folder}/{AMAZON[1]}_htm.xml": instance()}
        self.managers = {MANAGER: [(TABLE, "13F-HR", "2023-02-28", "primary_doc.xml", 0)]}
        self.documents[f"/Archives/edgar/data/{MANAGER}/{TABLE}.txt"] = table()
        self.asked, self.faults = [], []
        self.address = f"http://127.0.0.1:{self.server_port}"

    def body(self, path):
        if path == "/files/company_tickers.json":
            known = (NAMES | OTHERS).items()
            rows_ = [{"cik_str": cik, "ticker": each, "title": name} for each, (cik, name) in known]
            return json.dumps(dict(enumerate(rows_))).encode()
        if path in self.documents or not path.startswith(("/api", "/submissions")):
            return self.documents.get(path)
        cik = int(path[-15:-5])
        if cik in self.managers and "submissions" in path:
            columns = zip(*self.managers[cik], strict=True)
            names = ("accessionNumber", "form", "filingDate", "primaryDocument", "isInlineXBRL")
            recent = dict(zip(names, map(list, columns), strict=True))
            return json.dumps({"name": "Bull Street Advisors, LLC", "filings": {"recent": recent}}).encode()
        if cik not in self.answers:
            return None
        answer = self.answers[cik]
        if "companyfacts" not in path:
            answer = {"name": "", "filings": {"recent": listed(answer)}}
        return json.dumps(answer).encode()

    def client(self, **given):
        return sources.Edgar(AGENT, self.address, self.address, wait=lambda _: None, **given)


@contextmanager
def playing():
    server = Server()
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
