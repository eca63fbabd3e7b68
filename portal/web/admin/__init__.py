"""Keeping the hub: people and what they may do, API keys, webhooks, brands, the API's reference.

What lives here: an operator's pages over the same functions that the commands use. What does not:
judging a role or a page, making keys; that is `hub.flow`, `hub.access` and `hub.partners`. Who may
come in: `portal.web.desk.house`, which opens the doors.
"""
