"""Faults of names, modules and files: renamed, deleted, moved, doubled, hidden."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from random import Random

from faults import Mutation, edit, family, shuffled
from source_tree import Module, SourceTree


def imported_symbols(tree: SourceTree) -> list[tuple[str, str]]:
    """(path of the definer, name) of every symbol that another reached file takes by `from m import n`."""
    sites = set()
    for module in tree.reached:
        for imported in module.imports:
            target = tree.resolve(imported.module, module) if imported.names else None
            if target is not None and target is not module:
                sites |= {(target.path, n) for n in imported.names if n in target.definitions}
    return sorted(sites)


@family("rename-symbol")
def rename_symbol(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    for path, name in shuffled(rng, imported_symbols(tree)):
        module = tree.module(path)
        yield from edit(module, module.renamed(name, f"{name}_renamed"), f"rename {name} here only")


@family("rename-unused", harmless=True)
def rename_unused(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    """A name that no other file of the project holds as a word."""
    for module in shuffled(rng, tree.reached_in("package") + tree.reached_in("helper")):
        for name in shuffled(rng, sorted(module.definitions)):
            word = re.compile(rf"\b{re.escape(name)}\b")
            others = (tree.module(p) for p in tree.files if p != module.path)
            strings = (n.value for n in ast.walk(module.tree)
                       if isinstance(n, ast.Constant) and isinstance(n.value, str))
            if any(word.search(o.text) for o in others if o) or any(word.search(s) for s in strings):
                continue
            new = module.renamed(name, f"{name}_renamed")
            yield from edit(module, new, f"rename {name}, used nowhere else")
            break


@family("delete-definition")
def delete_definition(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    for path, name in shuffled(rng, imported_symbols(tree)):
        module = tree.module(path)
        node = module.definitions[name]
        if getattr(node, "decorator_list", None):
            continue
        yield from edit(module, module.replaced(node, "pass"), f"delete {name}")


@family("drop-reexport")
def drop_reexport(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    """A package stops handing on a name that others take from it."""
    wanted = {(i.module, n) for m in tree.reached for i in m.imports for n in i.names}
    sites = [(m, node, alias) for m in tree.reached if m.is_package for node in m.tree.body
             if isinstance(node, ast.ImportFrom) for alias in node.names
             if (m.name, alias.asname or alias.name) in wanted]
    for module, node, alias in shuffled(rng, sites):
        left = [a for a in node.names if a is not alias]
        code = ast.unparse(ast.ImportFrom(node.module, left, node.level)) if left else "pass"
        yield from edit(module, module.replaced(node, code), f"no longer imports {alias.name}")


def imported_modules(tree: SourceTree) -> list[Module]:
    """Modules that another reached file imports and pytest itself does not load."""
    found = {t.path: t for m in tree.reached for _, t in tree.targets(m)}
    apart = {*tree.tests, *tree.conftests}
    return [found[p] for p in sorted(found) if p not in apart]


@family("delete-module")
def delete_module(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    for module in shuffled(rng, [m for m in imported_modules(tree) if not m.is_package]):
        yield Mutation(f"{module.path}: deleted", {module.path: None})


@family("delete-init")
def delete_init(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    for module in shuffled(rng, [m for m in tree.reached if m.is_package]):
        yield Mutation(f"{module.path}: deleted", {module.path: None})


@family("move-module")
def move_module(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    folders = sorted({str(PurePosixPath(m.path).parent) for m in tree.reached if m.is_package})
    for module in shuffled(rng, [m for m in imported_modules(tree) if not m.is_package]):
        path = PurePosixPath(module.path)
        places = [f for f in folders if f != str(path.parent) and not tree.exists(f"{f}/{path.name}")]
        if places:
            new = f"{rng.choice(places)}/{path.name}"
            yield Mutation(f"{module.path}: moved to {new}", {module.path: None, new: module.text})


@family("close-cycle")
def close_cycle(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    """What a module imports starts with importing, from it, a name defined after that import."""
    sites = []
    for module in tree.reached:
        for imported, target in tree.targets(module):
            later = [n for n, node in module.definitions.items() if node.lineno > imported.node.lineno]
            if later and imported.node in module.tree.body and module.path not in tree.tests:
                sites.append((module, target, later[0]))
    for module, target, name in shuffled(rng, sites):
        code = f"from {module.name} import {name}"
        yield from edit(target, target.inserted(code, "first"), f"cycle with {module.path}: {code}")


@family("copy-basename")
def copy_basename(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    """A second test file of the same name in another folder of tests."""
    folders = sorted({str(PurePosixPath(t).parent) for t in tree.tests})
    for test in shuffled(rng, tree.tests):
        path = PurePosixPath(test)
        places = [f for f in folders if f != str(path.parent) and not tree.exists(f"{f}/{path.name}")]
        if places:
            new = f"{rng.choice(places)}/{path.name}"
            text = rng.choice([tree.module(test).text, "def test_copy():\n    pass\n"])
            yield Mutation(f"{new}: copy of the name of {test}", {new: text})


@family("module-beside-package")
def module_beside_package(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    for module in shuffled(rng, imported_modules(tree)):
        path = PurePosixPath(module.path)
        folder = path.parent
        new = f"{folder}.py" if module.is_package else f"{path.with_suffix('')}/__init__.py"
        if str(folder) != "." and not tree.exists(new):
            yield Mutation(f"{new}: beside {module.path}", {new: ""})


@family("shadow-module")
def shadow_module(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    """A small file named as an outside module, in a folder that pytest puts on sys.path."""
    folders = sorted({".", *(tree.base_of(t) for t in (*tree.tests, *tree.conftests))})
    names = sorted({*tree.foreign_names, "random", "types", "queue", "secrets", "calendar", "code", "token"})
    for folder, name in shuffled(rng, [(f, n) for f in folders for n in names]):
        new = str(PurePosixPath(folder, f"{name}.py"))
        if not tree.exists(new) and not tree.exists(str(PurePosixPath(folder, name))):
            yield Mutation(f"{new}: shadows {name}", {new: '"""Small helpers."""\n\nVALUE = 1\n'})
