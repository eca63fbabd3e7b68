"""A customer's number in any letters is looked for among the partner's own orders alone."""

from hub.store import Store, given


def test_a_search_in_any_letters_goes_by_the_partners_orders(store: Store, engine: str) -> None:
    values = {"partner": "corner", "like": "web-1"}
    with store._engine.read() as connection:
        ready = given._FOUND_IN_ANY_CASE.ready(connection._dialect)
        if engine == "postgresql":  # it would read an empty table from end to end
            connection._cursor.execute("SET LOCAL enable_seqscan = off")
        word = "EXPLAIN QUERY PLAN " if engine == "sqlite" else "EXPLAIN "
        connection._cursor.execute(word + ready.text, ready.bound(values))
        plan = [str(row) for row in connection._cursor.fetchall()]
    assert any("part_sum_by_partner" in row for row in plan), plan
    whole = [row for row in plan if "Seq Scan" in row or ("SCAN " in row and "USING" not in row)]
    assert whole == []
