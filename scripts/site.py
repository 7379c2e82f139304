"""The site of the documentation: each language of `docs/` built by MkDocs, with a way between them.

It needs the standard library and, beside it, an interpreter that has MkDocs. A link of a page that
leads out of its language is one to GitHub in the site, pictures apart.
"""

import argparse
from collections.abc import Iterator, Mapping
import json
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
LANGUAGES: Final[Mapping[str, str]] = {"fr": "Français", "en": "English"}
"""The first one is what a visitor gets whose browser asks for neither."""
ADDRESS: Final = "https://linky-tic.github.io/linky_tic"
SOURCE: Final = "https://github.com/linky-tic/linky_tic/blob/main"
PAGES: Final = (
    ("", "", ("index",)),
    (
        "Pour commencer",
        "Get started",
        ("getting-started", "adapters", "raspberry-pi", "network", "modes", "migration"),
    ),
    (
        "S’en servir",
        "Use it",
        ("entities", "tariffs", "energy", "costs", "dashboard", "automations", "actions", "mqtt"),
    ),
    (
        "En savoir plus",
        "Learn more",
        ("reporting", "values", "troubleshooting", "privacy", "limits", "statistics", "developers"),
    ),
)
"""The sections of the menu: their title in French and in English, and their pages."""
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {
        "light": "Passer au thème clair",
        "dark": "Passer au thème sombre",
        "version": "Documentation de la version {version}",
        "about": "Le compteur Linky dans Home Assistant, par sa sortie TIC",
    },
    "en": {
        "light": "Switch to the light theme",
        "dark": "Switch to the dark theme",
        "version": "Documentation of version {version}",
        "about": "The Linky meter in Home Assistant, through its TIC port",
    },
}
_OTHER: Final = re.compile(r"\[(\w+)\]\(\.\./(\w+)/([\w-]+)\.md\)")
"""The way to the same page in the other language, which MkDocs knows nothing of."""
_OUTSIDE: Final = re.compile(r"(\]\()\.\./(?!images/)([^)\s]+)")
_PICTURE: Final = re.compile(r"(\]\()\.\./images/")
"""One in HTML is left: a page is a folder in the site, and MkDocs does not touch HTML."""
_DOOR: Final = """<!doctype html>
<html lang="fr"><meta charset="utf-8"><title>Linky Direct</title>
<script>location.replace((navigator.language || "").startsWith("en") ? "en/" : "fr/")</script>
<p><a href="fr/">Français</a> · <a href="en/">English</a></p></html>
"""


def inside(text: str) -> str:
    """Give a page with its links as they are in the site."""
    text = _OTHER.sub(_to_other_language, text, count=1)
    return _PICTURE.sub(r"\1images/", _OUTSIDE.sub(_to_source, text))


def _to_other_language(found: re.Match[str]) -> str:
    name, language, page = found.groups()
    where = f"../{language}/" if page == "index" else f"../../{language}/{page}/"
    return f'<a href="{where}" target="_self">{name}</a>'


def _to_source(found: re.Match[str]) -> str:
    path = found[2]
    where = path.removeprefix("../") if path.startswith("../") else f"docs/{path}"
    return f"{found[1]}{SOURCE}/{where}"


def settings(language: str, site: Path) -> dict[str, Any]:
    """Give what the settings of the site have more in a language."""
    words = WORDS[language]
    version = json.loads((ROOT / "custom_components" / "linky_tic" / "manifest.json").read_text())[
        "version"
    ]
    schemes = (("light", "default", "dark", "night"), ("dark", "slate", "light", "sunny"))
    palette = [
        {
            "media": f"(prefers-color-scheme: {name})",
            "scheme": scheme,
            "primary": "indigo",
            "accent": "amber",
            "toggle": {"icon": f"material/weather-{icon}", "name": words[other]},
        }
        for name, scheme, other, icon in schemes
    ]
    return {
        "INHERIT": str(DOCS / "mkdocs.yml"),
        "site_url": f"{ADDRESS}/{language}/",
        "site_description": words["about"],
        "site_dir": str(site / language),
        "docs_dir": "pages",
        "copyright": words["version"].format(version=version),
        "nav": list(_menu(language)),
        "theme": {"language": language, "palette": palette},
        "plugins": {"search": {"lang": language}},
        "extra": {
            "alternate": [
                {"name": name, "lang": code, "link": f"../{code}/"}
                for code, name in LANGUAGES.items()
            ],
        },
    }


def _menu(language: str) -> Iterator[object]:
    for french, english, pages in PAGES:
        files = [f"{page}.md" for page in pages]
        title = french if language == "fr" else english
        yield {title: files} if title else files[0]


def build(language: str, work: Path, site: Path) -> int:
    """Build the site of a language; give the exit status of the generator."""
    folder = work / language
    pages = folder / "pages"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(DOCS / "images", pages / "images")
    shutil.copy(ROOT / "custom_components/linky_tic/brand/icon.png", pages / "images")
    for page in sorted((DOCS / language).glob("*.md")):
        (pages / page.name).write_text(inside(page.read_text()))
    configuration = folder / "mkdocs.yml"  # JSON is YAML
    configuration.write_text(json.dumps(settings(language, site), indent=2))
    # Not --quiet: what is not logged is not counted by --strict.
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "-f",
        configuration,
    ]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        print(done.stdout, done.stderr)
    return done.returncode


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/docs --site", description=__doc__)
    parser.add_argument("site", nargs="?", type=Path, default=ROOT / ".cache" / "site")
    site: Path = parser.parse_args().site.absolute()
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir(parents=True)
    (site / "index.html").write_text(_DOOR)
    failed = [one for one in LANGUAGES if build(one, ROOT / ".cache" / "site_pages", site)]
    print(f"docs: {', '.join(failed)} could not be built" if failed else f"docs: {site}/index.html")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
