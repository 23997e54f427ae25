"""Rules of the house that no linter knows. Import contracts are in pyproject.toml (`lint-imports`)."""

import ast
import inspect
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pip._internal.models.index import PyPI

from ivr import app
from ivr.call import errands as core_errands
from ivr.call import last_place
from ivr.call.errands import Errand, Now
from ivr.errors import IvrError
from ivr.prompts import PromptBook
from ivr.settings import load_settings
from robot import errands as robot_errands

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("ivr", "robot", "outage_feed")
LONGEST_MODULE = 400


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name]


def book() -> PromptBook:
    return PromptBook.parse({str(path): path.read_text("utf-8") for path in (ROOT / "prompts" / "ru").glob("*.yaml")})


def prompts_in_code() -> Iterator[tuple[str, int, str, frozenset[str] | None]]:
    """(file, line, prompt, values) of every ``Prompt("name", …)`` in the code; values None where they are ``**``."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Prompt"):
                continue
            if not (node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)):
                continue
            names = [keyword.arg for keyword in node.keywords]
            values = None if None in names else frozenset(name for name in names if name)
            yield str(path.relative_to(ROOT)), node.lineno, node.args[0].value, values


def test_every_prompt_that_code_says_exists_with_the_same_values() -> None:
    words = book()
    found = list(prompts_in_code())
    assert len(found) > 20, "the search for prompts in the code finds nothing any more"
    for file, line, name, values in found:
        assert name in words, f"{file}:{line}: no prompt {name!r} in prompts/ru"
        if values is not None:
            assert values == frozenset(words.values_of(name)), f"{file}:{line}: {name!r} takes other values"


def test_every_errand_has_a_handler(tmp_path: Path) -> None:
    (tmp_path / "ivr.toml").write_text("")
    kinds = {
        kind
        for module in (core_errands, last_place, robot_errands)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Errand) and kind not in (Errand, Now)
    }
    assert len(kinds) >= 5
    with app.open_house(load_settings(tmp_path, {})) as house:
        assert set(house.handlers) == kinds
        assert all(map(callable, house.handlers.values()))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_stay_small_and_say_what_they_are(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE
    assert ast.get_docstring(ast.parse(text)), "a module says in its first line what it is"


def test_the_error_tree_is_the_one_that_is_drawn() -> None:
    """What ivr/errors.py draws in its docstring is what there is."""
    import ivr.errors

    drawn = set(re.findall(r"\b[A-Z]\w*(?:Error|Unavailable|Busy|Failed)\b", ivr.errors.__doc__ or ""))
    defined = {
        name
        for name, kind in inspect.getmembers(ivr.errors, inspect.isclass)
        if issubclass(kind, IvrError) and kind.__module__ == "ivr.errors"
    }
    assert drawn == defined


def registry_hosts() -> set[str]:
    """The package registries that this machine is set up with, as it says itself: no file of ours names one."""
    hosts = {PyPI.netloc, PyPI.file_storage_domain}
    for path in (Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*.sources")):
        if path.is_file():
            hosts |= set(re.findall(r"https?://([^/\s]+)", path.read_text("utf-8")))
    return hosts


def test_no_two_test_files_are_called_the_same() -> None:
    """pytest cannot import two of one name, unless each lies in a package of its own."""
    tests = (ROOT / "tests").rglob("test_*.py")
    names = Counter(path.name for path in tests if not (path.parent / "__init__.py").exists())
    assert [name for name, times in names.items() if times > 1] == []


def test_nothing_names_this_machine_or_a_package_registry() -> None:
    """A fresh machine has other folders and other mirrors; addresses come from its own configuration."""
    hosts = re.compile(b"|".join(re.escape(host.encode()) for host in sorted(registry_hosts())))
    home = str(ROOT).encode() + b"/"
    for path in tracked():
        if path.is_file() and path.suffix not in {".wav", ".alaw", ".png"}:
            data = path.read_bytes()
            assert not hosts.search(data), f"{path} names a package registry"
            assert home not in data, f"{path} names a folder of this machine"


def test_ci_runs_what_the_readme_says() -> None:
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "make test" in ci
    assert "make test" in readme
    assert "make run" in readme
