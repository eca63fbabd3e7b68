"""What every room of people stands on: answers with their guards, forms, sessions, words, times.

What lives here: what customers', suppliers', clerks' and operators' pages share, and the ear for
what the hub says, which is English below. What does not: any page. Who may come in: the rooms
beside it, and `portal.web.app`.
"""
