"""The examples of the pages: what stands there to be copied, by what it is.

It knows how a block begins, and what a reader puts in place of what is not theirs.
"""

from dataclasses import dataclass
from pathlib import Path
import re
from textwrap import dedent
from typing import Final

from homeassistant.util.yaml import parse_yaml

from tests.pages import PAGES

from .client import Json

_BLOCK: Final = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """A block of a page; its kind is its language, and of YAML the keys of its first level."""

    page: Path
    number: int
    language: str
    text: str

    @property
    def name(self) -> str:
        """An identifier that an automation may have."""
        return f"{self.page.parent.name}_{self.page.stem}_{self.number}".lower().replace("-", "_")

    @property
    def kind(self) -> str:
        keys = re.findall(r"^(\w+):", self.text, re.MULTILINE) if self.language == "yaml" else ()
        return " ".join((self.language, *sorted(keys)))

    def read(self, *replaced: tuple[str, str]) -> Json:
        """The block as data, with what stands for something replaced by that."""
        text = self.text
        for shown, ours in replaced:
            text = text.replace(shown, ours)
        return parse_yaml(text)


def examples(*kinds: str) -> list[Example]:
    """Give those of some kinds, or all."""
    found = [
        Example(page, number, language, dedent(text))
        for page in PAGES
        for number, (language, text) in enumerate(_BLOCK.findall(page.read_text()), 1)
    ]
    return [one for one in found if not kinds or one.kind in kinds]


def ids(some: list[Example]) -> list[str]:
    return [one.name for one in some]


AUTOMATIONS: Final = examples("yaml actions triggers", "yaml actions conditions triggers")
SCRIPTS: Final = examples("yaml actions")
CALLS: Final = examples("yaml action data")
COMPARISONS: Final = examples("yaml action data response_variable")
MQTT: Final = examples("yaml mqtt")
EVCC: Final = examples("yaml meters site")
SER2NET: Final = examples("yaml connection")
FLOWS: Final = [one for one in examples("json") if one.text.startswith("[")]
MESSAGES: Final = [one for one in examples("json") if one.text.startswith("{")]
TELEGRAF: Final = examples("toml")
PIPES: Final = [one for one in examples("sh") if "| jq" in one.text]
