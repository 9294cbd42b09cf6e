"""The command line: arguments in, exit status out."""

import argparse
import errno
import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from capcycle import editions, lists, matrix, parameters, paths, places, run, sets, verdicts, why
from capcycle import site as whole
from capcycle.errors import CapcycleError, DataError, RunError, together
from capcycle.progress import Json, Quiet, event
from capcycle.words import languages, say


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit status is among those that `cli.example` in the catalogue lists."""
    _show_what_can_be_shown()
    _listen()
    chosen = None
    try:
        chosen = _parser().parse_args(arguments)
        places.settle()
        _refuse_copies(chosen)
        status = chosen.command(chosen)
        if sys.stdout:
            sys.stdout.flush()
    except (CapcycleError, OSError) as error:
        return _refused(error, getattr(chosen, "progress", None) is Json)
    except KeyboardInterrupt as stopped:
        with suppress(OSError):  # the terminal may be gone
            print(say("cli.interrupted"), file=sys.stderr, flush=True)
        return 128 + (stopped.args[0] if stopped.args else signal.SIGINT)
    return status or 0


def _refuse_copies(chosen: argparse.Namespace) -> None:
    """RunError for a command that would write what lies elsewhere into a copy of it."""
    setting = WRITTEN.get(chosen.command) or ("CAPCYCLE_DATA" if getattr(chosen, "accept", False) else "")
    if address := places.addresses.get(setting):
        raise RunError(say("places.copy", command=chosen.command.__name__[1:], address=address, setting=setting))


def _listen() -> None:
    """Take the signals that end a command as Ctrl-C is taken, so that it clears up before it goes."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # what a script starts with & is deaf to Ctrl-C
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in filter(None, (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP"))):
        if signal.getsignal(number) is signal.SIG_DFL:  # what nohup starts is deaf to SIGHUP and stays so
            signal.signal(number, _stop)


def _stop(number: int, _: object) -> None:
    signal.signal(number, signal.SIG_IGN)  # once is enough: clearing up is not to be broken off
    raise KeyboardInterrupt(number)


def _show_what_can_be_shown() -> None:
    """Have a stream that is not UTF-8 show a question mark for what it lacks, not end the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _refused(error: Exception, as_json: bool = False) -> int:
    if isinstance(error, BrokenPipeError):  # nobody reads on, as in `capcycle list | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    key = TROUBLE.get(error.errno) if isinstance(error, OSError) else None
    file = error.filename2 or error.filename if key else None
    said = say(key, file=file) if key and file else str(error)
    print(f"capcycle: {said}", file=sys.stderr)
    if as_json:
        event("refused", error=said)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="capcycle", description=say("cli.about"), epilog=say("cli.example"))
    parser.formatter_class = Formatter
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        about, example = say(f"cli.{name}.about"), say(f"cli.{name}.example")
        own = commands.add_parser(name, help=about, description=about, epilog=example, formatter_class=Formatter)
        own.set_defaults(command=command)
        for flag, key, options in ARGUMENTS[name]:
            own.add_argument(flag, help=say(f"cli.{key}", names=", ".join(languages())), **options)
        if name in RUNNING:
            _running_arguments(own)
    return parser


Formatter = argparse.RawDescriptionHelpFormatter  # examples keep their lines


def _running_arguments(parser: argparse.ArgumentParser) -> None:
    usual = run.USUAL
    amount = {"type": _amount}
    timeout = say("cli.site.timeout", seconds=f"{usual.seconds:,.0f}")
    parser.add_argument("--timeout", metavar="S", default=usual.seconds, help=timeout, **amount)
    memory = say("cli.site.memory", memory=f"{usual.memory:g}")
    parser.add_argument("--memory", metavar="GB", default=usual.memory, help=memory, **amount)
    parser.add_argument("--scheduler", metavar="ADDRESS", default="", help=say("cli.site.scheduler"))
    said = parser.add_mutually_exclusive_group()
    said.set_defaults(progress=run.told)
    said.add_argument("--quiet", dest="progress", action="store_const", const=Quiet, help=say("cli.site.quiet"))
    said.add_argument("--json", dest="progress", action="store_const", const=Json, help=say("cli.site.json"))


def _place(text: str) -> Path | str:
    return text if places.is_address(text) else Path(text)


def _amount(text: str) -> float:
    with suppress(ValueError):
        if 0 < (amount := float(text)) < 1e9:
            return amount
    raise argparse.ArgumentTypeError(say("cli.amount", text=text))


def _whole(text: str) -> int:
    if text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(say("cli.whole", text=text))


def _check(chosen: argparse.Namespace) -> None:
    from capcycle import claims, facts, publish, sources  # pandas comes with them
    from capcycle.facts import door, doubts, layers, registers, reviewed, sums

    data = door.gather((facts.check, registers.check, claims.check_tables, sources.check_tables))[1]
    gone, changed = ([], []) if chosen.accept else reviewed.differences()
    if changed:
        print(say("check.changed"), *changed, sep="\n")
    data = list(dict.fromkeys([*data, *gone]))
    parameters.raise_all([*run.check(), *([str(DataError(data))] if data else [])])
    if chosen.accept:
        reviewed.accept()
    found = doubts.doubts()
    print(*found if chosen.doubts else (), sep="\n", end="\n" * bool(chosen.doubts and found))
    for fault in publish.faults(run.recall(run.read_runs().values())):
        print(fault)
    print(*(strays := lists.passed_over()), sep="\n", end="\n" * bool(strays))
    print(say("check.fine", notebooks=len(parameters.notebooks()) - len(strays), runs=len(run.read_runs())))
    for doubt in [*sums.doubts(), *layers.doubts()]:
        print(doubt)
    print(say("check.doubts", n=len(found)))


def _list(chosen: argparse.Namespace) -> None:
    if chosen.status or chosen.json:
        print(*lists.standing([*run.read_runs().values()], chosen.json), sep="\n")
        return
    print(*lists.plain(), sep="\n")


def _why(chosen: argparse.Namespace) -> None:
    print(*why.told(*run.select(run.read_runs(), [chosen.name])), sep="\n")


def _run(chosen: argparse.Namespace) -> None:
    notebook = parameters.find_notebook(chosen.notebook)
    pairs, for_each = matrix.parted(notebook, chosen.parameters)
    given = parameters.parse_parameters(notebook, pairs)
    limits = run.Limits(chosen.timeout, chosen.memory)
    address = chosen.out if places.is_address(chosen.out) else ""
    if for_each:
        if address:
            raise RunError(say("places.one_notebook", address=address))
        how = limits, chosen.progress, chosen.scheduler
        made = sets.execute(notebook.stem, given, for_each, chosen.out, *how)
        _tell(chosen, "\n".join(map(str, made)), "written", notebooks=list(map(str, made[:-1])), table=str(made[-1]))
        return
    out = Path(address.rsplit("/", 1)[-1]) if address else chosen.out or Path(f"{notebook.stem}.executed.ipynb")
    if address:
        places.refuse_notebook(address)
    asked = run.Run(notebook.stem, notebook.stem, given, "", "")
    written = run.execute(asked, out, limits, chosen.progress, chosen.scheduler)
    if address:
        places.deliver_notebook(written, address)
    _tell(chosen, address or str(written), "written", notebook=address or str(written))


def _tell(chosen: argparse.Namespace, said: str, name: str, **fields: Any) -> None:
    """What came of a command: as its events are told, or not at all."""
    if chosen.progress is Json:
        event(name, **fields)
    elif chosen.progress is not Quiet:
        print(said)


def _site(chosen: argparse.Namespace) -> None:
    limits = run.Limits(chosen.timeout, chosen.memory)
    if chosen.languages:
        editions.choose(chosen.languages)
    how = chosen.names, chosen.jobs, chosen.force, chosen.keep_going, chosen.out, limits, chosen.progress
    built = whole.site(*how, chosen.scheduler)
    executed, pages = sum(outcome.status == "done" for outcome in built.outcomes), len(built.outcomes)
    counted = {"pages": pages, "executed": executed, "unchanged": pages - executed}
    said = say("site.built" if built.changed else "site.nothing", out=built.out / "index.html", **counted)
    if built.delivered is not None:
        said += "\n" + say("site.delivered", address=chosen.out, count=built.delivered)
        counted |= {"delivered": built.delivered, "address": chosen.out}
    _tell(chosen, said, "built", site=str(built.out), changed=built.changed, **counted)


def _diff(chosen: argparse.Namespace) -> int:
    from capcycle import differences  # with the drawing library

    try:
        old, new = differences.Edition(chosen.old), differences.Edition(chosen.new)
        together(lambda: old.manifest, lambda: new.manifest)
        lines = differences.told(old, new)
        print(differences.as_json(old, new) if chosen.json else "\n".join(lines or [say("diff.same")]))
    except CapcycleError as error:
        _refused(error)
        return 2
    return int(bool(lines))


def _watch(chosen: argparse.Namespace) -> None:
    from capcycle import watch  # with a server

    out = (chosen.out or paths.SITE).resolve()
    for address, changed in watch.watch(chosen.names, out, chosen.port, threading.Event()):
        print(
            say("watch.changed", files=", ".join(changed)) if changed else say("watch.serving", address=address),
            flush=True,
        )


def _claims(chosen: argparse.Namespace) -> int:
    report, lines = whole.checked(chosen.file, chosen.out, chosen.day)
    print("\n".join(verdicts.report_lines(lines, str(chosen.file))))
    print(say("claims.report", out=report))
    return int(verdicts.is_wrong(lines))


def _add(chosen: argparse.Namespace) -> int:
    from capcycle import bring

    if chosen.provider and not chosen.bulk:
        return bring.provided(chosen.provider, chosen.names, chosen.dry_run)
    if bool(chosen.names) == bool(chosen.bulk) or (chosen.bulk and (chosen.dry_run or chosen.provider)):
        raise CapcycleError(say("add.what"))
    return bring.bulk(chosen.bulk) if chosen.bulk else bring.add(chosen.names, chosen.dry_run)


def _refresh(chosen: argparse.Namespace) -> int:
    from capcycle import bring

    failed, changed = bring.refresh(chosen.names, chosen.dry_run)
    return 1 if failed else 0 if changed else NOTHING_NEW


def _screen(chosen: argparse.Namespace) -> None:
    from capcycle import screen, words

    found = screen.screened(chosen.metric, chosen.top, chosen.group, chosen.as_of)
    shown, numbers = found.rows, {name: getattr(found, name) for name in ("ranked", "lacking", "apart")}
    value = [words.value(each.value, each.unit) for each in shown.itertuples()]
    published = shown["published"].dt.strftime("%Y-%m-%d").fillna("")
    documents = shown["source"].str.split()
    source = [" ".join(each[:2]) + (f" and {len(each) - 2} more" if len(each) > 2 else "") for each in documents]
    shown = shown.assign(value=value, published=published, source=source)
    print(shown.drop(columns=["period", "unit"]).to_string(index=False))
    print(say("screen.told", metric=chosen.metric, period=shown["period"].iloc[0], **numbers))


def _template(chosen: argparse.Namespace) -> None:
    from capcycle import sources

    print(sources.template(chosen.table), end="")


def _lab(chosen: argparse.Namespace) -> int:
    if not chosen.allow_root and hasattr(os, "geteuid") and os.geteuid() == 0:
        raise RunError(say("cli.lab.root"))
    root = ["--allow-root"] if chosen.allow_root else []
    command = [sys.executable, "-m", "jupyterlab", *root, str(paths.NOTEBOOKS)]
    if os.name != "nt":
        os.execv(sys.executable, command)  # every signal is JupyterLab's from here on: nothing is left between
    return subprocess.run(command, check=False).returncode


COMMANDS = {"check": _check, "list": _list, "run": _run, "site": _site, "claims": _claims, "add": _add}
COMMANDS |= {"diff": _diff, "watch": _watch, "refresh": _refresh, "screen": _screen, "template": _template, "lab": _lab}
COMMANDS["why"] = _why
FLAG, NAMES, FOLDER = {"action": "store_true"}, {"nargs": "*", "metavar": "NAME"}, {"metavar": "DIR", "type": Path}
ARGUMENTS = {  # of each command: how it is given, the words that explain it, and what it can be
    "check": [("--doubts", "check.doubts", FLAG), ("--accept", "check.accept", FLAG)],
    "list": [("--status", "list.status", FLAG), ("--json", "list.json", FLAG)],
    "run": [("notebook", "run.notebook", {"metavar": "NOTEBOOK"}),
            ("-p", "run.parameter", {"dest": "parameters", "nargs": 2, "action": "append", "default": [],
                                     "metavar": ("NAME", "VALUE")}),
            ("-o", "run.out", {"dest": "out", "metavar": "FILE", "type": _place})],
    "site": [("names", "site.name", NAMES), ("--jobs", "site.jobs", {"type": _whole, "metavar": "N"}),
             ("--force", "site.force", FLAG), ("--keep-going", "site.keep_going", FLAG),
             ("--out", "site.out", FOLDER | {"type": _place}), ("--languages", "site.languages", {"metavar": "en,zh"})],
    "claims": [("file", "claims.file", {"metavar": "FILE", "type": Path}),
               ("--day", "claims.day", {"default": "", "metavar": "DAY"}), ("--out", "claims.out", FOLDER)],
    "add": [("names", "add.name", NAMES | {"metavar": "TICKER|MANAGER|FILE.csv|FILE.xlsx"}),
            ("--bulk", "add.bulk", {"metavar": "ARCHIVE", "type": Path}),
            ("--from", "add.provider", {"dest": "provider", "metavar": "PROVIDER"}),
            ("--dry-run", "add.dry_run", FLAG)],
    "diff": [("old", "diff.old", {"metavar": "SITE_A", "type": Path}),
             ("new", "diff.new", {"metavar": "SITE_B", "type": Path}), ("--json", "diff.json", FLAG)],
    "watch": [("names", "site.name", NAMES), ("--port", "watch.port", {"type": _whole, "default": 8000,
                                              "metavar": "N"}),
              ("--out", "site.out", FOLDER)],
    "refresh": [("names", "refresh.name", NAMES | {"metavar": "TICKER|MANAGER"}), ("--dry-run", "add.dry_run", FLAG)],
    "screen": [("metric", "screen.metric", {"metavar": "METRIC"}),
               ("--top", "screen.top", {"type": _whole, "default": 50, "metavar": "N"}),
               ("--group", "screen.group", {"action": "append", "default": [], "metavar": "GROUP"}),
               ("--as-of", "screen.as_of", {"default": "", "metavar": "DAY"})],
    "template": [("table", "template.table", {"choices": ["facts", "prices", "shares", "estimates", "rates"]})],
    "lab": [("--allow-root", "lab.allow_root", FLAG)],
    "why": [("name", "why.name", {"metavar": "NAME"})],
}  # fmt: skip
RUNNING = ("run", "site")  # commands that execute notebooks, with the arguments of that
WRITTEN = {_add: "CAPCYCLE_STORE", _refresh: "CAPCYCLE_STORE"}
NOTHING_NEW = 3  # the exit status of a refresh that changed nothing
TROUBLE = {errno.ENOSPC: "cli.full", errno.EDQUOT: "cli.full", errno.EROFS: "cli.read_only", errno.EBUSY: "cli.busy"}
TROUBLE |= dict.fromkeys([errno.EACCES, errno.EPERM], "cli.not_allowed")

if __name__ == "__main__":
    sys.exit(main())
