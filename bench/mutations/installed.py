"""The distributions of one site-packages folder, read from their metadata alone: nothing is imported."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class Distribution:
    name: str
    #: what goes with it from site-packages, its metadata included; what it shares with others stays
    entries: tuple[str, ...]
    #: the top-level names that importing it goes by; of an editable install there are none to be seen
    modules: tuple[str, ...]
    #: the names that it always requires
    requires: tuple[str, ...]
    #: it gives pytest a plugin
    plugin: bool


class Installed:
    def __init__(self, site: Path) -> None:
        self.site = site

    @cached_property
    def distributions(self) -> dict[str, Distribution]:
        """By normalised name, in its order."""
        infos = sorted(self.site.glob("*.dist-info"))
        contents = {info: set(self._contents(info)) for info in infos}
        found = {}
        for info in infos:
            others = {top for other in infos if other != info for top in contents[other]}
            entries = sorted({e for e in contents[info] - others if (self.site / e).exists()} | {info.name})
            metadata = (info / "METADATA").read_text("utf-8", "replace")
            points = info / "entry_points.txt"
            name = normalised(info.name.partition("-")[0])
            found[name] = Distribution(
                name, tuple(entries), tuple(sorted(filter(None, map(module_of, entries)))),
                tuple(_required(metadata)), points.exists() and "[pytest11]" in points.read_text("utf-8"))
        return found

    def _contents(self, info: Path) -> Iterator[str]:
        """Top-level entries of site-packages that a distribution owns."""
        record = info / "RECORD"
        if not record.exists():
            return
        with record.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                top = PurePosixPath(row[0]).parts[:1] if row else ()
                if top and top[0] not in ("..", "/", "__pycache__") and not top[0].endswith(".dist-info"):
                    yield top[0]

    def needed_by(self, *names: str) -> set[str]:
        """These distributions and what they require, directly or not."""
        seen: set[str] = set()
        todo = list(names)
        while todo:
            name = todo.pop()
            if name in self.distributions and name not in seen:
                seen.add(name)
                todo.extend(self.distributions[name].requires)
        return seen

    def words_outside(self, distribution: Distribution) -> set[str]:
        """Every top-level name that an import of another distribution asks for."""
        return {word for top, words in self._words.items() if top not in distribution.entries for word in words}

    @cached_property
    def _words(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for path in sorted(self.site.rglob("*.py")):
            text = path.read_text("utf-8", "replace")
            found.setdefault(path.relative_to(self.site).parts[0], set()).update(imported_words(text))
        return found


def imported_words(text: str) -> set[str]:
    """What stands behind `import` or `from`, and every text that could name a module."""
    plain = re.findall(r"\b(?:import|from)[ \t]+(\w+)", text)
    listed = [w for line in re.findall(r"\bimport[ \t]+(\w.*)", text) for w in re.findall(r"\w+", line)]
    return {*plain, *listed, *re.findall(r"[\"'](\w+)[\w.:]*[\"']", text)}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def module_of(entry: str) -> str | None:
    """The module that an entry of site-packages serves: a folder, a file, an extension."""
    name, dot, rest = entry.partition(".")
    if not name.isidentifier():
        return None
    return name if not dot or rest.endswith(("py", "so", "pyd")) else None


def _required(metadata: str) -> Iterator[str]:
    for line in metadata.partition("\n\n")[0].splitlines():
        found = re.match(r"Requires-Dist:\s*([\w.-]+)(.*)", line)
        if found and "extra" not in found.group(2):
            yield normalised(found.group(1))
