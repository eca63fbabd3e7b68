"""What the desks' pages read and do, each in one call: the operator's and the clerk's.

What lives here: values that carry everything a page shows, in words, and the acts behind its
buttons. What does not: pages and who may see them (`portal`), decisions (`hub.domain`), the order
of steps (`hub.flow`), SQL (`hub.store`).
Who may come in: the portal's desks and `hub.cli`. Take each name from its own module.
"""
