"""The laboratory: partners that are not there, on a clock that goes as fast as one likes.

What lives here: simulated partners in six languages with readings of their own, one more at the
portal, the doors that the hub finds them behind, storefronts and carriers at the REST door, a mail
server that delivers nowhere; the demo's catalogue, orders and directory; scenarios, what goes wrong
in them by name, and the verdict. What does not: anything a real installation runs, and the hub's
own formats and maps: two sides that share one misreading would agree about it.
Who may come in: the demo, `hub lab` and tests.
"""
