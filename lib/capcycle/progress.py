"""What is said while runs are executed: on a terminal a line that lives, elsewhere a line for each run, or JSON."""

import json
import sys
import threading
import time
from collections.abc import Mapping
from statistics import fmean
from typing import Any

from capcycle.words import say

TICK = 1.0  # seconds


class Quiet:
    """Says nothing. `expected` has the seconds that each run to be executed took the last time, if that is known."""

    def __init__(self, expected: Mapping[str, float | None]):
        self.expected = expected

    def __enter__(self) -> "Quiet":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def unchanged(self, outcome: Any) -> None:
        """A run that is not executed, as nothing changed."""

    def begun(self, name: str) -> None:
        """A run has started."""

    def ended(self, outcome: Any) -> None:
        """A run has come to its end."""


class Json(Quiet):
    """A line of JSON on standard output for each event, for another program."""

    def unchanged(self, outcome: Any) -> None:
        """Say so."""
        self.ended(outcome)

    def begun(self, name: str) -> None:
        """Say so."""
        event("begun", run=name)

    def ended(self, outcome: Any) -> None:
        """Say how: done, failed or unchanged."""
        took = {"seconds": round(outcome.seconds, 3), "notebook": str(outcome.notebook), "key": outcome.key}
        event(outcome.status, run=outcome.run.name, **took, **({"error": outcome.error} if outcome.error else {}))


def event(name: str, **fields: Any) -> None:
    """Print one event as a line of JSON."""
    print(json.dumps({"event": name, **fields}, ensure_ascii=False), flush=True)


class Lines(Quiet):
    """A line for each run that ended."""

    def ended(self, outcome: Any) -> None:
        """Say how."""
        print(_sentence(outcome), file=sys.stderr, flush=True)


def _sentence(outcome: Any) -> str:
    key = "run.failed" if outcome.error else "run.done"
    return say(key, name=outcome.run.name, seconds=outcome.seconds, error=outcome.error)


class Live(Quiet):
    """One line, drawn anew every second: runs done, running and for how long, left, and for how long still."""

    def __enter__(self) -> "Live":
        from tqdm import tqdm

        self.since: dict[str, float] = {}
        self.took: dict[str, float] = {}
        layout = "{n_fmt}/{total_fmt} |{bar:10}| {desc}"
        self.bar, self.stopped = tqdm(total=len(self.expected), bar_format=layout), threading.Event()
        self.ticking = threading.Thread(target=self._tick, daemon=True)
        self._show()
        self.ticking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.ticking.join()
        self.bar.close()

    def begun(self, name: str) -> None:
        """Show it as running."""
        self.since[name] = time.monotonic()
        self._show()

    def ended(self, outcome: Any) -> None:
        """Count it, and leave a line of its own if it failed."""
        self.since.pop(outcome.run.name, None)
        self.took[outcome.run.name] = outcome.seconds
        if outcome.error:
            self.bar.write(_sentence(outcome), file=sys.stderr)
        self.bar.update()
        self._show()

    def _tick(self) -> None:
        while not self.stopped.wait(TICK):
            self._show()

    def _show(self) -> None:
        now = time.monotonic()
        running = {name: now - since for name, since in list(self.since.items())}
        left = len(self.expected) - len(self.took) - len(running)
        said = say("run.progress", running=len(running), left=left)
        if seconds := remaining(self.expected, self.took, running):
            said += say("run.about", time=spell(seconds))
        names = ", ".join(f"{name} {spell(elapsed)}" for name, elapsed in running.items())
        self.bar.set_description_str(f"{said}: {names}" if names else said)


def told(expected: Mapping[str, float | None]) -> Quiet:
    """What suits the stream that a person reads."""
    return (Live if expected and sys.stderr and sys.stderr.isatty() else Lines)(expected)


def remaining(expected: Mapping[str, float | None], took: Mapping[str, float], running: Mapping[str, float]) -> float:
    """Seconds until all is done with as many at a time as now; 0 if nothing is known to tell it by.

    A run that was never executed is taken to need what the others do, those that took longer than expected to be
    about to end.

    >>> remaining({"a": 10.0, "b": 20.0, "c": None, "d": 6.0}, {"d": 9.0}, {"a": 4.0, "b": 25.0})
    9.5
    """
    known = [seconds for name in expected if (seconds := took.get(name, expected[name]))]
    if not known:
        return 0.0
    usual = fmean(known)
    left = {name: max(0.0, (expected[name] or usual) - running.get(name, 0.0)) for name in expected if name not in took}
    alone = max((left[name] for name in running if name in left), default=0.0)
    return max(alone, sum(left.values()) / max(1, len(running)))


def spell(seconds: float) -> str:
    """A time as a person takes it in.

    >>> spell(7.3), spell(251), spell(7300)
    ('7 s', '4 min 11 s', '2 h 1 min')
    """
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    key = "run.hours" if hours else "run.minutes" if minutes else "run.seconds"
    return say(key, hours=hours, minutes=minutes, seconds=rest)
