"""Kills at moments, and hostile notebooks: how many end well, end badly, leave something behind.

A kill ends well if the command says so in words or is silent, the site is whole or absent, and the next build is whole.
A hostile notebook ends well if the build goes on, its page says what became of it, and the page beside it is there.
Nothing may be left: a pipe that every run holds open says when the last process has ended.
"""

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

SIGNALS = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL]
MOMENTS = {  # a function of the library, before or after which the signal comes; or the first cell of a run
    "run": None,
    "execute": "capcycle.run.execute_all",
    "keep": "capcycle.run._keep",
    "ledger": "capcycle.ledger.write",
    "draw": "capcycle.publish.page._write",
    "build": "capcycle.publish.build",
    "link": "capcycle.publish._link",
    "swap": "capcycle.site._swap",
    "listing": "capcycle.site._listing",
}
LATER = """import os, sys
from importlib import import_module
from capcycle import cli
import capcycle.publish.page
name, when, number = sys.argv.pop(1), sys.argv.pop(1), int(sys.argv.pop(1))
if name != "-":
    room, name = import_module(name.rpartition(".")[0]), name.rpartition(".")[2]
    real = getattr(room, name)
    def at_this_moment(*given, **named):
        if when == "before":
            os.kill(os.getpid(), number)
        made = real(*given, **named)
        if when == "after":
            os.kill(os.getpid(), number)
        return made
    setattr(room, name, at_this_moment)
sys.exit(cli.main())"""
HOLD = """import os
os.set_inheritable(os.open("../alive", os.O_WRONLY), True)
os.write(os.open("../begun", os.O_RDWR), b"x")"""
HOSTILE = {
    "prints without end": "while True: print('x' * 1000)",
    "prints and passes over errors": "while True:\n    try: print('x' * 1000)\n    except Exception: pass",
    "prints 200 MB": "print('x' * 200_000_000)",
    "shows 200 MB": "'x' * 200_000_000",
    "an error of 30 MB": "raise ValueError('x' * 30_000_000)",
    "eats memory": "x = []\nwhile True: x.append(bytes(10**7))",
    "asks for an array of 80 GB": "import numpy; numpy.ones(10**10)",
    "sleeps": "import time; time.sleep(10**6)",
    "sleeps deaf": "import signal; [signal.signal(n, signal.SIG_IGN) for n in (1, 2, 15)]\nwhile True: signal.pause()",
    "searches in C": "import re; re.match(r'(a+)+$', 'a' * 60 + 'b')",
    "stops itself": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "starts children": "import subprocess; [subprocess.Popen(['sleep', '99999'], close_fds=False) for _ in range(5)]",
    "starts sessions": "import subprocess; subprocess.Popen(['sleep', '999'], start_new_session=True, close_fds=False)",
    "starts daemons": "import subprocess; subprocess.run('(setsid sleep 99999 &) &', shell=True, close_fds=False)",
    "forks": "import os, signal\nif os.fork() == 0: signal.pause()",
    "forks and goes on": "import os; os.fork()",
    "forks and dies": "import os, signal\nif os.fork() == 0: signal.pause()\nos._exit(3)",
    "exits": "import sys; sys.exit(3)",
    "exits at once": "import os; os._exit(0)",
    "closes standard output": "import sys; sys.stdout.close()\nprint(1)",
    "closes everything": "import os; os.closerange(0, 4096)",
    "writes to descriptors": "import os; os.write(1, b'x' * 10**6); os.write(2, b'x' * 10**6)",
    "writes into the project": "open('../data/new.csv', 'w').write('x' * 100)",
    "names that are no text": "import os; open(b'../data/\\xff.csv', 'w').close(); print(os.listdir('../data'))",
    "prints what is no text": "print('\\udcff')",
    "raises what is no text": "raise ValueError('\\udcff')",
    "an error that cannot be shown": "class E(Exception):\n    def __str__(self): raise self\nraise E",
    "deletes its folder": "import os, shutil; shutil.rmtree(os.path.dirname(os.environ['CAPCYCLE_TRACE']))",
    "segmentation fault": "import ctypes; ctypes.string_at(0)",
    "ends late": "import atexit, time; atexit.register(time.sleep, 10**6)",
    "leaves a thread": "import threading; threading.Thread(target=threading.Event().wait).start()",
    "ends its group": "import os; os.killpg(0, 9)",
    "a bad exhibit": (
        "class Bad:\n    def _repr_mimebundle_(self, include=None, exclude=None):\n"
        "        return {'application/vnd.capcycle.exhibit+json': {'id': 3}, 'text/plain': ''}\nBad()"
    ),
}


def test_faults():
    main(["--kills", "4", "--hostile", "4"])


