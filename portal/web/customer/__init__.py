"""The customers' rooms: find an order, see where it is, say what should become of it.

What lives here: pages that need no account; the host decides whose brand they wear. What does not:
what an order's state means in words (`hub.domain.status`), mails (`hub.render`).
"""
