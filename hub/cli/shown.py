"""How commands show themselves: examples first, near names, errors with a way out."""

import difflib
from collections.abc import Iterable

import click

from hub.cli.words import clean

PARTLY = 3
"""Exit code when some of what was asked was done and some was not."""

HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Failure(click.ClickException):
    """A command that did not do what was asked: what, and the command that helps."""

    exit_code = 1

    def __init__(self, text: str, *, then: str = "") -> None:
        super().__init__(text)
        self.then = then

    def show(self, file: object = None) -> None:
        """Write the sentence and the way out to stderr."""
        click.echo(f"hub: {clean(self.message)}", err=True)
        if self.then:
            click.echo(f"next: {self.then}", err=True)


class Mistakes(Failure):
    """Several mistakes in pages or settings, one line each, as they were found."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))

    def show(self, file: object = None) -> None:
        """Write one line a mistake and how many there are."""
        for mistake in self.mistakes:
            click.echo(clean(mistake), err=True)
        count = len(self.mistakes)
        click.echo(f"hub: {count} mistake{'s' if count != 1 else ''}", err=True)


class Shown(click.Command):
    """A command whose help begins with examples; they are its `epilog`, one a line."""

    def __init__(self, *args: object, **_attributes: object) -> None:
        _attributes.setdefault("context_settings", HELP)
        super().__init__(*args, **_attributes)  # type: ignore[arg-type]

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write usage, examples, text and options, in this order."""
        self.format_usage(ctx, formatter)
        _write_examples(self.epilog, formatter)
        self.format_help_text(ctx, formatter)
        self.format_options(ctx, formatter)


class ShownGroup(click.Group):
    """A family of commands, shown the same way; an unknown name is told the nearest one."""

    command_class = Shown

    def __init__(self, *args: object, **_attributes: object) -> None:
        _attributes.setdefault("context_settings", HELP)
        super().__init__(*args, **_attributes)  # type: ignore[arg-type]

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write usage, examples, text, options and commands, in this order."""
        self.format_usage(ctx, formatter)
        _write_examples(self.epilog, formatter)
        self.format_help_text(ctx, formatter)
        self.format_options(ctx, formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; an unknown one is a mistake of usage that names what was meant."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            known = self.list_commands(ctx)
            close = difflib.get_close_matches(name, known, n=1)
            way_out = f"did you mean `{close[0]}`?" if close else f"there are: {', '.join(known)}"
            raise click.UsageError(f"there is no command {clean(name)!r}; {way_out}", ctx)
        return super().resolve_command(ctx, args)


def _write_examples(examples: str | None, formatter: click.HelpFormatter) -> None:
    if examples:
        with formatter.section("Examples"):
            for line in examples.splitlines():
                formatter.write(f"  {line}\n")


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON with stable keys.")
