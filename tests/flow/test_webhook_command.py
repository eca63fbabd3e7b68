"""`hub webhook` on a real house, a worker that tells, and what those who watch the hub see."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from hub import main
from hub.cli.desk import Desk
from hub.cli.root import commands
from hub.flow import webhooks
from hub.flow.parts import Parts
from hub.flow.webhook_rounds import Rounds
from hub.flow.webhooks import NewWebhook, Owner
from hub.ops.metrics import exposition
from hub.schedule import Worker
from hub.transports import http
from tests.rigs.houses import House, post, shopping
from tests.rigs.receivers import Receiver, Says, led_to, receiving, until
from tests.rigs.rehoused import furnished, rehoused

URL = "https://shop.example.com/hook"

__all__ = ["furnished"]


@dataclass(slots=True)
class Told:
    """A house, the command line that looks at it from outside, and where calls end."""

    house: House
    receiver: Receiver
    environment: dict[str, str]

    def hub(self, *words: str) -> Result:
        """Run a command to its end."""
        answer = CliRunner().invoke(commands, list(words), obj=Desk(self.environment))
        if answer.exception is not None and not isinstance(answer.exception, SystemExit):
            raise answer.exception
        return answer

    def json(self, *words: str) -> dict[str, object]:
        """Run a command that must not fail and return its JSON."""
        answer = self.hub(*words, "--json")
        assert answer.exit_code == 0, answer.stderr
        found: dict[str, object] = json.loads(answer.stdout)
        return found

    def sealed(self, number: str) -> None:
        """Place an order and let the sealer catch up."""
        post(self.house, shopping(number))
        parts = self.house.parts
        parts.store.write(lambda tx: tx.facts.seal(now=parts.now()))


@pytest.fixture
def told(furnished: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """A house on SQLite (the stores are held against one another elsewhere)."""
    environment = {"HUB_DATA_DIR": str(tmp_path)}
    settings = main.read_settings(environment)
    main.open_store(settings).migrate()
    house = rehoused(furnished, main.open_store(settings))

    def built(chosen: Mapping[str, str], *, migrate: bool = False) -> Parts:
        return replace(house.parts, store=main.open_store(main.read_settings(chosen)))

    monkeypatch.setattr(main, "build", built)
    with receiving() as receiver:
        house.parts = led_to(house.parts, receiver)
        yield Told(house=house, receiver=receiver, environment=environment)
    house.parts.store.close()


def test_an_endpoint_is_added_shown_tried_rotated_and_removed(told: Told) -> None:
    assert "nobody" in told.hub("webhook", "list").stdout.lower()
    added = told.hub("webhook", "add", URL, "--brand", "juniper", "--type", "order.placed")
    assert added.exit_code == 0, added.stderr
    assert added.stdout.startswith("whsec_")
    assert added.stdout.strip() not in added.stderr
    (row,) = told.json("webhook", "list")["webhooks"]
    webhook_id = row["row"]["id"]
    assert row["row"]["url"] == URL
    assert added.stdout.strip() not in told.hub("webhook", "list", "--json").stdout
    tried = told.hub("webhook", "test", webhook_id)
    assert "answered 204" in tried.stdout
    assert json.loads(told.receiver.calls[0].body)["type"] == "webhook.test"
    told.receiver.script = lambda call, before: Says(status=500)
    failed = told.hub("webhook", "test", webhook_id)
    assert (failed.exit_code, "answered 500" in failed.stderr) == (1, True)
    fresh = told.json("webhook", "rotate", webhook_id)["secret"]
    assert fresh != added.stdout.strip()
    assert told.hub("webhook", "remove", webhook_id).exit_code == 0
    assert told.json("webhook", "list")["webhooks"] == []


def test_what_was_not_taken_is_shown_and_sent_once_more(told: Told) -> None:
    webhook_id = told.json("webhook", "add", URL, "--brand", "juniper")["id"]
    told.receiver.script = lambda call, before: Says(status=410)
    told.sealed("1001")
    rounds = Rounds(told.house.parts)
    rounds.until_idle()
    assert "410" in told.hub("webhook", "list").stdout
    told.receiver.script = lambda call, before: Says(status=500)
    assert told.hub("webhook", "resume", webhook_id).exit_code == 0
    assert "already" in told.hub("webhook", "resume", webhook_id).stderr
    for _ in range(60):
        rounds.until_idle()
        told.house.clock.time += timedelta(hours=2)
    dead = told.json("webhook", "dead", webhook_id)["dead"]
    assert [one["told"] for one in dead] == ["it answered 500"] * 3
    assert "it answered 500" in told.hub("webhook", "dead", webhook_id).stdout
    assert "webhook replay" in told.hub("exceptions").stdout
    told.receiver.script = lambda call, before: Says()
    assert "1 messages" in told.hub("webhook", "replay", webhook_id, dead[0]["id"]).stdout
    assert "2 messages" in told.hub("webhook", "replay", webhook_id).stdout
    rounds.until_idle()
    assert len(told.receiver.taken) == 3
    assert told.hub("webhook", "dead", webhook_id).stdout.startswith("Everything")
    assert "from 1 to 3" in told.hub("webhook", "replay", webhook_id, "--after", "0").stdout
    rounds.until_idle()
    assert len(told.receiver.taken) == 6


def test_every_mistake_has_a_way_out(told: Told) -> None:
    for words, sentence in (
        (["add", URL], "brand or to a partner"),
        (["add", URL, "--brand", "juniper", "--partner", "acme"], "brand or to a partner"),
        (["add", URL, "--brand", "nobody"], "there are: "),
        (["add", URL, "--partner", "nobody"], "there are: acme"),
        (["add", "http://shop.example.com", "--brand", "juniper"], "only https://"),
        (["add", URL, "--brand", "juniper", "--type", "x"], "there are: "),
        (["rotate", "wh_none"], "there is no endpoint"),
        (["dead", "wh_none"], "there is no endpoint"),
        (["remove", "wh_none"], "there is no endpoint"),
        (["test", "wh_none"], "there is no endpoint"),
        (["replay", "wh_none", "msg_1", "--after", "3"], "not both"),
    ):
        answer = told.hub("webhook", *words)
        assert answer.exit_code == 1, words
        assert sentence in answer.stderr
    webhook_id = told.json("webhook", "add", URL, "--brand", "juniper")["id"]
    assert "already" in told.hub("webhook", "add", URL, "--brand", "juniper").stderr
    lost = told.hub("webhook", "replay", str(webhook_id), "msg_1")
    assert "not on the dead list" in lost.stderr
    assert "up to 0" in told.hub("webhook", "replay", str(webhook_id), "--after", "5").stderr


def test_a_worker_tells_while_it_runs_and_before_it_is_idle(told: Told) -> None:
    webhooks.register(told.house.parts, Owner(brand="juniper"), NewWebhook(url=URL), who="test")
    worker = Worker(told.house.parts, owner="test")
    worker.start()
    post(told.house, shopping("1001"))
    until(lambda: len(told.receiver.taken) >= 4)  # three facts, and that Acme was sent its part
    worker.stop()
    assert not worker.broken
    post(told.house, shopping("1002"))
    Worker(told.house.parts, owner="idle").until_idle()
    types = {json.loads(call.body)["type"] for call in told.receiver.taken}
    assert {"order.placed", "lines.sourced", "promise.made", "purchase_order.sent"} <= types
    assert len({call.id for call in told.receiver.taken}) == len(told.receiver.taken) == 8


def test_a_name_that_turned_inwards_is_never_called(told: Told) -> None:
    wire = SimpleNamespace(post=http.post, refusal=lambda url, limits: "")
    parts = replace(told.house.parts, wires={**told.house.parts.wires, "http": wire})
    url = f"https://localhost:{told.receiver.port}/hook"
    made = webhooks.register(parts, Owner(brand="juniper"), NewWebhook(url=url), who="test")
    told.sealed("1001")
    rounds = Rounds(parts)
    assert rounds.until_idle() == 3
    assert told.receiver.calls == []
    for _ in range(60):
        rounds.until_idle()
        told.house.clock.time += timedelta(hours=2)
    dead = webhooks.dead_list(parts, None, made.seen.row.id, limit=9)
    assert len(dead) == 3
    assert all("public addresses alone" in one.told for one in dead)
    assert told.receiver.calls == []


def test_what_waits_and_what_is_dead_is_measured(told: Told) -> None:
    webhooks.register(told.house.parts, Owner(brand="juniper"), NewWebhook(url=URL), who="test")
    told.receiver.script = lambda call, before: Says(status=500)
    told.sealed("1001")
    rounds = Rounds(told.house.parts)
    rounds.until_idle()
    assert 'hub_webhook_messages{state="waiting"} 3.0' in _metrics(told)
    for _ in range(60):
        rounds.until_idle()
        told.house.clock.time += timedelta(hours=2)
    shown = _metrics(told)
    assert 'hub_webhook_messages{state="waiting"} 0.0' in shown
    assert 'hub_webhook_messages{state="dead"} 3.0' in shown
    assert "hub_webhooks_ended 0.0" in shown


def _metrics(told: Told) -> str:
    with told.house.parts.store.read() as tx:
        seen = tx.figures.counts(), tx.duties.lanes()
    return exposition(seen, [], now=told.house.clock(), sets=[], code="1").decode()
