"""Rule 6: the choice is as good as trying everything, and every candidate hears why."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.allotting import Pick
from hub.domain.sourcing import Sourced, Wanted, choose
from hub.domain.stock import UNLIMITED, Availability, Reserved, StockLevel, available
from tests.unit.domain.trade import offer

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SOON = date(2026, 12, 1)
PARTNERS = ["acme", "corner", "delta"]


def has(now: int, later: int = 0) -> Availability:
    """So many at hand, so many of the next delivery."""
    return Availability(now=now, later=later, later_on=SOON if later else None, as_of=NOW)


def want(quantity: int, sku: str = "S", line: str = "l", partner: str = "") -> Wanted:
    """Units of one line."""
    return Wanted(line_id=line, sku=sku, quantity=quantity, currency="USD", partner=partner)


def chosen(sourced: Sourced, line: str = "l") -> list[tuple[str, int, bool]]:
    """Who gives how many of a line, and whether they have to come first."""
    picks = sourced.chosen.get(line, ())
    return [(pick.offer.partner, pick.quantity, pick.ships_on is not None) for pick in picks]


# --- as good as everything ---------------------------------------------------------------------

_STANDS = st.dictionaries(
    st.sampled_from(PARTNERS),
    st.tuples(
        st.integers(0, 2),  # priority
        st.integers(1, 3),  # cost of a pack
        st.sampled_from([1, 1, 2, 3]),  # units of a pack
        st.one_of(st.none(), st.integers(0, 5)),  # at hand
        st.integers(0, 3),  # later
    ),
    max_size=3,
)
_SKU = st.sampled_from(["A", "B"])
_LINES = st.one_of(
    st.lists(st.tuples(_SKU, st.integers(1, 5)), min_size=1, max_size=2),
    st.lists(st.tuples(_SKU, st.integers(1, 3)), min_size=3, max_size=3),
)


@settings(max_examples=150, deadline=None)
@given(st.fixed_dictionaries({"A": _STANDS, "B": _STANDS}), _LINES)
def test_stock_packs_and_costs_are_shared_as_well_as_can_be(stands, lines) -> None:
    wanted = [want(units, sku, f"l{n}") for n, (sku, units) in enumerate(lines)]
    offers = {
        sku: [
            replace(offer(partner, sku, priority=priority, pack=pack), cost=cost)
            for partner, (priority, cost, pack, _, _) in row.items()
        ]
        for sku, row in stands.items()
    }
    stock = {
        (partner, sku): has(now, later) if now is not None else UNLIMITED
        for sku, row in stands.items()
        for partner, (_, _, _, now, later) in row.items()
    }
    found = choose(
        wanted,
        offers=offers,
        priorities=dict.fromkeys(PARTNERS, 0),
        without={},
        today=TODAY,
        stock=stock,
    )
    picks = [(line.line_id, pick) for line in wanted for pick in found.chosen.get(line.line_id, ())]
    _possible(picks, stock)
    best = min(_every_way(wanted, stands))
    assert _worth(wanted, picks, stands) == best
    assert all(one.reason for one in found.candidates)


def _possible(picks: list[tuple[str, Pick]], stock: dict[tuple[str, str], Availability]) -> None:
    given_away: dict[tuple[str, str], list[int]] = {}
    for _, pick in picks:
        assert pick.quantity % pick.offer.units_per_pack == 0
        one = given_away.setdefault((pick.offer.partner, pick.offer.sku), [0, 0])
        one[pick.ships_on is not None] += pick.quantity
    for pair, (now, later) in given_away.items():
        limit = stock[pair]
        assert limit.now is None or (now <= limit.now and now + later <= limit.now + limit.later)


def _worth(wanted, picks, stands) -> tuple[int, ...]:
    given_now = sum(pick.quantity for _, pick in picks)
    pieces = {(line, pick.offer.partner): pick.offer for line, pick in picks}
    return (
        sum(line.quantity for line in wanted) - given_now,
        sum(pick.quantity for _, pick in picks if pick.ships_on),
        len({pick.offer.partner for _, pick in picks}),
        len(pieces),
        sum(stands[one.sku][one.partner][0] for one in pieces.values()),
        sum(pick.offer.cost * pick.quantity // pick.offer.units_per_pack for _, pick in picks),
    )


def _every_way(wanted, stands) -> Iterator[tuple[int, ...]]:
    """Try every count of packs from every partner for every line."""
    per_sku = [list(_ways(sku, wanted, stands)) for sku in {line.sku for line in wanted}]
    for ways in product(*per_sku):
        yield (
            sum(way[0] for way in ways),
            sum(way[1] for way in ways),
            len(set().union(*(way[2] for way in ways))),
            sum(way[3] for way in ways),
            sum(way[4] for way in ways),
            sum(way[5] for way in ways),
        )


def _ways(sku, wanted, stands) -> Iterator[tuple[int, int, frozenset[str], int, int, int]]:
    lines = [line.quantity for line in wanted if line.sku == sku]
    row = list(stands[sku].items())
    seen = set()
    choices = [range(units // pack + 1) for units in lines for _, (_, _, pack, _, _) in row]
    for counts in product(*choices):
        packs = [counts[n * len(row) : (n + 1) * len(row)] for n in range(len(lines))]
        way = _way(lines, row, packs)
        if way is not None and way not in seen:
            seen.add(way)
            yield way


def _way(lines, row, packs):
    unfilled, later, pieces, weight, cost = sum(lines), 0, 0, 0, 0
    for units, mine in zip(lines, packs, strict=True):
        given_units = sum(count * one[1][2] for count, one in zip(mine, row, strict=True))
        if given_units > units:
            return None
        unfilled -= given_units
    used = set()
    for at, (partner, (priority, price, pack, now, more)) in enumerate(row):
        total = sum(mine[at] for mine in packs)
        if now is not None:
            if total * pack > now + more:
                return None
            later += max(0, total - now // pack) * pack
        given_lines = sum(1 for mine in packs if mine[at])
        pieces += given_lines
        weight += given_lines * priority
        cost += total * price
        if total:
            used.add(partner)
    return (unfilled, later, frozenset(used), pieces, weight, cost)


# --- one by one --------------------------------------------------------------------------------


def source(line: Wanted, stock: dict[str, Availability], **more: object) -> Sourced:
    """Ask Acme first, then Corner and Delta, all of whom sell it."""
    offers = {"S": [offer(name, "S", priority=n) for n, name in enumerate(PARTNERS)]}
    terms = {"offers": offers, "without": {}, "today": TODAY, **more}
    pairs = {(partner, "S"): one for partner, one in stock.items()}
    return choose([line], priorities=dict.fromkeys(PARTNERS, 0), stock=pairs, **terms)


def reasons(found: Sourced) -> dict[str, str]:
    """Why each candidate won or lost."""
    return {one.partner: one.reason for one in found.candidates}


def test_a_line_goes_whole_to_whoever_has_it_and_the_others_hear_their_numbers() -> None:
    found = source(want(5), {"acme": has(3), "corner": has(9), "delta": has(0)})
    assert chosen(found) == [("corner", 5, False)]
    told = reasons(found)
    assert told["acme"] == "has 3 of 5; priority 0"
    assert told["corner"] == "fills the order with the fewest partners; has 9 of 5; priority 1"
    assert told["delta"] == "has 0 of 5"


def test_a_line_is_split_only_when_no_single_partner_has_it() -> None:
    found = source(want(5), {"acme": has(3), "corner": has(2), "delta": has(1)})
    assert chosen(found) == [("acme", 3, False), ("corner", 2, False)]
    assert "fills 2 of 5" in reasons(found)["corner"]


def test_units_at_hand_win_over_units_of_a_coming_delivery() -> None:
    found = source(want(5), {"acme": has(0, 9), "corner": has(3), "delta": has(2)})
    assert chosen(found) == [("corner", 3, False), ("delta", 2, False)]
    alone = source(want(5), {"acme": has(2, 9), "corner": has(0), "delta": has(0)})
    assert chosen(alone) == [("acme", 2, False), ("acme", 3, True)]
    assert "3 of them from the delivery of 2026-12-01" in reasons(alone)["acme"]


def test_what_nobody_has_stays_unfilled() -> None:
    found = source(want(9), {"acme": has(3), "corner": has(0), "delta": has(0)})
    assert chosen(found) == [("acme", 3, False)]


def test_a_line_that_names_its_partner_goes_nowhere_else() -> None:
    found = source(want(5, partner="corner"), {"acme": has(9), "corner": has(2), "delta": has(9)})
    assert chosen(found) == [("corner", 2, False)]
    assert reasons(found)["acme"] == "is not corner, whom the line names"


def test_old_reports_missing_reports_and_places_out_of_reach_are_told() -> None:
    old = Availability(now=0, stale=True, as_of=NOW - timedelta(days=3))
    found = source(
        want(5),
        {"acme": old, "corner": Availability(now=0), "delta": has(9)},
        closed={"delta": "does not ship to US-AK"},
    )
    assert found.chosen == {}
    assert reasons(found) == {
        "acme": "cannot be relied on: its stock report is 3 days old",
        "corner": "has not reported any stock of it",
        "delta": "does not ship to US-AK",
    }


def test_cost_decides_between_equals() -> None:
    dear, cheap = offer("acme", "S"), replace(offer("corner", "S"), cost=399)
    found = source(want(1), {}, offers={"S": [dear, cheap]})
    assert chosen(found) == [("corner", 1, False)]
    assert reasons(found)["acme"] == "costs more than corner; priority 0"


def test_large_quantities_are_shared_without_trying_everything() -> None:
    found = source(want(90_000), {"acme": has(50_000), "corner": has(30_000), "delta": has(20_000)})
    assert sum(units for _, units, _ in chosen(found)) == 90_000
    one = source(want(90_000), {"acme": has(50_000), "corner": has(95_000), "delta": has(60_000)})
    assert chosen(one) == [("corner", 90_000, False)]


# --- what may be sold --------------------------------------------------------------------------


class Rules:
    """A page's rules for stock."""

    level = "reports"
    safety = 2
    trust = timedelta(hours=48)
    use_stale = False
    preorder = True


