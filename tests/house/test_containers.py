"""Dockerfile and Compose file, as far as they can be proved without an engine that runs them."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import hub.formats
import hub.transports
from hub import mapping, partners, settings
from hub.cli.root import COMMANDS
from hub.main import registry
from tests.house import ROOT
from tests.rigs import program
from tests.rigs.sshd import prepare_root

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "serve", "work")
STEPS = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
# What we use of the Compose specification, so that a slip of the pen is seen.
KEYS = set(
    "build cap_add cap_drop command configs depends_on environment healthcheck image network_mode "
    "ports read_only restart scale security_opt stop_grace_period tmpfs volumes".split()
)
KNOWN = {setting.name for setting in settings.SETTINGS} | {
    f"{setting.name}_FILE" for setting in settings.SETTINGS if setting.secret
}


def _stages() -> dict[str, list[tuple[str, str]]]:
    """The instructions of each stage of the Dockerfile, by its name, in order."""
    stages: dict[str, list[tuple[str, str]]] = {}
    for row in STEPS.splitlines():
        word, _, rest = row.partition(" ")
        if word == "FROM":
            image, _, name = rest.partition(" AS ")
            stages[name] = [("FROM", image)]
        elif word and not word.startswith("#"):
            stages[list(stages)[-1]].append((word, rest))
    return stages


STAGES = _stages()


def _of(stage: str, word: str) -> list[str]:
    return [rest for said, rest in STAGES[stage] if said == word]


def _written(config: str) -> str:
    """The text of an inline config as the container sees it."""
    return str(COMPOSE["configs"][config]["content"]).replace("$$", "$")


# --- Dockerfile ----------------------------------------------------------------------------------


def test_the_last_stage_is_the_hub_and_every_base_is_pinned_to_a_release() -> None:
    assert list(STAGES) == ["build", "partner", "hub"]
    for stage in STAGES:
        (image,) = _of(stage, "FROM")
        assert re.fullmatch(r"[a-z]+:[a-z0-9.]*\d[a-z0-9.-]*|debian:bookworm-slim", image), image


def test_the_hub_runs_without_root_and_its_checks_are_its_own() -> None:
    (user,) = _of("hub", "USER")
    assert int(user) > 1000
    assert f"--uid {user} " in " ".join(_of("hub", "RUN"))
    (entry,), (command,) = _of("hub", "ENTRYPOINT"), _of("hub", "CMD")
    assert json.loads(entry) == ["hub"]
    assert set(json.loads(command)) <= set(COMMANDS)
    (check,) = _of("hub", "HEALTHCHECK")
    assert f":{settings.OPERATOR_PORT}/readyz" in check
    python, _, program_text = json.loads(check.partition(" CMD ")[2])
    assert python == "python"
    compile(program_text, "healthcheck", "exec")


def test_everything_that_the_dockerfile_copies_is_there() -> None:
    for stage in STAGES:
        for rest in _of(stage, "COPY"):
            words = rest.split()
            if words[0].startswith("--from="):
                assert words[0].removeprefix("--from=") in STAGES
                continue
            assert [word for word in words[:-1] if not (ROOT / word).exists()] == []


def test_only_locked_packages_reach_the_image() -> None:
    for row in _of("build", "RUN"):
        for install in re.findall(r"pip install [^&]*", row):
            assert "--require-hashes" in install or "--no-index" in install


def test_variables_of_the_image_are_settings() -> None:
    named = {word.partition("=")[0] for rest in _of("hub", "ENV") for word in rest.split()}
    assert {name for name in named if name.startswith("HUB_")} <= KNOWN


# --- Compose -------------------------------------------------------------------------------------


def test_services_say_only_what_compose_knows() -> None:
    assert set(COMPOSE) <= {"x-hub", "services", "configs", "volumes"}
    assert {key for service in SERVICES.values() for key in service} <= KEYS


def test_there_are_a_hub_a_database_and_a_partner() -> None:
    assert set(SERVICES) == {*OURS, "postgres", "acme", "setup"}
    assert {SERVICES[name]["build"]["target"] for name in OURS} == {"hub"}
    assert {SERVICES[name]["build"]["target"] for name in ("acme", "setup")} == {"partner"}


@pytest.mark.parametrize("name", OURS)
def test_our_services_run_commands_of_ours_with_settings_of_ours(name: str) -> None:
    service = SERVICES[name]
    assert service["command"] == [name]
    assert name in COMMANDS
    assert set(service["environment"]) <= KNOWN


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"postgres"}))
def test_a_container_can_write_only_where_it_must_and_has_no_rights_to_spare(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


def test_what_is_named_is_declared_and_what_is_declared_is_used() -> None:
    mounted = {
        volume.partition(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }
    assert {name for name in mounted if not name.startswith("./")} == set(COMPOSE["volumes"])
    for name in mounted:
        assert not name.startswith("./") or (ROOT / name).is_dir()
    configs = {one["source"] for each in SERVICES.values() for one in each.get("configs", [])}
    assert configs == set(COMPOSE["configs"])
    waited_for = {name for each in SERVICES.values() for name in each.get("depends_on", {})}
    assert waited_for <= set(SERVICES)


def test_only_the_hub_is_published_and_only_on_loopback() -> None:
    published = {name: each["ports"] for name, each in SERVICES.items() if "ports" in each}
    assert published == {"serve": ["127.0.0.1:8080:8080"]}


# --- what `setup` makes --------------------------------------------------------------------------


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """What `setup` leaves behind when it is run here, twice."""
    names = SERVICES["setup"]["environment"]
    places = {name: tmp_path / name for name in names}
    for place in places.values():
        place.mkdir()
    shutil.copytree(ROOT / "partner_configs", places["PAGES"], dirs_exist_ok=True)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "chown").write_text("#!/bin/sh\n")  # whose files they are needs the container's root
    (tools / "chown").chmod(0o755)
    environment = {name: str(place) for name, place in places.items()}
    environment["PATH"] = f"{tools}:{os.environ['PATH']}"
    kept = []
    for _ in range(2):
        subprocess.run(["sh", "-c", _written("setup")], env=environment, check=True)
        kept.append((places["FOR_HUB"] / "acme_key").read_bytes())
    assert kept[0] == kept[1]
    return tmp_path


def test_acmes_page_is_right_and_names_the_server_and_keys_that_were_made(made: Path) -> None:
    loaded = partners.load(
        settings.read_pages(made / "FOR_HUB" / "partners"),
        transports={name: part.Config for name, part in registry(hub.transports).items()},
        formats={name: part.Config for name, part in registry(hub.formats).items()},
        maps=mapping.load(settings.read_pages(ROOT / "mappings")).pages,
    )
    (channel,) = loaded.get("acme").channels
    wire = channel.settings
    public = (made / "FOR_ACME" / "host_key.pub").read_text()
    assert (wire.host, wire.port, wire.user) == ("acme", 2222, "hub")
    assert public.startswith(wire.host_key)
    mounted = {row.partition(":")[0]: row.split(":")[1] for row in SERVICES["serve"]["volumes"]}
    assert wire.key_file == f"file:{mounted['made-for-hub']}/acme_key"
    for place in (wire.inbox, wire.outbox, wire.archive):
        assert (made / "ACME_FILES" / place.strip("/")).is_dir()


def test_the_hub_and_the_database_are_given_the_same_password(made: Path) -> None:
    password = (made / "FOR_DATABASE" / "password").read_text()
    assert re.fullmatch(r"[0-9a-f]{48}", password)
    url = (made / "FOR_HUB" / "database_url").read_text()
    assert url == f"postgresql://hub:{password}@postgres/hub"
    named = SERVICES["serve"]["environment"]["HUB_DATABASE_URL_FILE"]
    assert named == "/run/hub/database_url"


def test_private_keys_are_for_their_owner_alone(made: Path) -> None:
    for place in ("FOR_HUB/acme_key", "FOR_ACME/host_key", "FOR_HUB/database_url"):
        assert (made / place).stat().st_mode & 0o077 == 0
    assert (made / "FOR_ACME" / "authorized_keys").read_text() == (
        made / "FOR_HUB" / "acme_key.pub"
    ).read_text()


def test_the_partners_server_takes_its_settings(made: Path) -> None:
    mine = _written("sshd").replace("/etc/acme/keys", str(made / "FOR_ACME"))
    (made / "sshd_config").write_text(mine)
    binary = program("sshd", package="openssh-server", places=[Path("/usr/sbin")])
    prepare_root()
    said = subprocess.run(
        [str(binary), "-T", "-f", str(made / "sshd_config"), "-C", "user=hub"],
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stderr
    rows = said.stdout.splitlines()
    for wanted in (
        "forcecommand internal-sftp",
        "chrootdirectory /srv/acme",
        "authenticationmethods publickey",
        "permitrootlogin no",
    ):
        assert wanted in rows
