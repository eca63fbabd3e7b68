"""The rigs are what the other tests stand on, so they are tested first."""

from base64 import b64decode

import paramiko
import psycopg
import pytest

from tests.rigs.sshd import Sshd


def _connect(server: Sshd) -> paramiko.SSHClient:
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    kind, body = server.host_key.split()
    known = paramiko.PKey.from_type_string(kind, b64decode(body))
    client.get_host_keys().add(f"[{server.host}]:{server.port}", kind, known)
    client.connect(
        server.host,
        port=server.port,
        username=server.user,
        key_filename=str(server.key_path),
        allow_agent=False,
        look_for_keys=False,
    )
    return client


def _query(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_an_empty_database_of_its_own(fresh_postgres: str, turn: int) -> None:
    _query(fresh_postgres, "CREATE TABLE orders (number text)")
    tables = _query(fresh_postgres, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    assert tables == [(1,)]


def test_the_cluster_commits_as_in_real_life(fresh_postgres: str) -> None:
    assert _query(fresh_postgres, "SHOW synchronous_commit") == [("on",)]


def test_the_account_is_locked_into_its_folder(clean_sshd: Sshd) -> None:
    with _connect(clean_sshd) as client, client.open_sftp() as sftp:
        assert sorted(sftp.listdir(clean_sshd.remote("/"))) == ["archive", "in", "out"]
        with sftp.open(clean_sshd.remote("/in/850.edi"), "wb") as paper:
            paper.write(b"ISA")
    assert (clean_sshd.root / "in" / "850.edi").read_bytes() == b"ISA"


def test_a_killed_session_ends_and_the_next_one_is_served(clean_sshd: Sshd) -> None:
    with _connect(clean_sshd) as client, client.open_sftp() as sftp:
        assert clean_sshd.kill_sessions() > 0
        with pytest.raises((EOFError, OSError, paramiko.SSHException)):
            sftp.listdir(clean_sshd.remote("/in"))
    with _connect(clean_sshd) as client, client.open_sftp() as sftp:
        assert sftp.listdir(clean_sshd.remote("/in")) == []


def test_a_server_with_a_new_host_key_is_another_server(clean_sshd: Sshd) -> None:
    before = clean_sshd.host_key
    clean_sshd.new_host_key()
    assert clean_sshd.host_key != before
    with _connect(clean_sshd) as client:
        seen = client.get_transport().get_remote_server_key()
    assert f"{seen.get_name()} {seen.get_base64()}" == clean_sshd.host_key


def test_a_stopped_server_refuses_and_a_started_one_serves_again(clean_sshd: Sshd) -> None:
    clean_sshd.stop()
    with pytest.raises(OSError):
        _connect(clean_sshd)
    clean_sshd.start()
    with _connect(clean_sshd) as client:
        assert client.get_transport().is_authenticated()
