"""The documentation cannot rot: whatever it should name is named, and whatever it names is there."""

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer

from docs import generate
from jobs import errors as job_errors
from jobs.context import RESERVED
from jobs.settings import Settings
from service.app import create_app
from service.commands import add_to
from service.errors import PROBLEMS
from turnspit.cli.app import build

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "sdk/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
OTHERS = [ROOT / name for name in ("compose.yaml", "Dockerfile", ".dockerignore", "docs/generate.py")]
API, OPERATIONS = (ROOT / "docs" / name for name in ("api.md", "operations.md"))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (.+?) \|$", re.MULTILINE)
FORBIDDEN = (
    r"(?<![\w.])/(work|root|home|Users|opt/pypi\w*)/",
    r"\b(AI|coding) assistants?\b",
    r"\bco-authored\b",
    r"\blanguage model wrote\b",
    r"\bpypi\.org\b",
    r"https?://(?!127\.0\.0\.1|keepachangelog\.com|semver\.org)",
    r"\b(TODO|FIXME|XXX)\b",
)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(language: str) -> list[tuple[Path, str]]:
    return [(page, code) for page in PAGES for tag, code in BLOCK.findall(page.read_text()) if tag == language]


def rows(page: Path, section: str) -> list[list[str]]:
    """The cells of the tables under a heading, heads and rules left out."""
    text = page.read_text().partition(f"## {section}\n")[2].partition("\n## ")[0]
    cells = [re.split(r"\s*\|\s*", line) for line in ROW.findall(text)]
    return [row for row in cells if row[0].startswith("`")]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text()
    return set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))


def server_commands() -> set[str]:
    app = typer.Typer()
    add_to(app)
    return {command.callback.__name__ for command in app.registered_commands if command.callback}


def client_commands() -> set[str]:
    app = build()
    groups = {
        f"{group.name} {command.name}"
        for group in app.registered_groups
        if group.typer_instance
        for command in group.typer_instance.registered_commands
    }
    return {str(command.name) for command in app.registered_commands} | groups


def commands_in(code: str) -> Iterator[list[str]]:
    """The words of each command in a shell block: variables set before it, comments and pipes left out."""
    for line in code.replace("\\\n", " ").splitlines():
        for part in re.split(r"&&|\|(?!\|)", line):
            words = shlex.split(part, comments=True)
            while words and re.fullmatch(r"\w+=.*", words[0]):
                words = words[1:]
            if words:
                yield words


def test_every_setting_is_documented_with_its_default() -> None:
    told = {quoted(row[0])[0]: (quoted(row[1]) or [""])[0] for row in rows(OPERATIONS, "Settings")}
    defaults = {}
    for name, field in Settings.model_fields.items():
        value = field.default
        text = value.get_secret_value() if hasattr(value, "get_secret_value") else value
        defaults[f"TURNSPIT_{name.upper()}"] = "" if text is None else str(text)
    assert told == defaults


def test_every_route_is_documented_and_no_other() -> None:
    paths = create_app(Settings()).openapi()["paths"]
    there = {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations}
    assert {quoted(row[0])[0] for row in rows(API, "Addresses")} == there


def test_every_problem_is_documented_with_its_status() -> None:
    told = {quoted(row[0])[0]: int(row[1]) for row in rows(API, "Errors") if len(row) == 3}
    assert told == {code: status for code, (status, _) in PROBLEMS.items()}


def test_every_code_a_job_can_carry_is_documented() -> None:
    told = {quoted(row[0])[0] for row in rows(API, "Errors") if len(row) == 2}
    listed = re.search(r"can carry besides: ([\w,\s]+)\.", job_errors.__doc__ or "")
    assert listed
    in_sql = {
        code
        for module in (*(ROOT / "jobs" / "store").glob("*.py"), *(ROOT / "migrations").glob("0*.sql"))
        for code in re.findall(r"'code', '(\w+)'", module.read_text())
    }
    refusals = {"invalid_input", "too_large", "provider_busy", "storage_full"}  # what a run may end with as well
    assert told == set(re.split(r",\s+", listed[1])) | in_sql | refusals


