import json
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import yaml

from hub.errors import ConfigError
from hub.formats.x12 import profile as x12
from hub.partners import load, page, schema
from hub.settings import read_pages
from hub.transports.folder import Config as Folder
from hub.transports.sftp import Config as Sftp
from tests.unit.partners.parts import (
    ACME,
    FORMATS,
    MAPS,
    TRANSPORTS,
    Paper,
    Side,
    Wire,
    loaded,
    mistakes,
)

ROOT = Path(__file__).resolve().parents[3]


def test_a_good_page_is_read_into_typed_values():
    partners = loaded(ACME)
    acme = partners.get("acme")
    assert partners.all == (acme,)
    assert (acme.name, acme.kind, acme.priority) == ("Acme Home Goods", "supplier", 10)
    assert acme.products == ("vendor", "gtin")
    assert acme.limits.receipt == timedelta(minutes=90)
    assert acme.limits.response == timedelta(hours=24)
    assert acme.limits.ship == timedelta(days=2)
    assert acme.calendar.zone == "America/Chicago"
    assert acme.calendar.work_days == {0, 1, 2, 3, 4}
    assert acme.calendar.holidays == {date(2026, 11, 26)}
    assert acme.calendar.cutoff == time(14)
    assert acme.digest == sha256(ACME.encode()).hexdigest()
    assert acme.notice == ()


def test_a_mistake_and_a_notice_name_the_directory_that_was_read():
    asked = {"transports": TRANSPORTS, "formats": FORMATS, "maps": MAPS, "folder": "/etc/hub/ours"}
    with pytest.raises(ConfigError, match=r"^/etc/hub/ours/acme\.yaml:2 kind: "):
        load({"acme": ACME.replace("supplier", "friend")}, **asked)
    (notice,) = (
        load({"acme": ACME.replace("port: 2222", "direct: true")}, **asked).get("acme").notice
    )
    assert notice == "/etc/hub/ours/acme.yaml channel edi: direct: half a file may be seen"


def test_a_channel_carries_the_typed_settings_that_were_handed_in():
    channel = loaded(ACME).channel("acme/edi")
    assert channel.settings == Wire(host="sftp.acme.example", port=2222)
    assert channel.profile == Paper(ours=Side(qualifier="01", id="006112345678"))
    assert channel.maps == {"850": "acme/850", "855": "acme/855"}
    assert (channel.sends, channel.receives) == (("850",), ("855",))
    assert (channel.poll_seconds, channel.poll_cron) == (30.0, None)
    assert channel.cutoffs == (time(11), time(15, 30))
    assert channel.settle_seconds == 60
    assert not channel.partner_resets_numbers


def test_values_that_look_like_numbers_stay_as_they_are_written():
    page = ACME.replace("name: Acme Home Goods", "name: 007").replace(
        "version: 004010", "version: 0o17"
    )
    partner = loaded(page).get("acme")
    assert partner.name == "007"
    profile = partner.channels[0].profile
    assert isinstance(profile, Paper)
    assert profile.version == "0o17"


def test_unknown_partners_and_lanes_raise_key_error():
    partners = loaded(ACME)
    with pytest.raises(KeyError):
        partners.get("stranger")
    with pytest.raises(KeyError):
        partners.channel("acme/mail")


def test_stock_territory_transit_and_changes_stand_on_the_page():
    more = """
stock: {level: reports, report_includes: acknowledged, safety: 2, trust: 12h, when_stale: use}
changes: {silence: confirm}
transit: {ground: 3, other: 6}
"""
    page = ACME.replace("sourcing:", "sourcing:\n  ships_to: [US, CA-ON]\n  not_to: [US-AK]")
    partner = loaded(page + more).get("acme")
    assert partner.stock.level == "reports"
    assert partner.stock.includes == "acknowledged"
    assert (partner.stock.safety, partner.stock.trust) == (2, timedelta(hours=12))
    assert (partner.stock.use_stale, partner.stock.guard, partner.stock.preorder) == (
        True, 50, False,
    )  # fmt: skip
    assert partner.silence == "confirm"
    days = [partner.transit_days(method) for method in ("ground", "second_day", "pigeon")]
    assert days == [3, 2, 6]
    covers = partner.territory.covers
    assert covers(country="US", region="IL")
    assert covers(country="CA", region="ON")
    assert not covers(country="US", region="AK")
    assert not covers(country="CA", region="BC")
    assert not covers(country="DE", region="")


