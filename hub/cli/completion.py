"""`hub completion`: the script that teaches a shell to complete this command."""

import click
from click.shell_completion import get_completion_class

from hub.cli.shown import Shown


@click.command(
    cls=Shown,
    epilog='eval "$(hub completion bash)"\n'
    "hub completion zsh > ~/.zfunc/_hub\n"
    "hub completion fish > ~/.config/fish/completions/hub.fish",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell."""
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101  # click knows the three it is asked for
    made = kind(ctx.find_root().command, {}, "hub", "_HUB_COMPLETE")
    click.echo(made.source())
