"""The command line: arguments in, exit status out."""

import argparse
import io
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from capcycle import parameters, paths, run
from capcycle import site as whole
from capcycle.errors import CapcycleError
from capcycle.words import say


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; 0 if all went well, 1 if something was refused or failed, 2 for bad usage."""
    _show_what_can_be_shown()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # what a script starts with & is deaf to Ctrl-C
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        chosen = _parser().parse_args(arguments)
        status = chosen.command(chosen)
        if sys.stdout:
            sys.stdout.flush()
    except (CapcycleError, OSError) as error:
        return _refused(error)
    except KeyboardInterrupt:
        print(say("cli.interrupted"), file=sys.stderr)
        return 130
    return status or 0


def _show_what_can_be_shown() -> None:
    """Have a stream that is not UTF-8 show a question mark for what it lacks, not end the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _refused(error: Exception) -> int:
    if isinstance(error, BrokenPipeError):  # nobody reads on, as in `capcycle list | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    print(f"capcycle: {error}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="capcycle", description=say("cli.about"), epilog=say("cli.example"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        about, example = say(f"cli.{name}.about"), say(f"cli.{name}.example")
        own = commands.add_parser(name, help=about, description=about, epilog=example, formatter_class=Formatter)
        own.set_defaults(command=command)
        ARGUMENTS.get(name, lambda _: None)(own)
    return parser


Formatter = argparse.RawDescriptionHelpFormatter  # examples keep their lines


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("notebook", metavar="NOTEBOOK", help=say("cli.run.notebook"))
    pair = {"nargs": 2, "action": "append", "default": [], "metavar": ("NAME", "VALUE")}
    add("-p", dest="parameters", **pair, help=say("cli.run.parameter"))
    add("-o", dest="out", metavar="FILE", type=Path, help=say("cli.run.out"))


def _site_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help=say("cli.site.name"))
    add("--jobs", type=int, metavar="N", help=say("cli.site.jobs"))
    add("--force", action="store_true", help=say("cli.site.force"))
    add("--keep-going", action="store_true", help=say("cli.site.keep_going"))
    add("--out", type=Path, metavar="DIR", help=say("cli.site.out"))


def _claims_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help=say("cli.claims.file"))
    parser.add_argument("--out", type=Path, metavar="DIR", help=say("cli.claims.out"))


def _check(_: argparse.Namespace) -> None:
    run.check_notebooks()
    from capcycle import claims, facts  # pandas comes with them
    from capcycle.facts import door, registers, sums

    door.refuse(list(dict.fromkeys(door.gather((facts.check, registers.check, claims.check_tables))[1])))
    print(say("check.fine", notebooks=len(parameters.notebooks()), runs=len(run.read_runs())))
    for doubt in sums.doubts():
        print(doubt)


def _list(_: argparse.Namespace) -> None:
    print(say("list.runs"))
    for each in run.read_runs().values():
        given = ", ".join(f"{name}={value!r}" for name, value in each.parameters.items())
        print(f"  {each.name}: {each.title} ({each.notebook}{' ' if given else ''}{given})")
    print(say("list.notebooks"))
    for name, path in parameters.notebooks().items():
        print(f"  {name}")
        for each in parameters.declared(path).values():
            print(f"    {each.name}: {each.type} = {each.default!r}  # {each.help}")


def _run(chosen: argparse.Namespace) -> None:
    notebook = parameters.find_notebook(chosen.notebook)
    out = chosen.out or Path(f"{notebook.stem}.executed.ipynb")
    given = parameters.parse_parameters(notebook, chosen.parameters)
    print(run.execute(run.Run(notebook.stem, notebook.stem, given, "", ""), out))


def _site(chosen: argparse.Namespace) -> None:
    built = whole.site(chosen.names, chosen.jobs, chosen.force, chosen.keep_going, chosen.out)
    executed = sum(outcome.status == "done" for outcome in built.outcomes)
    pages = len(built.outcomes)
    key = "site.built" if built.changed else "site.nothing"
    print(say(key, out=built.out / "index.html", pages=pages, executed=executed, unchanged=pages - executed))


def _claims(chosen: argparse.Namespace) -> int:
    from capcycle import claims

    lines = claims.check_file(chosen.file)
    report = whole.claims_report(chosen.file, chosen.out)  # before a reader who leaves early can end the command
    print("\n".join(claims.report_lines(lines, str(chosen.file))))
    print(say("claims.report", out=report))
    return int(claims.is_wrong(lines))


def _lab(_: argparse.Namespace) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is JupyterLab's, which asks before it stops
    return subprocess.run([sys.executable, "-m", "jupyterlab", str(paths.NOTEBOOKS)], check=False).returncode


COMMANDS = {"check": _check, "list": _list, "run": _run, "site": _site, "claims": _claims, "lab": _lab}
ARGUMENTS = {"run": _run_arguments, "site": _site_arguments, "claims": _claims_arguments}

if __name__ == "__main__":
    sys.exit(main())
