"""Faults of what surrounds the code: what is installed, and the path by which modules are found."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from random import Random

from faults import Mutation, edit, family, shuffled
from installed import Distribution, imported_words
from source_tree import Module, SourceTree


def removable(tree: SourceTree) -> list[Distribution]:
    """What can go without pytest itself going."""
    if tree.installed is None:
        return []
    kept = tree.installed.needed_by("pytest")
    return [each for name, each in tree.installed.distributions.items() if name not in kept]


def uninstall(distribution: Distribution) -> Mutation:
    return Mutation(f"{distribution.name}: uninstalled", {}, distribution.entries)


def reaching(tree: SourceTree) -> list[Distribution]:
    """Distributions that reached files import, or that such a distribution requires; an editable install too."""
    found = removable(tree)
    asked = [d.name for d in found if not d.modules or set(d.modules) & set(tree.foreign_names)]
    needed = tree.installed.needed_by(*asked) if tree.installed else set()
    return [d for d in found if d.name in needed]


@family("uninstall")
def uninstall_reached(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    for distribution in shuffled(rng, reaching(tree)):
        yield uninstall(distribution)


@family("uninstall-unused", harmless=True)
def uninstall_unused(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    """Nothing of the project or of what is installed names it, and it is no plugin of pytest."""
    wanted = {d.name for d in reaching(tree)}
    apart = [d for d in removable(tree) if d.modules and not d.plugin and d.name not in wanted]
    own = {word for path in tree.files for m in [tree.module(path)] if m for word in imported_words(m.text)}
    for distribution in shuffled(rng, apart):
        if not set(distribution.modules) & (own | tree.installed.words_outside(distribution)):
            yield uninstall(distribution)


# -- sys.path ----------------------------------------------------------------------

def path_edits(tree: SourceTree) -> list[tuple[Module, ast.stmt]]:
    """Every `sys.path.insert(...)` and the like that runs when a reached file is imported."""
    return [(m, n) for m in tree.reached for n in m.statements() if isinstance(n, ast.Expr)
            and re.match(r"sys\.path\.(insert|append|extend)\(", ast.unparse(n))]


@family("drop-path-edit")
def drop_path_edit(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    """`sys.path.insert(...)` in a file, or `pythonpath = ...` in the configuration, goes away."""
    for module, node in shuffled(rng, path_edits(tree)):
        yield from edit(module, module.replaced(node, "pass"), f"without {ast.unparse(node)}")
    for name in ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"):
        path = tree.root / name
        text = path.read_text("utf-8") if path.exists() else ""
        for line in re.findall(r"^pythonpath\s*=\s*(?:\[.*\]|[^\[\n]+)\n", text, re.M):
            yield Mutation(f"{name}: without {line.strip()}", {name: text.replace(line, "", 1)})


@family("move-path-edit")
def move_path_edit(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    """An edit of `sys.path` that the project has goes to another place, then edits that are written for the purpose."""
    for module, node in shuffled(rng, path_edits(tree)):
        code = ast.unparse(node)
        left = module.replaced(node, "pass")
        if left is None:
            continue
        others = [o for o in map(tree.module, (*tree.conftests, *tree.tests)) if o and o is not module]
        if others and rng.random() < 0.5:
            # Left to itself it means another folder there, as it does for whoever moves it.
            other = rng.choice(others)
            head = "import os\nimport sys\nfrom pathlib import Path\n"
            yield Mutation(f"{module.path}: {code} moves to {other.path}", {
                module.path: left, other.path: other.inserted(head + code, "first")})
        else:
            yield from edit(module, f"{left.rstrip()}\n\n\n{code}\n", f"{code} moves to the end")
    yield from seeded_path_edit(tree, rng)


def seeded_path_edit(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    """Two test files import what only an edit of `sys.path` reaches, made in one of them or in a conftest."""
    for number in range(len(tree.tests)):
        users = [tree.module(t) for t in shuffled(rng, tree.tests)[:2]]
        helper = f"seeded_helper_{number}"
        folder = str(PurePosixPath(rng.choice([users[0].path, *tree.conftests])).parent / "seeded_lib")
        texts = {u.path: u.inserted(f"from {helper} import VALUE as SEEDED", "imports") for u in users}
        place = rng.choice([*users, *(tree.module(c) for c in tree.conftests[:2])])
        up = len(PurePosixPath(place.path).parts) - 1
        where = rng.choice(["first", "first", "last"])
        code = ("import os\nimport sys\n_above = os.path.dirname(os.path.abspath(__file__))\n"
                f"for _ in range({up}):\n    _above = os.path.dirname(_above)\n"
                f"sys.path.{rng.choice(['insert(0, ', 'append('])}os.path.join(_above, {folder!r}))")
        text = texts.get(place.path, place.text)
        texts[place.path] = Module(place.path, place.base, text).inserted(code, where)
        texts[f"{folder}/{helper}.py"] = "VALUE = 1\n"
        yield Mutation(f"{', '.join(u.path for u in users)}: {folder} is put on sys.path in {place.path}, {where}", texts)
