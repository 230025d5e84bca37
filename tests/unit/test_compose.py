"""compose.yaml and the Dockerfile, read without a daemon: hardened, complete, and true of the code."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from jobs.guard import HURRY_S
from jobs.settings import OTHERS, QUEUES, Settings
from service.commands import add_to
from service.serve import GOODBYE_S

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("turnspit")}
WORKERS = {name: service for name, service in OURS.items() if "worker" in service["command"]}
ONE_SHOTS = {
    name
    for service in SERVICES.values()
    for name, wait in service.get("depends_on", {}).items()
    if wait["condition"] == "service_completed_successfully"
}
DOCKERFILE = (ROOT / "Dockerfile").read_text()

every_service = pytest.mark.parametrize("name", SERVICES)


def seconds(text: str) -> int:
    """`45s` as a number."""
    assert re.fullmatch(r"\d+s", text)
    return int(text[:-1])


def server_commands() -> dict[str, set[str]]:
    """The options of each command of the server."""
    app = typer.Typer()
    add_to(app)
    group = typer.main.get_command(app)
    assert hasattr(group, "commands")
    return {
        name: {option for parameter in command.params for option in parameter.opts}
        for name, command in group.commands.items()
    }


@every_service
def test_a_service_says_how_it_is_or_ends(name: str) -> None:
    assert ("healthcheck" in SERVICES[name]) != (name in ONE_SHOTS)


@every_service
def test_a_service_waits_for_what_it_needs(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        healthy = wait["condition"] == "service_healthy" and "healthcheck" in SERVICES[other]
        assert healthy or (other in ONE_SHOTS and SERVICES[other]["restart"] == "no")


@every_service
def test_a_service_may_do_nothing_it_need_not(name: str) -> None:
    service = SERVICES[name]
    assert service["user"] not in ("root", "0", "0:0")
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["pids_limit"] > 0
    assert "/tmp" in service["tmpfs"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "ipc"} & set(service)


@every_service
def test_what_a_service_mounts_is_declared(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        assert source in COMPOSE["volumes"] or (source.startswith("./") and volume.endswith(":ro"))


@every_service
def test_ports_are_bound_to_this_machine(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


def test_only_the_api_can_be_reached_or_reach_out() -> None:
    assert COMPOSE["networks"]["core"]["internal"] is True
    assert [name for name, service in SERVICES.items() if service["networks"] != ["core"]] == ["api"]


@every_service
def test_no_secret_stands_in_the_file(name: str) -> None:
    for key, value in SERVICES[name].get("environment", {}).items():
        secret = re.search(r"PASSWORD|KEY|SECRET|TOKEN|_URL", key)
        assert not secret or str(value).startswith("/run/secrets/"), key


def test_secrets_are_files_that_the_documentation_makes() -> None:
    told = (ROOT / "docs" / "operations.md").read_text()
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
        assert f">secrets/{name}\n" in told


def test_our_secrets_are_settings() -> None:
    names = {f"turnspit_{field}" for field in Settings.model_fields}
    assert {name for service in OURS.values() for name in service["secrets"]} <= names


def test_a_setting_in_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "turnspit_keys").write_text("one,two\n")
    assert Settings(_secrets_dir=tmp_path).key_values == ["one", "two"]


def test_secrets_are_read_where_compose_mounts_them() -> None:
    """pydantic warns of a folder that is not there, so it is named only where it is."""
    source = (ROOT / "jobs" / "settings.py").read_text()
    assert "secrets_dir=" in source
    assert "/run/secrets" in source


def test_what_our_services_are_told_is_a_setting() -> None:
    names = {f"TURNSPIT_{field.upper()}" for field in Settings.model_fields} | {"TMPDIR"}
    assert {name for service in OURS.values() for name in service.get("environment", {})} <= names


def test_every_queue_has_a_worker_and_only_one() -> None:
    served = [queue for service in WORKERS.values() for queue in service["command"][-1].split(",")]
    assert sorted(served) == sorted((*QUEUES, OTHERS))


def test_a_worker_may_drain_before_it_is_killed() -> None:
    drain_s = Settings.model_fields["drain_s"].default + HURRY_S
    assert all(seconds(worker["stop_grace_period"]) > drain_s for worker in WORKERS.values())
    assert seconds(SERVICES["api"]["stop_grace_period"]) > GOODBYE_S


def test_whoever_needs_the_bytes_has_the_same_folder() -> None:
    mount = "objects:/var/lib/turnspit/objects"
    assert all(mount in service["volumes"] for name, service in OURS.items() if name != "migrate")
    assert "TURNSPIT_STORAGE_URL=/var/lib/turnspit/objects" in DOCKERFILE


@pytest.mark.parametrize("name", OURS)
def test_the_commands_exist(name: str) -> None:
    program, command, *rest = OURS[name]["command"]
    assert program == "turnspit"
    assert {word for word in rest if word.startswith("--")} <= server_commands()[command]


def test_redis_keeps_nothing_and_evicts_nothing() -> None:
    script = SERVICES["redis"]["command"][-1]
    for line in ("requirepass", 'save ""', "appendonly no", "maxmemory-policy noeviction"):
        assert line in script


def test_the_image_holds_every_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for package in (*project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"], "sdk"):
        assert f"COPY {package} {package}\n" in DOCKERFILE
        assert f"!{package}\n" in (ROOT / ".dockerignore").read_text()


def test_the_image_is_pinned_slim_and_without_the_embedded_servers() -> None:
    assert "-c constraints.txt" in DOCKERFILE
    assert "embedded]" not in DOCKERFILE
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert all(base.endswith("-slim") for base in bases)


def test_the_image_runs_as_the_user_that_compose_names() -> None:
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    assert {service["user"] for service in OURS.values()} == {"10001:10001"}


def test_the_image_starts_a_command_that_exists() -> None:
    found = re.search(r'^CMD \["turnspit", "(\w+)"\]$', DOCKERFILE, re.MULTILINE)
    assert found
    assert found[1] in server_commands()


def test_the_image_never_sees_secrets_models_or_data() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    assert not {line for line in ignored if re.match(r"!\.?(secrets|models|turnspit|venv|git)", line)}
