"""A PostgreSQL cluster of the tests' own: one for a run, shared by its workers.

Started by the first test that asks, stopped when the run has ended. PostgreSQL refuses root, so a
run as root lends the cluster to an unprivileged account. `fsync` is off: what a power cut does to
PostgreSQL is its makers' test; everything else, `synchronous_commit` too, stays as in real life.
"""

import fcntl
import json
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from pwd import getpwnam

import psycopg
import pytest

from hub.store import Store
from tests.rigs import free_port, program, when_gone

STOP = """\
$1 "$2/bin/pg_ctl" -D "$3/cluster" -m immediate stop; rm -rf "$3" """

SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{base}'
fsync = off
full_page_writes = off
max_connections = 200
shared_buffers = 64MB
timezone = 'UTC'
log_timezone = 'UTC'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running cluster: its owner's password and the port on 127.0.0.1."""

    port: int
    password: str

    def url(self, database: str) -> str:
        """Return the address of a database, as `HUB_DATABASE_URL` wants it."""
        return f"postgresql+psycopg://hub:{self.password}@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str) -> None:
        """Run one statement in the `postgres` database, outside transactions."""
        url = self.url("postgres").replace("+psycopg", "", 1)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement)


def _binaries() -> Path:
    """Return the installation's folder, the newest that Debian keeps first."""
    places = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: -float(place.parent.name)
    )
    return program("initdb", package="postgresql", places=places).parent.parent


def _lowered() -> tuple[str, ...]:
    """Return the words that run a command as an unprivileged account."""
    return ("runuser", "-u", _account(), "--") if os.geteuid() == 0 else ()


def _account() -> str:
    """Name an account that every Debian has: PostgreSQL's, or nobody."""
    try:
        return getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"


def _pg(*command: str) -> None:
    """Run one of PostgreSQL's programs; its output is the failure's text."""
    clean = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [*_lowered(), *command],
        cwd="/",
        env=clean,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout.decode(errors='replace')}")


def _new_cluster(*, until_gone: int) -> Cluster:
    """Create and start a cluster that ends with process `until_gone`."""
    home = _binaries()
    base = Path(tempfile.mkdtemp(prefix="hub-postgres-", dir="/tmp"))
    cluster = Cluster(port=free_port(), password=secrets.token_urlsafe(16))
    (base / "password").write_text(cluster.password)
    if os.geteuid() == 0:
        for path in (base, base / "password"):
            shutil.chown(path, user=_account())
    when_gone(until_gone, STOP, " ".join(_lowered()), str(home), str(base))
    _pg(
        *(str(home / "bin" / "initdb"), "--pgdata", str(base / "cluster"), "--no-sync"),
        *("--username=hub", f"--pwfile={base / 'password'}", "--auth=scram-sha-256"),
        *("--encoding=UTF8", "--locale=C.UTF-8"),
    )
    with (base / "cluster" / "postgresql.conf").open("a") as settings:
        settings.write(SETTINGS.format(port=cluster.port, base=base))
    _pg(
        *(str(home / "bin" / "pg_ctl"), "--pgdata", str(base / "cluster"), "--wait"),
        *("--log", str(base / "log"), "start"),
    )
    return cluster


@pytest.fixture(scope="session")
def postgres_cluster(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Cluster:
    """The run's cluster; whichever worker comes first starts it, the others find it."""
    alone = worker_id == "master"
    base = tmp_path_factory.getbasetemp()
    known = (base if alone else base.parent) / "postgres.json"
    with known.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not known.exists():
            run = os.getpid() if alone else os.getppid()
            cluster = _new_cluster(until_gone=run)
            known.write_text(json.dumps({"port": cluster.port, "password": cluster.password}))
    return Cluster(**json.loads(known.read_text()))


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: Cluster) -> str:
    """The address of the cluster's own `postgres` database: for making others, not for tables."""
    return postgres_cluster.url("postgres")


@pytest.fixture
def fresh_postgres(postgres_cluster: Cluster) -> Iterator[str]:
    """The address of an empty database that no other test sees; dropped afterwards."""
    name = f"hub_{secrets.token_hex(6)}"
    postgres_cluster.run(f"CREATE DATABASE {name}")
    yield postgres_cluster.url(name)
    postgres_cluster.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def migrated_template(
    postgres_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> str:
    """The name of a database on which the migrations have run; nobody is connected to it."""
    base = tmp_path_factory.getbasetemp()
    known = (base if worker_id == "master" else base.parent) / "template.made"
    name = "hub_migrated"
    with known.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not known.exists():
            postgres_cluster.run(f"CREATE DATABASE {name}")
            store = Store.open(
                postgres_cluster.url(name), data_dir=base / "template", master_key=bytes(32)
            )
            store.migrate()
            store.close()
            known.touch()
    return name


@pytest.fixture
def ready_postgres(postgres_cluster: Cluster, migrated_template: str) -> Iterator[str]:
    """The address of a database with every table and nothing in them; dropped afterwards."""
    name = f"hub_{secrets.token_hex(6)}"
    postgres_cluster.run(f"CREATE DATABASE {name} TEMPLATE {migrated_template}")
    yield postgres_cluster.url(name)
    postgres_cluster.run(f"DROP DATABASE {name} WITH (FORCE)")