LEVEL = StockLevel(
    partner="acme", sku="S", quantity=10, as_of=NOW, heard_at=NOW, next_on=SOON, next_quantity=6
)


@pytest.mark.parametrize(
    ("reserved", "now", "later"),
    [
        ([], 8, 6),
        ([Reserved(quantity=5)], 3, 6),
        ([Reserved(quantity=11)], 0, 3),
        ([Reserved(quantity=30)], 0, 0),
        ([Reserved(quantity=5, event_at=NOW)], 3, 6),
        ([Reserved(quantity=5, event_at=NOW - timedelta(microseconds=1))], 8, 6),
    ],
)
def test_what_may_be_sold_is_the_level_less_what_it_may_still_hold(reserved, now, later) -> None:
    found = available(LEVEL, reserved, rules=Rules(), now=NOW)
    assert (found.now, found.later, found.later_on) == (now, later, SOON if later else None)


def test_an_old_level_is_not_sold_from_unless_it_is_kept_by_hand() -> None:
    late = NOW + timedelta(hours=49)
    found = available(LEVEL, (), rules=Rules(), now=late)
    assert (found.now, found.stale) == (0, True)
    by_hand = type("ByHand", (Rules,), {"level": "by_hand"})()
    assert available(LEVEL, (), rules=by_hand, now=late).now == 8
    brave = type("Brave", (Rules,), {"use_stale": True})()
    assert available(LEVEL, (), rules=brave, now=late).stale
    assert available(LEVEL, (), rules=brave, now=late).now == 8
    assert available(None, (), rules=Rules(), now=NOW).now == 0
    past = available(LEVEL, (), rules=by_hand, now=NOW + timedelta(days=30))
    assert past.later == 0, "a delivery whose day has passed is not counted on"