def test_a_partner_without_channels_works_in_the_portal_alone():
    assert loaded("name: Corner\nkind: supplier\n").get("acme").channels == ()


def test_page_names_may_end_in_yaml():
    partners = load({"acme.yaml": ACME}, transports=TRANSPORTS, formats=FORMATS, maps=MAPS)
    assert partners.all[0].id == "acme"


def test_poll_may_be_five_cron_fields():
    page = ACME.replace("poll: 30s", 'poll: "*/5 6-20,22 1 jan-mar mon-fri"')
    channel = loaded(page).channel("acme/edi")
    assert channel.poll_cron == "*/5 6-20,22 1 jan-mar mon-fri"
    assert channel.poll_seconds is None


def test_a_warning_of_a_config_becomes_a_notice_of_the_partner():
    page = ACME.replace("port: 2222", "direct: true")
    assert loaded(page).get("acme").notice == (
        "partner_configs/acme.yaml channel edi: direct: half a file may be seen",
    )


def test_outgoing_names_follow_the_template():
    page = ACME.replace("poll: 30s", 'file_name: "PO.{partner}-{set}_{date}.{number}"')
    channel = loaded(page).channel("acme/edi")
    name = channel.outgoing_name(set_id="850", number=42, on=date(2026, 3, 9))
    assert name == "PO.acme-850_20260309.000000042"


def test_the_next_cutoff_is_the_first_one_on_a_working_day():
    acme = loaded(ACME).get("acme")
    channel = acme.channels[0]
    friday_noon = datetime(2026, 11, 20, 18, tzinfo=UTC)  # 12:00 in Chicago
    assert channel.next_cutoff(friday_noon, acme.calendar) == datetime(
        2026, 11, 20, 21, 30, tzinfo=UTC
    )
    friday_evening = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
    assert channel.next_cutoff(friday_evening, acme.calendar) == datetime(
        2026, 11, 23, 17, tzinfo=UTC
    )


def test_without_cutoffs_documents_leave_at_once():
    acme = loaded(ACME.replace('    cutoff: ["15:30", "11:00"]\n', "")).get("acme")
    now = datetime(2026, 11, 20, 18, tzinfo=UTC)
    assert acme.channels[0].next_cutoff(now, acme.calendar) is None


