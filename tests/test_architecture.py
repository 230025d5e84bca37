"""The laws of docs/architecture.md, held by reading the code as a syntax tree."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("service", "jobs", "ai", "migrations")
EVERYTHING = (*OURS, "sdk/turnspit")
SQL = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|DROP|TRUNCATE|WITH|SHOW|SET|LOCK|COPY)\s")
# The database itself is made before there is a store.
DATABASE_MADE = ("service/stack/postgres.py", "CREATE DATABASE ")
ARQ = {"jobs/doorbell.py", "jobs/worker.py"}
# Where a process starts, or starts another and hands its own environment on.
PROCESS_STARTS = {
    "ai/forking.py",
    "ai/serving.py",
    "jobs/guard.py",
    "jobs/worker.py",
    "sdk/turnspit/cli/output.py",
    "sdk/turnspit/client.py",
    "service/serve.py",
    "service/stack/children.py",
    "service/stack/stack.py",
}
SETTINGS_READ = {"jobs/worker.py", "service/commands.py"}
BROAD = {"Exception", "BaseException"}


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def nodes(*folders: str) -> Iterator[tuple[str, ast.AST]]:
    for path in modules(*folders):
        for node in ast.walk(tree(path)):
            yield name_of(path), node


def importers(module: str, *folders: str) -> set[str]:
    """The files that import a top-level module."""
    found = set()
    for name, node in nodes(*folders):
        match node:
            case ast.Import(names=aliases) if any(alias.name.split(".")[0] == module for alias in aliases):
                found.add(name)
            case ast.ImportFrom(module=str(origin), level=0) if origin.split(".")[0] == module:
                found.add(name)
    return found


def docstrings(path: Path) -> set[int]:
    """The ids of the nodes that are docstrings: prose may begin with any word."""
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body for node in ast.walk(tree(path)) if isinstance(node, holders) and node.body]
    return {
        id(statement.value)
        for body in bodies
        for statement in body
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    }


def statuses(node: ast.AST) -> list[int]:
    """Integers that an HTTP reply gets as its status, or that one is compared with."""
    match node:
        case ast.Call(func=func, args=args, keywords=keywords):
            called = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
            given = [keyword.value for keyword in keywords if keyword.arg in ("status", "status_code")]
            given += args[1:2] if called.endswith(("Response", "reply")) else []
            given += args[:1] if called == "HTTPException" else []
        case ast.Compare(left=left, comparators=right):
            given = [left, *right] if "status" in ast.unparse(node) else []
        case ast.Assign(targets=targets, value=value):
            given = [value] if any("status" in ast.unparse(target) for target in targets) else []
        case _:
            return []
    constants = [part for value in given for part in ast.walk(value) if isinstance(part, ast.Constant)]
    return [part.value for part in constants if type(part.value) is int]


def test_imports_go_one_way() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_sql_stands_only_in_the_store() -> None:
    found = set()
    for path in modules("service", "jobs", "ai"):
        if path.is_relative_to(ROOT / "jobs" / "store"):
            continue
        prose = docstrings(path)
        for node in ast.walk(tree(path)):
            match node:
                case ast.Constant(value=str(text)) if id(node) not in prose and SQL.match(text):
                    if (name_of(path), text) != DATABASE_MADE:
                        found.add(f"{name_of(path)}:{node.lineno}")
    assert found == set()


def test_two_modules_know_arq() -> None:
    assert importers("arq", *EVERYTHING) == ARQ


def test_pickle_stays_in_the_private_pipe_of_child_processes() -> None:
    assert importers("pickle", *EVERYTHING) == {"ai/child.py", "ai/process.py"}


@pytest.mark.parametrize("module", ["fastapi", "starlette", "uvicorn"])
def test_http_serving_is_the_services_own(module: str) -> None:
    assert all(name.startswith("service/") for name in importers(module, *EVERYTHING))


@pytest.mark.parametrize("module", ["asyncpg", "redis"])
def test_the_client_and_the_models_know_no_server(module: str) -> None:
    assert all(name.startswith(("service/", "jobs/")) for name in importers(module, *EVERYTHING))


def test_http_errors_have_their_status_in_one_place() -> None:
    """A success says its status where it is made; what went wrong says a code, and service/errors.py the rest."""
    found = {
        f"{name}:{getattr(node, 'lineno', 0)}"
        for name, node in nodes("service", "jobs", "ai")
        if name != "service/errors.py" and any(400 <= status <= 599 for status in statuses(node))
    }
    assert found == set()


def test_a_broad_except_stands_at_most_twice() -> None:
    found = []
    for name, node in nodes(*EVERYTHING):
        if isinstance(node, ast.ExceptHandler):
            caught = {part.id for part in ast.walk(node.type) if isinstance(part, ast.Name)} if node.type else BROAD
            if caught & BROAD:
                found.append(f"{name}:{node.lineno}")
    assert len(found) <= 2, found


def test_nothing_is_global() -> None:
    assert [name for name, node in nodes(*EVERYTHING) if isinstance(node, ast.Global)] == []


@pytest.mark.parametrize("path", modules(*EVERYTHING), ids=name_of)
def test_a_module_says_what_lives_there(path: Path) -> None:
    assert ast.get_docstring(tree(path)) or not path.read_text()


def test_the_environment_is_read_where_a_process_starts() -> None:
    found = {
        name
        for name, node in nodes(*EVERYTHING)
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv")
        and ast.unparse(node.value) == "os"
    }
    assert found <= PROCESS_STARTS


def test_settings_are_made_where_a_process_starts() -> None:
    found = {
        name
        for name, node in nodes("service", "jobs", "ai")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Settings"
    }
    assert found == SETTINGS_READ


def test_a_kind_knows_nothing_of_the_engine() -> None:
    allowed = {"jobs.kind", "jobs.errors", "jobs.building", "jobs.kinds.website"}
    for name, node in nodes("jobs/kinds"):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in ("jobs", "service"):
            assert node.module in allowed, f"{name}:{node.lineno}"


def test_importing_the_api_loads_no_model() -> None:
    code = (
        "import sys; from jobs.settings import Settings; from service.app import create_app\n"
        "create_app(Settings())\n"
        "heavy = {'ctranslate2', 'av', 'faster_whisper', 'onnxruntime', 'torch'} & set(sys.modules)\n"
        "sys.exit(' '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
