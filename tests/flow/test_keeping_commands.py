"""Keys, people, webhooks and brands by command: the same acts and the same record as by page."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from hub import settings
from hub.cli.desk import WHO, Desk
from hub.cli.root import commands
from hub.flow.webhooks import NewWebhook, Owner, register
from hub.main import build
from hub.partners import load_brands


class Told:
    """A hub's commands in one environment; `folder` is that of its brands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "brands"
        shutil.copytree(settings.brands_beside(settings.share_folder()), self.folder)
        self.environment = {"HUB_DATA_DIR": str(folder / "data"), "HUB_BRANDS": str(self.folder)}
        build(self.environment, migrate=True).store.close()

    def hub(self, *words: str, fails: bool = False) -> Result:
        """Run a command; it must end well unless it is to fail."""
        told = CliRunner().invoke(commands, list(words), obj=Desk(self.environment))
        assert told.exit_code == (1 if fails else 0), told.output
        return told

    def json(self, *words: str) -> dict[str, str]:
        """What a command says to programs."""
        found = json.loads(self.hub(*words, "--json").stdout)
        assert isinstance(found, dict)
        return found

    def recorded(self, subject: str) -> list[tuple[str, dict[str, object]]]:
        """Who did what with a subject."""
        parts = build(self.environment)
        with parts.store.read() as tx:
            found = [(one.who, dict(one.body)) for one in tx.facts.commands(subject)]
        parts.store.close()
        return found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """One hub for all commands."""
    yield Told(tmp_path_factory.mktemp("keeping"))


def test_a_key_that_is_made_rotated_and_revoked_leaves_a_record(told: Told) -> None:
    made = told.json("keys", "add", "--brand", "juniper", "--label", "shop", "--expires", "30d")
    assert told.recorded(made["id"]) == [(WHO, {"made": "shop", "brand": "juniper", "partner": ""})]
    again = told.json("keys", "rotate", made["id"], "--overlap", "2h")
    assert again["key"] != made["key"]
    [(_, body)] = told.recorded(again["id"])
    assert body == {"rotated": made["id"], "overlap": 7200}
    refused = told.hub("keys", "rotate", made["id"], fails=True).output
    assert "was rotated already" in refused and f"hub keys rotate {again['id']}" in refused
    assert told.json("keys", "rotate", again["id"])["key"] not in (made["key"], again["key"])
    told.hub("keys", "revoke", made["id"])
    assert told.recorded(made["id"])[-1] == (WHO, {"revoked": True})
    assert "no key" in told.hub("keys", "rotate", made["id"], fails=True).output


def test_the_last_who_keeps_the_hub_is_neither_closed_nor_given_less(told: Told) -> None:
    kim = told.json("users", "invite", "kim@example.com", "--role", "operator", "--print-link")
    for words in (("disable",), ("role",)):
        more = ["--role", "clerk"] if words == ("role",) else []
        said = told.hub("users", *words, "kim@example.com", *more, fails=True).output
        assert "nobody would be left who keeps the hub" in said
        assert "hub users invite" in said
    told.hub("users", "invite", "lee@example.com", "--role", "operator", "--print-link")
    now = told.json("users", "role", "kim@example.com", "--role", "clerk", "--brand", "juniper")
    assert (now["role"], now["brands"]) == ("clerk", ["juniper"])
    assert told.recorded(kim["id"])[-1] == (WHO, {"role": "clerk", "brands": ["juniper"]})
    seen = ("--role", "operator", "--brand", "harbor")
    assert "left" in told.hub("users", "role", "lee@example.com", *seen, fails=True).output


def test_what_an_endpoint_is_told_of_is_chosen_listed_and_told_again(told: Told) -> None:
    opened = build(told.environment)
    wire = SimpleNamespace(refusal=lambda url, limits: "")  # nobody is called here
    parts = replace(opened, wires={**opened.wires, "http": wire})
    new = NewWebhook(url="https://hooks.example.com/hub")
    one = register(parts, Owner(brand="juniper"), new, who="test").seen.row.id
    parts.store.close()
    told.hub("webhook", "types", one, "--type", "order.placed")
    assert "no such event" in told.hub("webhook", "types", one, "--type", "x", fails=True).output
    assert told.json("webhook", "told", one) == {"told": [], "before": 0}
    assert "told of nothing at 7" in told.hub("webhook", "again", one, "7", fails=True).output
    assert told.recorded(one)[-1] == (WHO, {"types": ["order.placed"]})


def test_lanes_of_mails_are_resumed_like_others(told: Told) -> None:
    assert "was not paused" in told.hub("lane", "resume", "mail/juniper").output
    assert "was not paused" in told.hub("lane", "resume", "mail/_users").output
    assert "no page has a lane" in told.hub("lane", "resume", "mail/nobody", fails=True).output


