"""What letters are written on: templates in `templates/`, one per kind and language, in text and in HTML
alike.

A template says only sentences, as plain text; the layouts put them into a mail, and the HTML one
escapes whatever it is given.
"""

from pathlib import Path
from typing import Any, Final, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from domain import texts
from domain.messages import Value

TEMPLATES: Final = Path(__file__).parent / "templates"

TURNS: Final = dict.fromkeys(map(ord, texts.TURNS))
"""Left out of mails and calendars, whose own words may stand on the other side of them."""


class Written(NamedTuple):
    """A letter in words."""

    subject: str
    text: str
    html: str


class Paper:
    """Knows the templates."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(["html.j2"], default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def written(self, kind: str, words: Value, *, shared: str = "words", **more: Any) -> Written:
        """Return a letter of this kind that says these words; with greeting and rows as in `shared`."""
        language = getattr(words, "language", "")
        template = self._templates.get_template(f"{kind}.{language}.j2")
        said = template.make_module({"m": words, **more})
        values = {"m": words, "said": said, "shared": shared, "link": more.get("link")}
        return Written(
            subject=line(getattr(said, "subject", "")),
            text=_tidy(self._templates.get_template("layout.txt.j2").render(values)),
            html=self._templates.get_template("layout.html.j2").render(values),
        )


def line(text: str | None) -> str:
    """Return it on one line, as people see it: a name with a line break would be a header, or a sentence,
    of its own. What history has may be older than what is refused today.
    """
    return " ".join(texts.shown(text or "").translate(TURNS).split())


def lines(text: str) -> str:
    """Return a text of several lines without what nothing can show."""
    return "\n".join(line(each) for each in text.splitlines())


def _tidy(text: str) -> str:
    """Leave one empty line where several paragraphs had nothing to say."""
    paragraphs = [part.strip("\n") for part in text.split("\n\n")]
    return "\n\n".join(part for part in paragraphs if part.strip()) + "\n"
