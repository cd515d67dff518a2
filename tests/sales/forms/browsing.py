"""How tests use pages as a browser without JavaScript does: what a form holds is sent back with it."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from fastapi.testclient import TestClient


class Page(HTMLParser):
    """What somebody sees of a page, and what its form would send."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer, self.text = answer, answer.text
        self.action = ""
        self.sent: list[tuple[str, str]] = []
        self.names: list[str] = []
        self.links: list[str] = []
        self._typing = ""
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(given["href"])
        if tag == "form":
            self.action = given["action"]
        if tag in {"input", "textarea", "select"}:
            self.names.append(given["name"])
        if tag == "input" and given.get("type") not in {"checkbox", "radio", "file"}:
            self.sent.append((given["name"], given.get("value", "")))
        if tag == "input" and "checked" in given:
            self.sent.append((given["name"], given["value"]))
        self._typing = given["name"] if tag == "textarea" else ""

    def handle_data(self, data: str) -> None:
        if self._typing:
            self.sent.append((self._typing, data.removeprefix("\n")))
            self._typing = ""

    def send(self, somebody: TestClient, **typed: Any) -> "Page":
        """Type something and send the form, as it is."""
        typed = {f"q-{key}": value for key, value in typed.items()}
        fields = [(name, value) for name, value in self.sent if name not in typed]
        more = [
            (name, each)
            for name, value in typed.items()
            for each in (value if isinstance(value, list) else [value])
        ]
        return Page(
            somebody.post(
                self.action,
                content=urlencode([*fields, *more]),
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                follow_redirects=False,
            )
        )
