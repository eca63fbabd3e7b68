"""Nobody is told and nothing is taken away before it is on disk: read from traces."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faults.conftest import Swept
from tests.rigs.kill import Call, read_trace

SYNCS = ("fsync", "fdatasync")


def _trace(swept: Swept, workshop: Path, scene: str, *words: str) -> list[Call]:
    swept(scene, "--trace", *words)
    return read_trace(workshop / "trace")


def _one(calls: Sequence[Call], name: str, *words: str) -> Call:
    """The one call of that name whose text holds all the words."""
    found = [call for call in calls if call.name == name and all(w in call.text for w in words)]
    assert len(found) == 1, (name, words, found)
    return found[0]


def _log(calls: Sequence[Call], *names: str) -> list[Call]:
    """The calls of these names on the database's write-ahead log."""
    return [call for call in calls if call.name in names and "hub.db-wal>" in call.text]


def _is_safe(calls: Sequence[Call], told: Call, *, since: int) -> bool:
    """Whether something was committed after `since`, and all that was written is on disk."""
    written = [call for call in _log(calls, "pwrite64") if since < call.began < told.began]
    synced = [call for call in _log(calls, *SYNCS) if call.ended < told.began]
    return bool(written) and any(sync.began > written[-1].ended for sync in synced)


def test_a_remote_file_is_removed_only_when_its_bytes_are_on_disk(
    swept: Swept, workshop: Path
) -> None:
    calls = _trace(swept, workshop, "notice-in")
    fetched = _one(calls, "openat", "acme/out/856.edi")
    removed = _one(calls, "unlink", "acme/out/856.edi")
    assert _is_safe(calls, removed, since=fetched.began)


def test_a_large_file_is_in_the_archive_before_its_row_is(swept: Swept, workshop: Path) -> None:
    calls = _trace(swept, workshop, "in")
    removed = _one(calls, "unlink", "acme/out/856.edi")
    draft = _one(calls, "fsync", "archive/drafts/")
    named = _one(calls, "linkat" if _has(calls, "linkat") else "link", "archive/drafts/")
    folder = next(call for call in calls if call.name == "fsync" and call.began > named.began)
    assert draft.ended < named.began
    assert "archive/" in folder.text and ".edi" not in folder.text
    assert _is_safe(calls, removed, since=folder.ended)


def _has(calls: Sequence[Call], name: str) -> bool:
    return any(call.name == name and "archive/drafts/" in call.text for call in calls)


def test_an_order_is_answered_only_when_it_is_on_disk(swept: Swept, workshop: Path) -> None:
    calls = _trace(swept, workshop, "one-out")
    answer = _one(calls, "write", "stage/answers>")
    assert _is_safe(calls, answer, since=-1)


def test_a_file_appears_at_the_partner_only_when_its_numbers_are_on_disk(
    swept: Swept, workshop: Path
) -> None:
    calls = _trace(swept, workshop, "one-out")
    answer = _one(calls, "write", "stage/answers>")
    appears = next(
        call
        for call in calls
        if call.name in ("link", "linkat") and ".acme_850_000000001.edi.tmp" in call.text
    )
    whole = _one(calls, "fsync", ".acme_850_000000001.edi.tmp>")
    assert whole.ended < appears.began
    assert _is_safe(calls, appears, since=answer.ended)


@pytest.mark.parametrize(
    ("mutant", "scene", "told"),
    [
        ("answers_before_the_commit", "one-out", ("write", "stage/answers>")),
        ("removes_before_keeping", "notice-in", ("unlink", "acme/out/856.edi")),
    ],
)
def test_a_trace_of_a_wrong_hub_is_refused(
    mutant: str, scene: str, told: tuple[str, str], swept: Swept, workshop: Path
) -> None:
    calls = _trace(swept, workshop, scene, "--mutant", mutant)
    since = -1
    if scene == "notice-in":
        since = _one(calls, "openat", "acme/out/856.edi").began
    assert not _is_safe(calls, _one(calls, *told), since=since)
