"""The command line: `hub …`, one module for each family of commands, loaded when it is asked for.

What lives here: reading arguments, printing values for people or as JSON, exit codes (0 done, 1
failed, 2 wrong usage, 3 partly), starting and stopping the processes. What does not: decisions, the
building of explanations (`hub.ops`), SQL, what a paper means. The environment is read here and in
`hub.main` only. Who may come in: nobody; it stands on top.
"""

from hub.cli.root import main

__all__ = ["main"]
