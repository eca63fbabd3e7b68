"""What operators ask, watch and mend: explanations, dry runs, second tries, health, metrics.

What lives here: reading a catalogue file, saying in words what a paper or an order came to, trying
a file without writing, sending or settling again; health and metrics for those who watch the hub.
What does not: printing (`hub.cli`, later the pages), decisions (`hub.domain`), the order of steps
(`hub.flow`), concrete formats or wires. Who may come in: the doors, schedule, main and cli.
"""
