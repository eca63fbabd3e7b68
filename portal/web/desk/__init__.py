"""The operators' desk: why a paper failed in words first, what is stuck, and running it again.

What lives here: pages over what `hub.ops.desk` reads and does. What does not: judging papers, any
rule about orders; clerks' pages are the room beside this one, in the same house.
"""