def test_every_metric_is_documented() -> None:
    tree = ast.parse((ROOT / "service" / "metrics.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    made = set()
    for call in calls:
        match call:
            case ast.Call(func=ast.Name(id="Counter"), args=[ast.Constant(str(name)), *_]):
                made.add(f"{name}_total")
            case ast.Call(func=ast.Name(id="Histogram" | "Gauge"), args=[ast.Constant(str(name)), *_]):
                made.add(name)
            case ast.Call(func=ast.Name(id="_gauge" | "_labelled"), args=[_, ast.Constant(str(name)), *_]):
                made.add(f"turnspit_{name}")
    assert len(made) > 5
    assert {quoted(row[0])[0] for row in rows(OPERATIONS, "Metrics")} == made


def test_every_type_of_event_is_documented() -> None:
    told = {quoted(row[0])[0] for row in rows(API, "Events")}
    kinds = "".join(path.read_text() for path in (ROOT / "jobs" / "kinds").glob("*.py"))
    assert told == RESERVED | {"job.log"} | set(re.findall(r'(?:ctx\.event\(|events = \[\()"([\w.]+)"', kinds))


def test_the_page_of_kinds_is_current() -> None:
    assert generate.PAGE.read_text() == generate.page(), "make docs"


def test_every_command_of_the_server_is_documented() -> None:
    text = OPERATIONS.read_text() + (ROOT / "README.md").read_text()
    assert {name for name in server_commands() if f"turnspit {name}" not in text} <= {"demo"}
    assert "make demo" in text


def test_every_dependency_is_accounted_for() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text()
    named = set()
    for path in (ROOT / "pyproject.toml", ROOT / "sdk" / "pyproject.toml"):
        project = tomllib.loads(path.read_text())["project"]
        for group in (project["dependencies"], *project.get("optional-dependencies", {}).values()):
            named |= {re.split(r"[^\w.-]", requirement)[0] for requirement in group}
    assert {name for name in named if f"`{name}`" not in text} == set()


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text())
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert listed == records
    for number, name in enumerate(records, start=1):
        text = (folder / name).read_text()
        assert name.startswith(f"{number:04d}-")
        assert text.startswith(f"# {number:04d}: ")
        assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], name


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_targets_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text()
    prose = re.findall(r"`make ([a-z-]+)`", text)
    in_blocks = [words[1] for _, code in _blocks_of(text) for words in commands_in(code) if words[0] == "make"]
    assert set(prose + in_blocks) <= targets()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_commands_that_a_page_shows_exist(page: Path) -> None:
    known = server_commands() | client_commands()
    for _, code in _blocks_of(page.read_text()):
        for words in commands_in(code):
            if Path(words[0]).name == "turnspit":
                assert words[1] in known or " ".join(words[1:3]) in known, words


@pytest.mark.parametrize(
    ("page", "code"), blocks("python"), ids=lambda value: name_of(value) if isinstance(value, Path) else ""
)
def test_the_python_that_a_page_shows_compiles(page: Path, code: str) -> None:
    compile(code, str(page), "exec")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = page if not path else page.parent / unquote(path)
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}, (
                link
            )


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=name_of)
def test_the_files_that_a_page_names_exist(page: Path) -> None:
    folders = "service|jobs|ai|migrations|tests|docs|sdk|turnspit|bench"
    for path in re.findall(rf"`((?:{folders})/[\w./*-]*)[^`]*`", page.read_text()):
        if "NNNN" not in path:
            assert list(ROOT.glob(path.rstrip("/"))) or list((ROOT / "sdk").glob(path.rstrip("/"))), path


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=name_of)
@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_the_project_speaks_of_itself_alone(page: Path, pattern: str) -> None:
    assert not re.search(pattern, page.read_text(), re.IGNORECASE)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_lines_fit(page: Path) -> None:
    prose = BLOCK.sub("", page.read_text())
    long = [line for line in prose.splitlines() if len(line) > 120 and not line.startswith("|")]
    assert long == []


def _blocks_of(text: str) -> list[tuple[str, str]]:
    return [(tag, code) for tag, code in BLOCK.findall(text) if tag == "sh"]
