"""The two rivers and the door for orders: the only place where pure and impure meet.

What lives here: the order of steps. Inbound: receive, archive, split, acknowledge, translate,
apply, remember, route. Outbound: claim, compose, translate, number, join, keep, put, stamp.
What does not: what papers mean (domain, mapping), how bytes move (transports), SQL (store).
Who may come in: ops, api, schedule, lab's launcher in main, cli.
"""
