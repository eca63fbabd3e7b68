import base64
from pathlib import Path

import pytest

from hub import settings
from hub.errors import ConfigError
from hub.settings import SETTINGS, load, read_pages, secret, share_folder

KEY = base64.b64encode(bytes(range(32))).decode()


def complaint(environment):
    with pytest.raises(ConfigError) as caught:
        load(environment, share=share_folder())
    return caught.value.mistakes


def test_an_empty_environment_gives_the_documented_defaults():
    found = load({}, share=share_folder())
    assert found.data_dir == Path("hub-data").absolute()
    assert found.database_url == f"sqlite:///{found.data_dir}/hub.db"
    assert (found.host, found.port, found.log_level) == ("127.0.0.1", 8080, "info")
    assert (found.operator_host, found.operator_port) == ("127.0.0.1", 8081)
    assert (found.operator_names, found.log_format) == (("localhost",), "")
    assert found.master_key is None
    assert (found.partner_configs / "acme.yaml").is_file()
    assert (found.brands / "juniper" / "brand.yaml").is_file()


def test_every_setting_of_the_table_is_read(tmp_path):
    environment = {
        "HUB_DATA_DIR": str(tmp_path / "kept"),
        "HUB_DATABASE_URL": "postgres://hub:pw@db/hub",
        "HUB_PARTNER_CONFIGS": str(tmp_path),
        "HUB_MAPPINGS": str(tmp_path),
        "HUB_BRANDS": str(tmp_path),
        "HUB_MASTER_KEY": KEY,
        "HUB_HOST": "0.0.0.0",
        "HUB_PORT": "0",
        "HUB_OPERATOR_HOST": "::1",
        "HUB_OPERATOR_PORT": "OFF",
        "HUB_OPERATOR_NAMES": "Hub, metrics.example",
        "HUB_KEY_READS": "7/70",
        "HUB_KEY_WRITES": "off",
        "HUB_LOG_LEVEL": "DEBUG",
        "HUB_LOG_FORMAT": "JSON",
        "HUB_PUBLIC_URL": "http://{host}:8080/",
        "HUB_SMTP_URL": "smtps://hub%40x@mail.example",
        "HUB_SMTP_PASSWORD": "pw",
        "HUB_MAIL_FROM": "hub@example.com",
        "HUB_PORTAL_HOSTS": "Suppliers.example, portal.example",
        "HUB_DESK_HOSTS": "desk.example",
        "HUB_DESK_FROM": "10.0.0.0/8, 192.0.2.7",
    }
    assert set(environment) == {setting.name for setting in SETTINGS}
    assert load(environment, share=share_folder()) == settings.Settings(
        data_dir=tmp_path / "kept",
        database_url="postgresql+psycopg://hub:pw@db/hub",
        partner_configs=tmp_path,
        mappings=tmp_path,
        brands=tmp_path,
        master_key=bytes(range(32)),
        host="0.0.0.0",
        port=0,
        log_level="debug",
        operator_host="::1",
        operator_port=None,
        operator_names=("localhost", "hub", "metrics.example"),
        log_format="json",
        public_url="http://{host}:8080",
        mail_server=settings.MailServer(host="mail.example", port=465, tls="at_once", user="hub@x"),
        key_reads=settings.Rate(per_second=7, burst=70),
        key_writes=None,
        mail_from="hub@example.com",
        portal_hosts=("suppliers.example", "portal.example"),
        desk_hosts=("desk.example",),
        desk_from=("10.0.0.0/8", "192.0.2.7/32"),
    )
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("HUB_MAIL_FROM", "hub", "no e-mail address"),
        ("HUB_PORTAL_HOSTS", "https://portal.example", "host names without port"),
        ("HUB_PORTAL_HOSTS", ",", "host names without port"),
        ("HUB_DESK_HOSTS", "portal.localhost", "belongs to the suppliers' pages"),
        ("HUB_DESK_FROM", "10.0.0.1/8", "networks with commas between"),
        ("HUB_DESK_FROM", "everybody", "networks with commas between"),
        ("HUB_DESK_FROM", ",", "networks with commas between"),
    ],
)
def test_wrong_names_of_peoples_rooms_are_told(name, text, said):
    assert [said in line for line in complaint({name: text})] == [True]


