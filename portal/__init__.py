"""The people's screens: pages, actions and logins over the same rivers as every other door.

What lives here: `web` (code), `templates`, `static`, and one folder per brand in `brands`.
What does not: decisions about orders (`hub.domain`), SQL (`hub.store`), the wire and the standards.
Who may come in: `hub.main`, which mounts it; nobody else knows this package.
"""
