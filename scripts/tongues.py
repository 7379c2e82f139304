"""The languages that the pages of the documentation are written in, and what their tables say.

The names of entities are those of the translations; the words around them stand here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]

_WORDS: Final[Mapping[str, str]] = {
    "Label": "Étiquette",
    "Entity": "Entité",
    "Name": "Nom",
    "Unit": "Unité",
    "Class": "Classe",
    "By default": "Par défaut",
    "What": "Quoi",
    "Change worth telling": "Écart qui compte",
    "Shortest interval": "Intervalle le plus court",
    "Longest interval": "Intervalle le plus long",
    "enabled": "activée",
    "disabled": "désactivée",
    "not under Tempo": "sauf en Tempo",
    "enabled: those of the contract": "activés\N{NO-BREAK SPACE}: ceux du contrat",
    "anything": "n’importe quelle valeur",
    "{unit}, shown in {shown}": "{unit}, affiché en {shown}",
    ".": ",",  # between a whole number and its decimals
    " ": "\N{NO-BREAK SPACE}",  # between a number and its unit
    "; ": "\N{NO-BREAK SPACE}; ",
}


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language: the names of entities by platform and key, and its word for an English one."""

    entities: Mapping[str, Mapping[str, Mapping[str, str]]]
    words: Mapping[str, str]

    @property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        """The names of sensors."""
        return self.entities["sensor"]

    def say(self, english: str) -> str:
        """Give what stands for an English word; what is spelt alike in both is not in the table."""
        return self.words.get(english, english)

    def measure(self, number: float, unit: str) -> str:
        """Write a number with its unit, if it has one."""
        digits = f"{number:g}".replace(".", self.say("."))
        return f"{digits}{self.say(' ')}{unit}" if unit else digits


def _tongue(language: str, words: Mapping[str, str]) -> Tongue:
    file = ROOT / "custom_components/linky_tic/translations" / f"{language}.json"
    return Tongue(json.loads(file.read_text())["entity"], words)


ENGLISH: Final = _tongue("en", {})
FRENCH: Final = _tongue("fr", _WORDS)


def tongue_of(page: Path) -> Tongue:
    """Give the language of a page: that of its folder."""
    return FRENCH if page.parent.name == "fr" else ENGLISH