def test_brands_of_a_wheel_lie_in_the_package_beside_the_hub(tmp_path):
    share = tmp_path / "hub" / "_share"
    for folder in (share / "mappings", share / "partner_configs", tmp_path / "portal" / "brands"):
        folder.mkdir(parents=True)
    assert load({}, share=share).brands == tmp_path / "portal" / "brands"


def test_secrets_may_come_from_files(tmp_path):
    (tmp_path / "key").write_text(KEY + "\n")
    (tmp_path / "url").write_text("postgresql://hub@db/hub")
    found = load(
        {
            "HUB_MASTER_KEY_FILE": str(tmp_path / "key"),
            "HUB_DATABASE_URL_FILE": str(tmp_path / "url"),
        },
        share=share_folder(),
    )
    assert found.master_key == bytes(range(32))
    assert found.database_url == "postgresql+psycopg://hub@db/hub"


def test_all_mistakes_come_at_once_and_show_no_secret(tmp_path):
    found = complaint(
        {
            "HUB_DATBASE_URL": "x",
            "HUB_DATABASE_URL": "mysql://hub:hunter2@db/hub",
            "HUB_MAPPINGS": str(tmp_path / "none"),
            "HUB_MASTER_KEY": "aHVudGVyMg==",
            "HUB_PORT": "99999",
            "HUB_LOG_LEVEL": "loud",
            "HUB_OPERATOR_PORT": "none",
            "HUB_OPERATOR_NAMES": "hub:8081",
            "HUB_LOG_FORMAT": "xml",
            "HUB_SECRET_ACME": "hunter2",
            "PATH": "/bin",
        }
    )
    assert [line.split(":")[0] for line in found] == [
        "HUB_DATBASE_URL",
        "HUB_DATABASE_URL",
        "HUB_MAPPINGS",
        "HUB_MASTER_KEY",
        "HUB_PORT",
        "HUB_LOG_LEVEL",
        "HUB_OPERATOR_PORT",
        "HUB_OPERATOR_NAMES",
        "HUB_LOG_FORMAT",
    ]
    assert found[0] == "HUB_DATBASE_URL: no such setting; did you mean HUB_DATABASE_URL?"
    assert found[3].startswith("HUB_MASTER_KEY: 7 bytes, 32 are needed")
    assert "hunter2" not in "\n".join(found)


def test_a_secret_and_its_file_together_are_refused(tmp_path):
    found = complaint({"HUB_MASTER_KEY": KEY, "HUB_MASTER_KEY_FILE": str(tmp_path / "key")})
    assert found == ("HUB_MASTER_KEY: set HUB_MASTER_KEY or HUB_MASTER_KEY_FILE, not both",)


def test_a_secret_is_found_by_variable_by_its_file_or_by_path(tmp_path):
    (tmp_path / "pw").write_bytes(b"opn\xc3\xbc sesame \r\n")
    path = str(tmp_path / "pw")
    assert secret("env:ACME", environment={"ACME": "a b"}) == "a b"
    assert secret("env:ACME", environment={"ACME_FILE": path}) == "opn\u00fc sesame "
    assert secret(f"file:{path}", environment={}) == "opn\u00fc sesame "


@pytest.mark.parametrize(
    ("reference", "way_out"),
    [
        ("env:ACME", "set ACME, or ACME_FILE to a file holding it"),
        ("file:keys/acme", "write it from the root"),
        ("file:/nowhere/acme", "cannot read /nowhere/acme: No such file or directory"),
        ("env:", "named by env:NAME or file:/path"),
    ],
)
def test_an_absent_secret_says_the_next_step(reference, way_out):
    with pytest.raises(ConfigError) as caught:
        secret(reference, environment={})
    assert way_out in str(caught.value)