def main(arguments: list[str] | None = None) -> None:
    """Try a seeded set of kills and the hostile notebooks, each in a project of its own, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=40, metavar="N")
    parser.add_argument("--hostile", type=int, default=len(HOSTILE), metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    dice = random.Random(chosen.seed)
    everything = [(moment, when, n) for moment in MOMENTS for when in ("before", "after") for n in SIGNALS]
    kills = dice.sample(everything, min(chosen.kills, len(everything)))
    told("kills", [(f"{moment}, {when}, {n.name}", *kill(moment, when, n)) for moment, when, n in kills])
    names = dice.sample(sorted(HOSTILE), min(chosen.hostile, len(HOSTILE)))
    told("hostile notebooks", [(name, *hostile(name)) for name in names])


def told(what: str, tried: list[tuple[str, str, str]]) -> None:
    badly = [f"  ended badly: {name}: {why}" for name, why, _ in tried if why]
    left = [f"  left behind: {name}: {what}" for name, _, what in tried if what]
    well = len(tried) - len(badly)
    print(f"{what}: {len(tried)} tried, {well} ended well, {len(badly)} ended badly, {len(left)} left behind")
    print("\n".join([*badly, *left]) or "  nothing half done, no process, no traceback")


def project(home: Path, **notebooks: str) -> None:
    for folder in ("data", "notebooks", "tmp"):
        (home / folder).mkdir()
    for pipe in ("alive", "begun"):
        os.mkfifo(home / pipe)
    rows = []
    for name, code in notebooks.items():
        cells = [
            new_code_cell('word: str = ""', metadata={"tags": ["parameters"]}),
            new_code_cell(HOLD),
            new_code_cell(code),
        ]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        nbformat.write(new_notebook(cells=cells, metadata=kernel), home / f"notebooks/{name}.ipynb")
        rows.append(f'[{name}]\nnotebook = "{name}"\ntitle = "{name}"\nsection = "S"\n')
    (home / "notebooks/runs.toml").write_text("".join(rows))


def command(home: Path, *arguments: str, moment: str = "-", when: str = "", number: int = 0, wait: bool = True):
    environment = os.environ | {"CAPCYCLE_HOME": str(home), "TMPDIR": str(home / "tmp")}
    code = [sys.executable, "-c", LATER, moment, when, str(number), *arguments]
    to = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    begun = subprocess.Popen(code, env=environment, cwd=home, start_new_session=True, text=True, **to)
    return (begun.communicate()[1], begun.returncode) if wait else begun


def kill(moment: str, when: str, number: signal.Signals) -> tuple[str, str]:
    """What was wrong, and what was left, when a build was killed."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        project(home, one="1", two="import signal; signal.pause()" if moment == "run" else "2")
        alive = os.open(home / "alive", os.O_RDONLY | os.O_NONBLOCK)
        if moment == "run":
            begun = os.open(home / "begun", os.O_RDWR)
            build = command(home, "site", "--jobs", "2", wait=False)
            os.read(begun, 1)
            os.killpg(build.pid, number) if when == "before" else build.send_signal(number)
            said = build.communicate()[1]
            (home / "notebooks/two.ipynb").write_bytes((home / "notebooks/one.ipynb").read_bytes())
        else:
            said, _ = command(home, "site", moment=MOMENTS[moment], when=when, number=number)
        os.set_blocking(alive, True)
        os.read(alive, 1)  # returns when no process is left; a benchmark that stands here has found one
        os.close(alive)
        wrong = "a traceback" if "Traceback" in said else half(home / "site")
        left = ", ".join(each.name for each in [*home.glob(".site-*"), *home.glob("tmp/capcycle-*")])
        left = "" if number == signal.SIGKILL else left
        alive = os.open(home / "alive", os.O_RDONLY | os.O_NONBLOCK)
        again, status = command(home, "site")
        os.close(alive)
        debris = [*home.glob(".site-*"), *home.glob(".capcycle/work-*")]
        return wrong or ("" if status == 0 else again) or half(home / "site"), left or ", ".join(map(str, debris))


def half(site: Path) -> str:
    """What is half there in a site, by the digests of its manifest."""
    if not site.exists():
        return ""
    manifest = json.loads((site / "manifest.json").read_text("utf-8"))
    files = [file for page in [*manifest["pages"], manifest] for file in page["files"]]
    wrong = [f["path"] for f in files if hashlib.sha256((site / f["path"]).read_bytes()).hexdigest() != f["sha256"]]
    return ", ".join(wrong)


def hostile(name: str) -> tuple[str, str]:
    """What was wrong, and what was left, after a build with a hostile notebook and a good one."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        project(home, good="1", hostile=HOSTILE[name])
        alive = os.open(home / "alive", os.O_RDONLY | os.O_NONBLOCK)
        said, _ = command(home, "site", "--keep-going", "--timeout", "20", "--memory", "1", "--jobs", "2")
        os.set_blocking(alive, True)
        os.read(alive, 1)
        os.close(alive)
        pages = [home / f"site/{page}.html" for page in ("good", "hostile")]
        if "Traceback" in said or not all(page.exists() for page in pages):
            return f"no page: {said[-300:]}", ""
        manifest = json.loads((home / "site/manifest.json").read_text("utf-8"))
        failed = {page["name"]: page["failed"] for page in manifest["pages"]}
        large = max(file.stat().st_size for file in (home / "site").rglob("*.html"))
        left = ", ".join(each.name for each in [*home.glob(".site-*"), *home.glob("tmp/capcycle-*")])
        return ("the good page failed" if failed["good"] else f"a page of {large} bytes" if large > 10**6 else ""), left


if __name__ == "__main__":
    main()
