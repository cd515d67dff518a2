"""What commands say of themselves: paragraphs that run on, wherever a line ends in the code."""

from inspect import cleandoc

import typer


def paragraphs(text: str) -> list[str]:
    """Return each paragraph of a docstring on one line."""
    return [" ".join(each.split()) for each in cleandoc(text).split("\n\n")]


def flow(app: typer.Typer) -> None:
    """Let the help of every command, however deep, break its lines where the terminal ends."""
    for group in app.registered_groups:
        if group.typer_instance is not None:
            flow(group.typer_instance)
    for command in app.registered_commands:
        said = command.help or (command.callback and command.callback.__doc__) or ""
        command.help = "\n\n".join(paragraphs(said))
