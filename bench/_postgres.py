"""A PostgreSQL cluster for one measurement, as its makers set it: every commit is synced."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ACCOUNT = "postgres"


@contextmanager
def cluster() -> Iterator[str]:
    """Start a cluster in a folder of its own and lend the address of an empty database."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: float(one.parent.name)
    )
    if not found:
        raise SystemExit("PostgreSQL is missing: apt-get install postgresql")
    base = Path(tempfile.mkdtemp())
    lowered = ["runuser", "-u", ACCOUNT, "--"] if os.geteuid() == 0 else []
    if lowered:
        shutil.chown(base, ACCOUNT)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def run(program: str, *words: str) -> None:
        command = [*lowered, str(found[-1] / program), "-D", str(base / "cluster"), *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=base)

    try:
        run("initdb", "-U", "hub", "-A", "trust", "-E", "UTF8")
        options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={base}"
        run("pg_ctl", "-w", "-l", str(base / "log"), "-o", options, "start")
        yield f"postgresql+psycopg://hub@127.0.0.1:{port}/postgres"
        run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(base, ignore_errors=True)
