"""What an endpoint was told, page by page, however few facts are looked through at once."""

import pytest

from hub.domain.webhooks import Batch
from hub.flow import webhook_told
from hub.flow.webhook_told import Taking, ToldPage
from hub.flow.webhooks import Made
from tests.rigs.posts import Post, furnished, hooked
from tests.rigs.receivers import Says

__all__ = ["furnished", "hooked"]


def _page(post: Post, made: Made, before: int = 0) -> ToldPage:
    return webhook_told.told(post.house.parts, None, made.seen.row.id, before=before)


def _narrow(monkeypatch: pytest.MonkeyPatch, *, window: int, windows: int) -> None:
    monkeypatch.setattr(webhook_told, "WINDOW", window)
    monkeypatch.setattr(webhook_told, "MOST_WINDOWS", windows)


def test_paging_goes_on_where_looking_through_stopped_until_all_was_seen(
    hooked: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = hooked.register(types=("order.placed",))
    hooked.orders("1001", "1002", "1003")
    hooked.go()
    whole = _page(hooked, made)
    assert len(whole.rows) == 3 and whole.before == 0
    _narrow(monkeypatch, window=1, windows=1)
    pages = [_page(hooked, made)]
    while pages[-1].before:
        assert len(pages) < 100
        pages.append(_page(hooked, made, pages[-1].before))
    assert [row for page in pages for row in page.rows] == list(whole.rows)
    assert any(not page.rows and page.before for page in pages)


def test_events_of_one_call_are_in_one_state_wherever_windows_end(
    hooked: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = hooked.register(batch=Batch(events=3, seconds=60), types=("order.placed",))
    hooked.receiver.script = lambda call, before: Says(status=500)
    hooked.orders("1001", "1002", "1003")
    hooked.go()
    whole = _page(hooked, made)
    assert [row.taking for row in whole.rows] == [Taking.WAITING] * 3
    for window in (1, 2, 3):
        _narrow(monkeypatch, window=window, windows=100)
        assert _page(hooked, made) == whole
        for shown in (1, 2):
            with monkeypatch.context() as patch:
                patch.setattr(webhook_told, "MOST_SHOWN", shown)
                assert _page(hooked, made).rows == whole.rows[:shown]
