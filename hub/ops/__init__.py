"""What operators ask and mend: explanations, dry runs, second tries, files of the catalogue.

What lives here: reading a catalogue file, saying in words what a paper or an order came to, trying
a file without writing, sending or settling again. What does not: printing (`hub.cli`, later the
pages), decisions (`hub.domain`), the order of steps (`hub.flow`), concrete formats or wires.
Who may come in: the doors, schedule, main and cli.
"""
