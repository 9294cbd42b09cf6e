"""One environment said three times: pyproject.toml, the locks, environment.yml, and what is installed."""

import ast
import re
import sys
import tomllib
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import licences
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
LOCKS = {name: (ROOT / name).read_text("utf-8") for name in licences.LOCKS}
PROGRAMS = {"jupyterlab"}  # started by `capcycle lab`, never imported

DEPENDENCIES = [Requirement(text) for text in PYPROJECT["project"]["dependencies"]]
GROUPS = [Requirement(text) for group in PYPROJECT["dependency-groups"].values() for text in group]
TESTS = [Requirement(text) for text in PYPROJECT["dependency-groups"]["test"]]
EXTRAS = [Requirement(text) for extra in PYPROJECT["project"]["optional-dependencies"].values() for text in extra]
PROVIDERS = [Requirement(PYPROJECT["project"]["optional-dependencies"][extra][0]) for extra in ("live", "hongkong")]


def entries(lock):
    return [entry for entry in re.sub(r"\\\n", "", LOCKS[lock]).splitlines() if re.match(r"\w", entry)]


def pins(lock):
    return [Requirement(entry.partition("--hash")[0].strip()) for entry in entries(lock)]


SITE, ADDED, EXTRA = map(pins, LOCKS)
ENTRIES, PINS = [entry for lock in LOCKS for entry in entries(lock)], SITE + ADDED + EXTRA


def version(pin):
    return str(pin.specifier).removeprefix("==")


def test_every_dependency_is_locked():
    for lock, needs in zip((SITE, ADDED, EXTRA), ([*DEPENDENCIES, *GROUPS], TESTS, PROVIDERS), strict=True):
        names = {canonicalize_name(pin.name) for pin in lock}
        wanted = [need for need in needs if lock is not SITE or need not in TESTS]
        missing = [str(need) for need in wanted if canonicalize_name(need.name) not in names]
        assert not missing, f"a lock lacks {missing}: run make lock"


def test_a_site_is_set_up_without_what_only_tests_need():
    site = {canonicalize_name(pin.name) for pin in SITE}
    assert {need.name for need in TESTS} & site == {"packaging", "pyyaml"}, "which Jupyter needs too"


def test_an_extra_is_what_is_tested_or_has_a_lock_of_its_own():
    assert {str(need) for need in EXTRAS} - {str(need) for need in PROVIDERS} <= {str(need) for need in TESTS}


@pytest.mark.parametrize("other", [ADDED, EXTRA], ids=["tests", "extras"])
def test_two_locks_agree_on_what_both_name(other):
    site = {(pin.name, str(pin.marker)): version(pin) for pin in SITE}
    both = {(pin.name, str(pin.marker)): version(pin) for pin in other if (pin.name, str(pin.marker)) in site}
    assert both and both == {key: site[key] for key in both}


def test_a_site_is_set_up_without_what_only_an_extra_needs():
    assert not {need.name for need in PROVIDERS} & {pin.name for pin in SITE + ADDED}


def test_the_tools_of_a_new_environment_are_locked():
    assert {"pip", "setuptools"} <= {canonicalize_name(pin.name) for pin in SITE}


def test_the_licence_of_all_that_is_locked_is_listed():
    listed, stated = licences.listed(), licences.installed()
    assert {name: use for name, (_, use) in listed.items()} == licences.locked(), "run python tests/licences.py"
    other = [f"{name}: {stated[name]}" for name, (said, _) in listed.items() if (stated.get(name) or said) != said]
    assert not other, f"{other}: run python tests/licences.py"
    assert not [name for name, (said, _) in listed.items() if said in ("?", "UNKNOWN")]


def test_every_pin_is_within_its_bound():
    outside = [
        f"{pin} is locked, pyproject.toml asks for {need}"
        for need in DEPENDENCIES + GROUPS + EXTRAS
        for pin in PINS
        if canonicalize_name(pin.name) == canonicalize_name(need.name) and not need.specifier.contains(version(pin))
    ]
    assert not outside, outside


def test_every_pin_is_exact_and_hashed():
    loose = [str(pin) for pin in PINS if not re.fullmatch(r"==[^*,]+", str(pin.specifier))]
    bare = [entry for entry in ENTRIES if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)]
    assert not loose + bare


def test_the_lock_names_no_address():
    lines = [(lock, *each) for lock, text in LOCKS.items() for each in enumerate(text.splitlines(), start=1)]
    named = [f"{lock}:{n}: {line}" for lock, n, line in lines if re.match(r"-|.*://", line)]
    assert not named, named


def test_conda_installs_the_lock_and_nothing_else():
    python = f"python {PYPROJECT['project']['requires-python']}"
    conda, (pip,) = ENVIRONMENT["dependencies"][:-1], ENVIRONMENT["dependencies"][-1].values()
    assert [conda[0], conda[1].split()[0], len(conda)] == [python, "pip", 2]
    assert pip == ["-r requirements.lock"]


def test_the_package_is_built_with_what_is_locked():
    assert PYPROJECT["build-system"]["requires"] == PYPROJECT["dependency-groups"]["build"]


def test_what_is_installed_equals_its_pin():
    # of an extra only who asked for it has anything
    wanted = {pin.name: version(pin) for pin in SITE + ADDED if pin.marker is None or pin.marker.evaluate()}
    held = {d.metadata["Name"]: d.version for d in metadata.distributions()}
    installed = {canonicalize_name(name): number for name, number in held.items()}
    drifted = [f"{n}: locked {v}, installed {installed.get(n)}" for n, v in wanted.items() if installed.get(n) != v]
    assert not drifted, f"{drifted}: run make"


def test_no_kernel_pays_for_a_grammar_it_never_uses():
    assert find_spec("rfc3987_syntax") is None, "see constraint-dependencies in pyproject.toml"


def imported(folder):
    """Distributions that the modules under a folder import, each with one place that does."""
    providers = metadata.packages_distributions()
    known = sys.stdlib_module_names | {"capcycle"} | {path.stem for path in (ROOT / folder).rglob("*.py")}
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
            for top in {name.partition(".")[0] for name in names} - known:
                provider = canonicalize_name(providers.get(top, [top])[0])
                yield provider, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_what_the_library_imports_is_declared():
    declared = {
        canonicalize_name(need.name) for need in DEPENDENCIES + EXTRAS if need not in PROVIDERS
    }  # by name alone
    used = dict(imported("lib"))
    undeclared = [f"{place} imports {name}" for name, place in used.items() if name not in declared]
    assert not undeclared, f"{undeclared}: add it to dependencies in pyproject.toml"
    unused = declared - set(used) - PROGRAMS
    assert not unused, f"pyproject.toml declares {sorted(unused)}, which no module imports"


def test_what_the_tests_import_is_declared():
    declared = {canonicalize_name(need.name) for need in DEPENDENCIES + GROUPS}
    undeclared = [f"{place} imports {name}" for name, place in imported("tests") if name not in declared]
    assert not undeclared, f"{undeclared}: add it to the test group in pyproject.toml"
