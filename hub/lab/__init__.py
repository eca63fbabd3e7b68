"""The laboratory: partners that are not there, and the stage on which the demo plays.

What lives here: simulated suppliers with their own small reading of X12, an SFTP server for them,
storefronts and carriers at the REST door, a mail server that delivers nowhere, the demo's catalogue
and orders, and its directory with keys and pages. What does not: anything a real installation
runs, and the hub's own formats and maps — two sides that share one misreading would agree about it.
Who may come in: the demo and tests.
"""