def test_a_secret_written_as_a_reference_is_not_repeated():
    with pytest.raises(ConfigError) as caught:
        secret("hunter2", environment={})
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_no_secret_is_refused(tmp_path):
    (tmp_path / "big").write_bytes(b"x" * 70_000)
    (tmp_path / "raw").write_bytes(b"\xff\xfe")
    for name, words in (("big", "larger than"), ("raw", "not UTF-8"), ("", "directory")):
        with pytest.raises(ConfigError, match=words):
            secret(f"file:{tmp_path / name}", environment={})


def test_pages_are_named_by_their_relative_path(tmp_path):
    (tmp_path / "x12" / "004010").mkdir(parents=True)
    (tmp_path / "x12" / "004010" / "850.yaml").write_text("a: 1\n")
    (tmp_path / "acme.yaml").write_bytes(b"\xef\xbb\xbfname: Acme\n")
    (tmp_path / "x12" / "note.txt").write_text("no page")
    (tmp_path / ".hidden.yaml").write_text("no page")
    assert read_pages(tmp_path) == {"acme": "name: Acme\n", "x12/004010/850": "a: 1\n"}


def test_every_unreadable_page_is_told_at_once(tmp_path):
    (tmp_path / "a.yml").write_text("")
    (tmp_path / "b.yaml").write_bytes(b"name: \xff")
    (tmp_path / "c.yaml").write_bytes(b"#" * (settings.LARGEST_PAGE + 1))
    with pytest.raises(ConfigError) as caught:
        read_pages(tmp_path)
    assert [line.removeprefix(f"{tmp_path}/") for line in caught.value.mistakes] == [
        "a.yml: pages end in .yaml; rename it to a.yaml",
        "b.yaml: not UTF-8 text: byte 7 is in the way",
        f"c.yaml: larger than {settings.LARGEST_PAGE} bytes: no page",
    ]
    with pytest.raises(ConfigError, match="no such directory"):
        read_pages(tmp_path / "none")


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtp://mail.example", 587, "starttls"),
        ("smtp://mail.example:2525", 2525, "starttls"),
        ("smtp://127.0.0.1:2525", 2525, "none"),
        ("smtps://mail.example", 465, "at_once"),
    ],
)
def test_mails_leave_this_machine_sealed(url, port, tls):
    server = load({"HUB_SMTP_URL": url}, share=share_folder()).mail_server
    assert server is not None
    assert (server.port, server.tls) == (port, tls)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUB_SMTP_URL", "smtp://me:secret@mail.example"),
        ("HUB_SMTP_URL", "http://secret.example"),
        ("HUB_SMTP_URL", "smtp://secret.example:none"),
        ("HUB_PUBLIC_URL", "ftp://{host}"),
        ("HUB_PUBLIC_URL", "https://{host}/orders"),
        ("HUB_PUBLIC_URL", "{host}"),
    ],
)
def test_where_pages_and_mails_are_is_judged_without_showing_secrets(name, value):
    with pytest.raises(ConfigError) as caught:
        load({name: value}, share=share_folder())
    (told,) = caught.value.mistakes
    assert told.startswith(f"{name}: ") and "secret" not in told


@pytest.mark.parametrize("text", ["0/1", "1", "1/0", "-1/5", "1.5/2", "9999999999/1", "often", "/"])
def test_a_rate_is_so_many_a_second_and_so_many_at_once(tmp_path, text):
    environment = {"HUB_DATA_DIR": str(tmp_path), "HUB_KEY_READS": text}
    with pytest.raises(ConfigError, match=r"HUB_KEY_READS.* is no rate; write 200/2000"):
        load(environment, share=share_folder())
