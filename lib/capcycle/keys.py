"""The key of a run: its cells and parameters, the modules it came through, the answers and sentences it was given."""

import json
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from capcycle import ledger, modules, paths, trace
from capcycle.ledger import digest, digests, fingerprint
from capcycle.parameters import cells, find_notebook
from capcycle.words import LANGUAGE, catalogue

ENVIRONMENT = ("TZ", "PYTHONHASHSEED")  # settings from outside that a notebook's output may depend on
SENTENCES = ("words", "analyses")  # rooms whose tables are sentences, which count one by one
UNSURE = "?"  # the state of a file that a run saw in another one than it had at the start


@dataclass(frozen=True)
class Inputs:
    """What executions depend on, as it was when they started.

    shared     what all depend on: Python, language, lock, settings
    notebooks  digest of the cells of each notebook, whatever its outputs and metadata
    library    digest of each file of the library
    data       digest of each file of `data`, together with what the user's own layer adds to it
    """

    shared: dict[str, str]
    notebooks: dict[str, str]
    library: dict[str, str]
    data: dict[str, str]
    edition: str  # what tells one state of the library and the data from another
    _answers: dict[str, str] = field(default_factory=dict)  # to each question, as of now
    _used: dict[tuple[str, ...], list[str]] = field(default_factory=dict)  # files of the library behind a notebook

    @classmethod
    def read(cls, names: Iterable[str]) -> "Inputs":
        """Digest everything now, before any run starts: what changes meanwhile counts as changed."""
        shared = {"python": platform.python_version(), "language": LANGUAGE}
        shared["requirements.lock"] = digest(paths.ROOT / "requirements.lock")
        shared |= {name: os.environ.get(name, "0") for name in ENVIRONMENT}
        library, data = digests(Path(__file__).parent), digests(paths.DATA)
        data |= _own(data)
        contents = {name: content(find_notebook(name)) for name in set(names)}
        return cls(shared, contents, library, data, fingerprint(library, data))

    def key(self, name: str, notebook: str, parameters: dict[str, Any], opened: Mapping, given: str) -> str:
        """The run's key: the same key promises the same executed notebook.

        opened  files that it opened beside those of its questions, as for `of`
        given   what it was given by the library and the data: see `given`
        """
        return fingerprint(self.shared, name, notebook, self.notebooks[notebook], parameters, self.of(opened), given)

    def of(self, opened: Mapping[str, str | None]) -> dict[str, str]:
        """The states of the files that a run opened: as given, else as they are; empty for a file that is not there.

        Those of `data` by their names there, others by their paths.
        """
        return {name: self._state(name) if then is None else then for name, then in sorted(opened.items())}

    def _state(self, name: str) -> str:
        return trace.state(name) if Path(name).is_absolute() else self.data.get(name, "")

    def met(self, notebook: str, met: "trace.Met") -> dict[str, Any]:
        """What a run met, to be kept: questions and the files behind them, sentences, files of the library."""
        files = {file: self._as_seen(file, then) for each in met.questions for file, then in each["files"].items()}
        asked = notebook, *sorted(met.opened), *sorted(met.rooms)
        if asked not in self._used:  # runs of one notebook go through the same
            library = [name for name in self.library if not _are_sentences(name)]
            self._used[asked] = modules.used(find_notebook(notebook), library, met.opened, met.rooms)
        return {
            "questions": [each | {"files": sorted(each["files"])} for each in met.questions],
            "words": met.words,
            "files": files,
            "modules": {name: self.library[name] for name in self._used[asked]},
        }

    def _as_seen(self, file: str, then: str) -> str:
        state = self.data.get(file, "")
        return state if then in ("", state) else UNSURE

    def given(self, met: Mapping[str, Any]) -> str:
        """A digest of what a run was given."""
        return fingerprint([each["digest"] for each in met["questions"]], met["words"], met["modules"])

    def now(self, met: Mapping[str, Any]) -> dict[str, Any]:
        """What a run would meet now. Only questions are put again behind which a file changed."""
        same = {file for file, then in met["files"].items() if self.data.get(file, "") == then}
        asked = [
            each if same.issuperset(each["files"]) else each | {"digest": self._answer(each["question"])}
            for each in met["questions"]
        ]
        sentences = catalogue()
        return {
            "questions": asked,
            "words": {key: trace.sentence(sentences, key) for key in met["words"]},
            "files": {file: self.data.get(file, "") for file in met["files"]},
            "modules": {name: self.library.get(name, "") for name in met["modules"]},
        }

    def unchanged(self, name: str, notebook: str, parameters: dict[str, Any], row: dict[str, Any]) -> bool:
        """Whether a run would be what its row says. Only where the library or the data changed is looked closer."""
        now = None
        if row["edition"] != self.edition:
            if not (met := ledger.met(name, row["key"])):
                return False
            now = self.now(met)
        given = self.given(now) if now else row["met"]
        if row["key"] != self.key(name, notebook, parameters, dict.fromkeys(row["opened"]), given):
            return False
        if now:  # so that the next command need not look again
            ledger.keep_met(name, row["key"], now)
            ledger.keep(name, row | {"edition": self.edition})
        return True

    def _answer(self, question: list) -> str:
        """What a question is answered now; nothing where it cannot be put any more."""
        said = json.dumps(question)
        if said not in self._answers:
            from capcycle.facts import layers  # with pandas, which a build with nothing to do is spared

            try:
                self._answers[said] = layers.again(question)
            except Exception:
                self._answers[said] = ""
        return self._answers[said]


def _own(data: dict[str, str]) -> dict[str, str]:
    """The digests of tables that the user's own layer adds to, and of the list of companies that it adds.

    What it says of a company and its documents changes only with its facts: pages on others are not executed again.
    """
    if not (paths.STORE / paths.STORE_FILE).is_file():
        return {"added": fingerprint([])}
    from capcycle.facts import store  # pandas comes with it

    files = {f"facts/{company}.csv": made for company, made in store.stamps().items()}
    files |= {f"{register}.csv": made for register, made in store.registers().items()}
    added = {"added": fingerprint(store.listed())}
    return {name: fingerprint(data.get(name, ""), made) for name, made in files.items()} | added


def _are_sentences(name: str) -> bool:
    return name.endswith(".toml") and name.split("/")[0] in SENTENCES


def content(notebook: Path) -> str:
    """A digest of a notebook's cells."""
    return fingerprint([[cell["type"], cell["source"], cell["tags"]] for cell in cells(notebook)])