# One change to the good page, and the whole line that must come back.
WRONG = {
    "unknown key": (
        ("kind: supplier", "kind: supplier\ncalender: {}"),
        (
            "partner_configs/acme.yaml:3 calender: unknown key; did you mean calendar? there are:"
            " calendar, changes, channels, kind, limits, name, products, sourcing, stock, transit,"
            " warehouse"
        ),
    ),
    "unknown key of a leaf": (
        ("      host:", "      hots: x\n      host:"),
        (
            "partner_configs/acme.yaml:7 channels[0].settings.hots: unknown key; did you mean host?"
            " there are: direct, host, password, port"
        ),
    ),
    "unknown key deep in a leaf": (
        ("qualifier: 01", "qualifier: 01, grup: X"),
        (
            "partner_configs/acme.yaml:12 channels[0].profile.ours.grup: unknown key;"
            " there are: id, qualifier"
        ),
    ),
    "missing key": (
        ("kind: supplier\n", ""),
        "partner_configs/acme.yaml:1 kind: missing; add `kind: ...`",
    ),
    "missing key of a leaf": (
        ("      host: sftp.acme.example\n", ""),
        "partner_configs/acme.yaml:6 channels[0].settings.host: missing; add `host: ...`",
    ),
    "wrong word": (
        ("kind: supplier", "kind: suplier"),
        (
            "partner_configs/acme.yaml:2 kind: 'suplier' is not one of 'supplier', 'warehouse' or"
            " 'carrier'"
        ),
    ),
    "no such transport": (
        ("transport: wire", "transport: wier"),
        (
            "partner_configs/acme.yaml:5 channels[0].transport: no transport 'wier';"
            " did you mean wire? there are: wire"
        ),
    ),
    "no such format": (
        ("format: paper", "format: edifact"),
        "partner_configs/acme.yaml:9 channels[0].format: no format 'edifact'; there are: paper",
    ),
    "no such map": (
        ("850: acme/850", "850: acme/85"),
        (
            "partner_configs/acme.yaml:14 channels[0].maps.850: no map 'acme/85'; did you mean"
            " acme/856? there are: acme/850, acme/855, acme/856, x12/004010/850"
        ),
    ),
    "a set without a map": (
        ("receive: [855]", "receive: [855,\n      997]"),
        (
            "partner_configs/acme.yaml:18 channels[0].receive[1]: no map for '997'; add it under"
            " maps (receipts such as 997 need no entry: the format reads them itself)"
        ),
    ),
    "a map without a direction": (
        ("    maps:\n", "    maps:\n      856: acme/856\n"),
        (
            "partner_configs/acme.yaml:14 channels[0].maps.856: neither sent nor received;"
            " add '856' to send or receive"
        ),
    ),
    "not a number": (
        ("port: 2222", "port: ssh"),
        "partner_configs/acme.yaml:8 channels[0].settings.port: 'ssh' is not a whole number",
    ),
    "neither branch of a union": (
        ("version: 004010", "newline: maybe"),
        (
            "partner_configs/acme.yaml:11 channels[0].profile.newline: 'maybe' is not true or"
            " false; or 'maybe' is not one of 'lf' or 'crlf'"
        ),
    ),
    "a list where a text belongs": (
        ("name: Acme Home Goods", "name: [Acme]"),
        "partner_configs/acme.yaml:1 name: a list stands where one text belongs",
    ),
    "no length of time": (
        ("receipt: 90m", "receipt: 90 minutes"),
        (
            "partner_configs/acme.yaml:21 limits.receipt: '90 minutes' is no length of time;"
            " write 30s, 90m, 24h or 2d"
        ),
    ),
    "a length of nothing": (
        ("receipt: 90m", "receipt: 0m"),
        (
            "partner_configs/acme.yaml:21 limits.receipt: '0m' must be longer than nothing and at"
            " most 366d"
        ),
    ),
    "no time of day": (
        ('cutoff: "14:00"', "cutoff: 2pm"),
        (
            "partner_configs/acme.yaml:26 calendar.cutoff: '2pm' is no time of day;"
            " write 09:00 to 23:59 with two digits"
        ),
    ),
    "no day": (
        ("2026-11-26", "2026-02-30"),
        (
            "partner_configs/acme.yaml:25 calendar.holidays[0]: '2026-02-30' is no day of the"
            " calendar; write 2026-11-26"
        ),
    ),
    "no zone": (
        ("America/Chicago", "America/Chicgo"),
        (
            "partner_configs/acme.yaml:24 calendar.zone: 'America/Chicgo' is no time zone;"
            " did you mean America/Chicago?"
        ),
    ),
    "numbers for days of the week": (
        ("poll: 30s", 'poll: "0 6 * * 1-5"'),
        "partner_configs/acme.yaml:18 channels[0].poll: '1' is not in mon-sun",
    ),
    "a file name that repeats": (
        ("poll: 30s", 'file_name: "{set}.edi"'),
        (
            "partner_configs/acme.yaml:18 channels[0].file_name: '{set}.edi': put {number} in,"
            " else one file replaces another"
        ),
    ),
    "a placeholder nobody fills": (
        ("poll: 30s", 'file_name: "{nmber}.edi"'),
        (
            "partner_configs/acme.yaml:18 channels[0].file_name: {nmber}: did you mean number?"
            " there are: date, number, order, partner, set"
        ),
    ),
    "a key twice": (
        ("kind: supplier", "kind: supplier\nname: Acme"),
        "partner_configs/acme.yaml:3 name: stands here twice, first in line 1; remove one",
    ),
    "an anchor": (
        ("name: Acme", "name: &a Acme"),
        "partner_configs/acme.yaml:1 page: anchors (&) and aliases (*) are not used; write it out",
    ),
    "a tag": (
        ("name: Acme", "name: !!str Acme"),
        "partner_configs/acme.yaml:1 page: tags (!) are not used; write the plain value",
    ),
    "a tabulator": (
        ("kind: supplier", "\tkind: supplier"),
        (
            "partner_configs/acme.yaml:2 page: not YAML: a tab stands before the first word;"
            " indent with spaces"
        ),
    ),
    "a warehouse's rules at a supplier": (
        ("products: [", "warehouse: {short: reject}\nproducts: ["),
        (
            "partner_configs/acme.yaml:29 warehouse: is for `kind: warehouse` alone; remove it,"
            " or say that kind"
        ),
    ),
    "a warehouse's rule that there is none of": (
        ("kind: supplier", "kind: warehouse\nwarehouse:\n  balance: believe"),
        "partner_configs/acme.yaml:4 warehouse.balance: 'believe' is not one of 'ask' or 'trust'",
    ),
    "a product id sent twice": (
        ("products: [vendor, gtin]", "products: [vendor, vendor]"),
        "partner_configs/acme.yaml:29 products: 'vendor' stands in the list twice; remove one",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_names_file_line_key_and_way_out(name):
    (good, bad), expected = WRONG[name]
    page = ACME.replace(good, bad, 1)
    assert page != ACME
    assert mistakes(page) == (expected,)


def test_all_mistakes_of_all_pages_come_at_once_in_order():
    bad = ACME.replace("kind: supplier", "kind: shop").replace("port: 2222", "port: ssh")
    with pytest.raises(ConfigError) as caught:
        load(
            {"nordic": bad, "acme": bad.replace("acme/855", "acme/999")},
            transports=TRANSPORTS,
            formats=FORMATS,
            maps=MAPS,
        )
    places = [mistake.split(":", 2)[:2] for mistake in caught.value.mistakes]
    assert [(file, line.split()[0]) for file, line in places] == [
        ("partner_configs/acme.yaml", "2"),
        ("partner_configs/acme.yaml", "8"),
        ("partner_configs/acme.yaml", "15"),
        ("partner_configs/nordic.yaml", "2"),
        ("partner_configs/nordic.yaml", "8"),
    ]


def test_two_channels_may_neither_share_a_name_nor_send_the_same_set():
    start, end = ACME.index("  - name: edi"), ACME.index("limits:")
    twice = ACME[:end] + ACME[start:end] + ACME[end:]
    assert mistakes(twice) == (
        "partner_configs/acme.yaml:20 channels[1].name: 'edi' is channels[0]; name it otherwise",
        (
            "partner_configs/acme.yaml:32 channels[1].send[0]: '850' is sent by channels[0];"
            " send it by one"
        ),
    )


def test_a_channel_that_carries_nothing_is_refused():
    page = "name: Acme\nkind: supplier\nchannels:\n  - name: edi\n    transport: wire\n"
    assert (
        "partner_configs/acme.yaml:4 channels[0]: sends and receives nothing;"
        " add `send: [850]` or `receive: [855]`"
    ) in mistakes(page)


def test_a_bad_file_name_is_told_to_the_operator():
    with pytest.raises(ConfigError, match="rename the file"):
        load({"Acme Inc": ACME}, transports=TRANSPORTS, formats=FORMATS, maps=MAPS)


def test_secrets_written_on_a_page_are_never_shown():
    page = ACME.replace("port: 2222", "password: [hunter2]")
    assert all("hunter2" not in mistake for mistake in mistakes(page))
    real = ACME.replace("transport: wire", "transport: sftp").replace(
        "port: 2222", "password: hunter2"
    )
    with pytest.raises(ConfigError) as caught:
        load({"acme": real}, transports={"sftp": Sftp}, formats=FORMATS, maps=MAPS)
    assert "hunter2" not in str(caught.value)
    assert any("env:NAME or file:/path" in mistake for mistake in caught.value.mistakes)


@pytest.mark.parametrize(
    "text", ["", "# only a comment\n", "[acme]", "acme", "--- a\n--- b\n", "{[a]: b}", "a: *b"]
)
def test_what_is_no_page_at_all_is_one_mistake_with_a_line(text):
    assert len(mistakes(text)) == 1
    assert mistakes(text)[0].startswith("partner_configs/acme.yaml:")


@pytest.mark.parametrize("loader", [yaml.SafeLoader, page.LOADER])
@pytest.mark.parametrize("sign", ["\x01", "\ud800", "\ufffe"])
def test_a_forbidden_character_is_found_behind_letters_of_several_bytes(monkeypatch, loader, sign):
    monkeypatch.setattr(page, "LOADER", loader)
    text = f"name: äöüßäöüßäöüß\nkind: {sign}supplier\nchannels:\n- a\n- b\n- c\n"
    (mistake,) = mistakes(text)
    assert mistake.startswith("partner_configs/acme.yaml:2 page: not YAML: ")


def test_pages_are_read_by_the_fast_loader_where_there_is_one():
    assert getattr(yaml, "CSafeLoader", page.LOADER) is page.LOADER


def test_deep_and_huge_pages_are_refused_without_building_them():
    assert "nested deeper" in mistakes("a: " + "[" * 5000)[0]
    assert "at most" in mistakes("a: " + "x" * 300_000)[0]


def test_the_shipped_page_loads_with_the_real_parts_and_no_file():
    partners = load(
        read_pages(ROOT / "partner_configs"),
        transports={"sftp": Sftp, "folder": Folder},
        formats={"x12": x12.Config},
        maps=[*MAPS, *(f"acme/{each}" for each in (214, 810, 824, 846, 860, 865, 870))],
    )
    channel = partners.channel("acme/edi")
    assert isinstance(channel.settings, Sftp)
    assert isinstance(channel.profile, x12.Config)
    assert channel.profile.version == "004010"
    assert partners.get("acme").notice == ()


def _references(shape):
    if isinstance(shape, dict):
        if "$ref" in shape:
            yield shape["$ref"]
        for inner in shape.values():
            yield from _references(inner)
    elif isinstance(shape, list):
        for inner in shape:
            yield from _references(inner)


def test_the_json_schema_binds_settings_to_the_transport_and_has_no_loose_end():
    made = schema(transports={"sftp": Sftp, "folder": Folder}, formats={"x12": x12.Config})
    shapes = json.loads(json.dumps(made))
    assert shapes["$schema"].endswith("2020-12/schema")
    for reference in _references(shapes):
        assert reference.removeprefix("#/$defs/") in shapes["$defs"]
    channel = shapes["$defs"]["channel"]
    assert channel["properties"]["transport"]["enum"] == ["folder", "sftp"]
    rule = {
        "if": {"properties": {"transport": {"const": "sftp"}}, "required": ["transport"]},
        "then": {
            "properties": {"settings": {"$ref": "#/$defs/transport.sftp"}},
            "required": ["settings"],
        },
    }
    assert rule in channel["allOf"]
    assert shapes["$defs"]["transport.sftp"]["additionalProperties"] is False


def test_a_warehouse_says_when_it_picks_and_whom_a_difference_asks():
    rules = "changes: {cutoff: '14:00'}\nwarehouse: {short: backorder, balance: trust}\n"
    depot = loaded("name: Depot\nkind: warehouse\n" + rules).get("acme")
    assert depot.holds_ours
    assert (depot.warehouse.short, depot.warehouse.balance) == ("backorder", "trust")
    friday = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
    assert depot.picks_at(friday) == friday + timedelta(hours=1)
    assert depot.picks_at(friday + timedelta(hours=2)) == friday + timedelta(days=3, hours=1)
    assert loaded("name: Acme\nkind: supplier\n").get("acme").picks_at(friday) is None
