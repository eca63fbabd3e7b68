"""The papers at the top of the house agree with one another: README, Makefile, locks, licence."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import pytest

from tests.house import ROOT, sources

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
# The type checker's own, and the half of pydantic that pydantic pins to the last digit.
PART_OF_OTHERS = {"_typeshed", "pydantic_core"}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def _normal(requirement: str) -> str:
    """Return the distribution's name as PEP 503 compares it."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def _pins(lock: str) -> Iterator[tuple[str, str]]:
    """Yield each pinned distribution of a lock file with its whole entry."""
    for entry in re.split(r"\n(?=\S)", (ROOT / lock).read_text()):
        if "==" in entry.partition("\n")[0]:
            yield _normal(entry), entry


def _imported(node: ast.AST) -> list[str]:
    """Name the modules that a statement imports."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
        case _:
            return []


@pytest.mark.parametrize("paper", ["README.md", ".ci/run", "CHANGELOG.md"])
def test_every_make_command_that_a_paper_names_exists(paper: str) -> None:
    named = set(re.findall(r"(?:^|[`$\s])make ([a-z-]+)", (ROOT / paper).read_text()))
    assert named & TARGETS
    assert named - TARGETS - {"sure", "it", "that", "them", "a", "the", "one"} == set()


def test_ci_runs_every_test_and_then_the_checks() -> None:
    lines = (ROOT / ".ci/run").read_text().splitlines()
    assert lines[-2:] == ["make test", "make check"]
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_pinned_distribution_has_hashes_and_no_address(lock: str) -> None:
    pins = dict(_pins(lock))
    assert len(pins) > 20
    assert [name for name, entry in pins.items() if "--hash=sha256:" not in entry] == []
    assert "://" not in (ROOT / lock).read_text()


def test_the_locks_hold_what_the_project_asks_for_and_development_stays_apart() -> None:
    runtime, development = dict(_pins("requirements.lock")), dict(_pins("requirements-dev.lock"))
    asked = {_normal(each) for each in PROJECT["project"]["dependencies"]}
    tools = {_normal(each) for each in PROJECT["dependency-groups"]["dev"]}
    assert asked <= set(runtime)
    assert tools <= set(development)
    assert tools & set(runtime) == set()


def test_what_runs_is_what_was_tested() -> None:
    development = dict(_pins("requirements-dev.lock"))
    version = re.compile(r"==(\S+)")
    drifted = [
        name
        for name, entry in _pins("requirements.lock")
        if version.search(entry)[1] != version.search(development[name])[1]
    ]
    assert drifted == []


def test_the_licence_is_the_one_that_the_project_names() -> None:
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text()


def test_every_library_that_the_code_imports_is_asked_for() -> None:
    makers = packages_distributions()
    declared = PROJECT["project"]["dependencies"]
    declared = [*declared, *PROJECT["project"]["optional-dependencies"]["second-opinion"]]
    imported = {
        name.partition(".")[0]
        for source in sources("hub", "portal")
        for node in ast.walk(source.tree)
        for name in _imported(node)
    }
    foreign = imported - sys.stdlib_module_names - {"hub", "portal"} - PART_OF_OTHERS
    asked = {_normal(each) for each in declared}
    undeclared = {
        name for name in foreign if not {_normal(maker) for maker in makers.get(name, [])} & asked
    }
    assert undeclared == set()
