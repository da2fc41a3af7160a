"""What every family of seeded faults is made with, and where they register.

A family yields mutations of a project in random order, each the work of one hand slip: a rename that
forgot the importers, a module that went missing, a marker misspelt. Families named in `HARMLESS` look
like faults and should change nothing; of the others many change nothing either, and the real pytest
says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from source_tree import Module, SourceTree


@dataclass(frozen=True)
class Mutation:
    title: str
    #: path -> new text, or None: deleted
    edits: dict[str, str | None]
    #: what goes from site-packages: files and folders at its top
    gone: tuple[str, ...] = ()


T = TypeVar("T")
Family = Callable[[SourceTree, Random], Iterator[Mutation]]
FAMILIES: dict[str, Family] = {}
HARMLESS: set[str] = set()


def family(name: str, harmless: bool = False) -> Callable[[Family], Family]:
    def register(make: Family) -> Family:
        FAMILIES[name] = make
        if harmless:
            HARMLESS.add(name)
        return make
    return register


def shuffled(rng: Random, sites: Iterable[T]) -> list[T]:
    """In random order. `sites` must come in the same order in every run: no set, no hash order."""
    mixed = list(sites)
    rng.shuffle(mixed)
    return mixed


def edit(module: Module, text: str | None, title: str) -> Iterator[Mutation]:
    """One mutation of one file, none where the text stays as it was."""
    if text is not None and text != module.text:
        yield Mutation(f"{module.path}: {title}", {module.path: text})


def absent(rng: Random) -> str:
    """A name that nothing has."""
    return f"absent_{rng.choice(['helpers', 'models', 'client', 'compat'])}_{rng.randrange(1000)}"


def insertions(tree: SourceTree, rng: Random, parts: list[str], codes: Callable[[Module], list[str]],
               title: str) -> Iterator[Mutation]:
    """One of `codes(module)`, written into random files of the given parts at a random fit place."""
    for module in shuffled(rng, [m for part in parts for m in tree.reached_in(part)]):
        choices = codes(module)
        if choices:
            code = rng.choice(choices)
            where = rng.choice(["imports", "imports", "last"])
            first = code.splitlines()[0]
            yield from edit(module, module.inserted(code, where), f"{title}: {first!r} {where}")
