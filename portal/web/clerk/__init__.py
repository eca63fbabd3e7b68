"""The clerks' room: the one on the line is answered from here, and orders taken by phone.

What lives here: search, one order whole, notes, new orders and changes as forms. What does not:
rules about orders; whatever a clerk does takes the doors that a storefront's program takes.
"""
