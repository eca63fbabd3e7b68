"""What every room of people stands on: answers with their guards, forms, sessions, words, times.

What lives here: what customers', suppliers', clerks' and operators' pages share. What does not: any
page. Who may come in: the rooms beside it, and `portal.web.app`.
"""