def test_a_brand_is_checked_and_published_by_command(told: Told, tmp_path: Path) -> None:
    assert "juniper" in told.hub("brand", "list").output
    page = told.folder / "juniper" / "brand.yaml"
    draft = tmp_path / "draft.yaml"
    draft.write_text(page.read_text().replace("Juniper Home", "Juniper Garden"))
    told.hub("brand", "check", "juniper", str(draft))
    told.hub("brand", "publish", "juniper", str(draft))
    made = load_brands(settings.read_pages(told.folder))["juniper"]
    assert made.name == "Juniper Garden"
    [(who, body)] = told.recorded("brand/juniper")
    assert who == WHO and body["logo"] == ""
    before = page.read_bytes()
    for said, wrong in (
        ("logo: nosuch.svg", "cannot be read"),
        ("hosts: [desk.localhost]", "HUB_DESK"),
    ):
        key = said.partition(":")[0]
        draft.write_text(re.sub(rf"(?m)^{key}:.*$", said, before.decode()))
        for command in ("check", "publish"):
            output = told.hub("brand", command, "juniper", str(draft), fails=True).output
            assert wrong in output, output
    draft.write_text("name: ''")
    assert "brand.yaml" in told.hub("brand", "publish", "juniper", str(draft), fails=True).output
    assert page.read_bytes() == before
    unknown = told.hub("brand", "publish", "nobody", str(draft), fails=True).output
    assert "no brand" in unknown and f"hub brand new nobody {draft}" in unknown


def test_files_of_a_brand_that_are_never_shown_as_pictures_are_told_with_its_page(
    told: Told, tmp_path: Path
) -> None:
    folder = told.folder / "harbor" / "pictures"
    assert "1 article has a picture." in told.hub("brand", "check", "harbor").output
    (folder / "JUG 2.png").write_bytes((folder / "HAR-JUG-GLASS.png").read_bytes())
    (folder / "JUG.gif").write_bytes(b"GIF89a")
    (folder / os.fsdecode(b"\xff.png")).write_bytes(b"")
    (folder / "JUG.png").write_bytes(b"<html>")
    answer = told.hub("brand", "check", "harbor")
    rows = answer.stderr.splitlines()
    assert len(rows) == 4 and all("brands/harbor/pictures/" in row for row in rows)
    assert "JUG 2.png: never shown: no page looks for this name; rename it" in rows[0]
    assert "1 article has a picture; 4 files beside them will never be shown." in answer.stdout
    draft = tmp_path / "draft.yaml"
    draft.write_text("name: ''")
    output = told.hub("brand", "check", "harbor", str(draft), fails=True).output
    assert "JUG.gif" in output and "brand.yaml" in output
    said = json.loads(told.hub("brand", "check", "harbor", "--json").stdout)
    assert said["right"] is True and said["mistakes"] == [] and said["pictures"]["shown"] == 1
    [first, *others] = said["pictures"]["never_shown"]
    assert first["name"] == "JUG 2.png" and "JUG%202.png" in first["why"] and len(others) == 3
    failed = told.hub("brand", "check", "harbor", str(draft), "--json", fails=True)
    wrong = json.loads(failed.stdout)
    assert wrong["right"] is False and wrong["mistakes"] and wrong["pictures"] == said["pictures"]
    assert "no brand" in told.hub("brand", "check", "nobody", fails=True).output


def test_a_brand_is_made_by_command_of_a_page_or_of_another_brand(
    told: Told, tmp_path: Path
) -> None:
    said = ("--host", "maple.localhost", "--reply", "care@maple.example.com")
    made = told.hub("brand", "new", "maple", "--name", "Maple House", *said, "--like", "harbor")
    assert "next start" in made.output and "hub keys add --brand maple" in made.output
    brands = load_brands(settings.read_pages(told.folder))
    maple, harbor = brands["maple"], brands["harbor"]
    assert (maple.name, maple.hosts, maple.po_prefix) == (
        "Maple House",
        ("maple.localhost",),
        "MAP",
    )
    assert (maple.colours, maple.texts) == (harbor.colours, harbor.texts)
    assert (maple.buyer_code, maple.mail_from) == ("MAPLE", "care@maple.example.com")
    assert maple.logo == maple.phone == ""
    [(who, body)] = told.recorded("brand/maple")
    assert who == WHO and body["logo"] == ""
    assert told.json("keys", "add", "--brand", "maple")["key"]
    page = told.folder / "maple" / "brand.yaml"
    for brand, more, wrong in (
        ("maple", (), "there is a brand maple already"),
        ("Oak!", (), "choose another: a letter first"),
        ("examples", (), "choose another"),
        ("../oak", (), "choose another"),
        ("oak", ("--prefix", "JUN"), "belongs to juniper"),
        ("oak", ("--host", "desk.localhost"), "HUB_DESK"),
        ("oak", ("--like", "nobody"), "there is no brand"),
    ):
        new = ("brand", "new", brand, "--name", "Oak", "--reply", "a@oak.example.com", *more)
        assert wrong in told.hub(*new, fails=True).output, brand
    assert "belongs to maple" in told.hub("brand", "new", "oak", str(page), fails=True).output
    assert not (told.folder / "oak").exists()
    oak = tmp_path / "oak.yaml"
    oak.write_text(page.read_text().replace("maple", "oak").replace("MAP", "OAK"))
    told.hub("brand", "check", "oak", str(oak))
    told.hub("brand", "new", "oak", str(oak))
    assert load_brands(settings.read_pages(told.folder))["oak"].hosts == ("oak.localhost",)


def test_no_brand_is_made_beside_those_that_came_with_the_code(told: Told) -> None:
    shipped = {name: text for name, text in told.environment.items() if name != "HUB_BRANDS"}
    words = ["brand", "new", "elm", "--name", "Elm", "--reply", "a@elm.example.com"]
    refused = CliRunner().invoke(commands, words, obj=Desk(shipped))
    assert refused.exit_code == 1 and "name it in HUB_BRANDS" in refused.output
    bare = CliRunner().invoke(commands, words[:3], obj=Desk(told.environment))
    assert bare.exit_code == 2 and "--name and --reply" in bare.output
