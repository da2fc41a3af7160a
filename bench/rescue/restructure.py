#!/usr/bin/env python3
"""Plan seeded restructurings of one project: modules and names move, and nobody tells their importers.

    restructure.py ROOT --tests TESTS.json --seed 1 --count 20 [--kind move-module ...] [--damage 3]

ROOT is the folder that pytest is started in, TESTS.json a list of the files that it collects there.
Prints JSON: a list of {id, kind, title, edits: {path: new text, or null: deleted}, moved: {old: new}}, where
old and new are dotted: 'package.module' or 'package.module.Name'. What moves works at its new place: only
those who import it from the old one are broken. `--damage` adds what else happens in a rescue, of each kind so many:
markers that are dropped while unknown ones become errors, and files and metrics that collide; nothing is moved by it.
Standard library only.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent / "mutations"))

import faults_at_import  # noqa: E402, F401
import faults_of_layout  # noqa: E402, F401
from faults import FAMILIES  # noqa: E402
from source_tree import DEFINITIONS, Import, Module, SourceTree  # noqa: E402

WORDS = ["core", "base", "common", "support", "impl", "tools", "shared", "engine", "internals", "parts", "kit"]


@dataclass
class Restructuring:
    title: str
    edits: dict[str, str | None]
    moved: dict[str, str] = field(default_factory=dict)


# -- what moves keeps working ---------------------------------------------------------------------


def with_absolute_imports(module: Module) -> str | None:
    """The text with every relative import written out: it can stand anywhere. None where one can't be."""
    lines = module.text.split("\n")
    package = module.name.split(".") if module.is_package else module.name.split(".")[:-1]
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        head = package[: len(package) - node.level + 1]
        if not head:
            return None
        line = lines[node.lineno - 1]
        start = len(line.encode()[: node.col_offset].decode())
        found = re.match(r"from(\s*)\.[.\s]*[\w.]*\s*import\b", line[start:])
        if not found:
            return None
        source = ".".join([*head, *([node.module] if node.module else [])])
        lines[node.lineno - 1] = f"{line[:start]}from {source} import{line[start + found.end():]}"
    return "\n".join(lines)


def uses(node: ast.AST) -> set[str]:
    """Names that the code of a statement reads, function bodies included."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def askers(tree: SourceTree) -> dict[str, list[tuple[Module, Import]]]:
    """Who imports each module, and how; by the module's path."""
    known = _ASKERS.get(id(tree))
    if known is None:
        known = _ASKERS[id(tree)] = {}
        for module in tree.reached:
            for imported, target in tree.targets(module):
                known.setdefault(target.path, []).append((module, imported))
    return known


_ASKERS: dict[int, dict[str, list[tuple[Module, Import]]]] = {}


def names_wanted(tree: SourceTree, module: Module) -> set[str]:
    """Names that other files import from the module."""
    found = askers(tree).get(module.path, [])
    return {name for _, imported in found if imported.module == module.name for name in imported.names}


_MOVABLE: dict[int, list[Module]] = {}


def movable(tree: SourceTree) -> list[Module]:
    """Plain modules of a package that others import, and that a move leaves intact."""
    if id(tree) in _MOVABLE:
        return _MOVABLE[id(tree)]
    found = _MOVABLE[id(tree)] = []
    for module in tree.reached_in("package"):
        if module.is_package or "." not in module.name or module.path not in askers(tree):
            continue
        if "__file__" in module.text or "__name__.rsplit" in module.text:
            continue
        if with_absolute_imports(module) is not None:
            found.append(module)
    return found


def new_tail(rng: Random, tail: str) -> str:
    bare = tail.strip("_") or tail
    return rng.choice([f"{bare}_{rng.choice(WORDS)}", f"{rng.choice(WORDS)}_{bare}", f"_{bare}", f"{bare}s",
                       rng.choice(WORDS) + "_" + rng.choice(WORDS)])


def packages_of(tree: SourceTree, module: Module) -> list[str]:
    """Other packages of the same top-level name, by path."""
    top = PurePosixPath(module.path).parts[: len(PurePosixPath(module.base).parts) + 1 if module.base != "." else 1]
    root = "/".join(top)
    folders = {str(PurePosixPath(p).parent) for p in tree.files if p.endswith("/__init__.py")}
    return sorted(f for f in folders if (f == root or f.startswith(f"{root}/")) and "/tests" not in f
                  and f != str(PurePosixPath(module.path).parent))


def dotted(tree: SourceTree, path: str, base: str) -> str:
    inner = PurePosixPath(path).relative_to(base).with_suffix("")
    parts = inner.parts[:-1] if inner.name == "__init__" else inner.parts
    return ".".join(parts)


# -- kinds of restructuring -------------------------------------------------------------------------


def move_module(tree: SourceTree, rng: Random) -> Iterator[Restructuring]:
    for module in shuffled(rng, movable(tree)):
        folders = packages_of(tree, module)
        fresh = str(PurePosixPath(module.path).parent / rng.choice(WORDS))
        edits: dict[str, str | None] = {}
        if folders and rng.random() < 0.6:
            folder = rng.choice(folders)
        else:
            folder = fresh
            if any(p.startswith(f"{fresh}/") or p == f"{fresh}.py" for p in tree.files):
                continue
            edits[f"{folder}/__init__.py"] = ""
        yield from moved(tree, module, f"{folder}/{PurePosixPath(module.path).name}", edits)


def rename_module(tree: SourceTree, rng: Random) -> Iterator[Restructuring]:
    for module in shuffled(rng, movable(tree)):
        path = PurePosixPath(module.path)
        yield from moved(tree, module, str(path.with_name(new_tail(rng, path.stem) + ".py")), {})


def move_and_rename(tree: SourceTree, rng: Random) -> Iterator[Restructuring]:
    for module in shuffled(rng, movable(tree)):
        folders = packages_of(tree, module)
        if folders:
            tail = new_tail(rng, PurePosixPath(module.path).stem)
            yield from moved(tree, module, f"{rng.choice(folders)}/{tail}.py", {})


def move_as_it_is(tree: SourceTree, rng: Random) -> Iterator[Restructuring]:
    """A module moves to another depth and nobody tells the module itself: its relative imports break as well."""
    for module in shuffled(rng, movable(tree)):
        path = PurePosixPath(module.path)
        fresh = path.parent / rng.choice(WORDS)
        taken = any(p.startswith(f"{fresh}/") or p == f"{fresh}.py" for p in tree.files)
        inner = str(fresh / path.name)
        if taken or with_absolute_imports(module) == module.text:
            continue
        name = dotted(tree, inner, module.base)
        edits = {f"{fresh}/__init__.py": "", module.path: None, inner: module.text}
        yield Restructuring(f"{module.path} -> {inner}, as it is", edits, {module.name: name})


def moved(tree: SourceTree, module: Module, path: str, edits: dict[str, str | None]) -> Iterator[Restructuring]:
    if tree.exists(path) or tree.exists(path.removesuffix(".py")):
        return
    name = dotted(tree, path, module.base)
    yield Restructuring(
        f"{module.path} -> {path}",
        {**edits, module.path: None, path: with_absolute_imports(module)},
        {module.name: name},
    )


def move_package(tree: SourceTree, rng: Random) -> Iterator[Restructuring]:
    """A whole sub-package under another name or parent."""
    inits = [m for m in tree.reached_in("package") if m.is_package and "." in m.name]
    for package in shuffled(rng, inits):
        folder = str(PurePosixPath(package.path).parent)
        inside = [p for p in tree.files if p.startswith(f"{folder}/")]
        modules = [tree.module(p) for p in inside]
        if len(inside) > 60 or any(m is None or "__file__" in m.text for m in modules) or "/tests" in folder:
            continue
        others = [f for f in packages_of(tree, package) if not f.startswith(f"{folder}/") and f != folder]
        tail = PurePosixPath(folder).name
        target = (f"{rng.choice(others)}/{tail}" if others and rng.random() < 0.5
                  else str(PurePosixPath(folder).with_name(new_tail(rng, tail))))
        if tree.exists(target) or tree.exists(f"{target}.py"):
            continue
        edits: dict[str, str | None] = {}
        for path, module in zip(inside, modules):
            text = with_absolute_imports(module)
            if text is None:
                break
            # Its own modules know each other's new names.
            new = dotted(tree, f"{target}/__init__.py", package.base)
            text = re.sub(rf"(?m)^(\s*(?:from|import)\s+){re.escape(package.name)}\b(?=[. ])", rf"\g<1>{new}", text)
            edits[path] = None
            edits[target + path[len(folder):]] = text
        else:
            new = dotted(tree, f"{target}/__init__.py", package.base)
            yield Restructuring(f"{folder}/ -> {target}/", edits, {package.name: new})


def leaves(module: Module) -> list[str]:
    """Definitions that nothing else in the module refers to."""
    found = []
    for name, node in module.definitions.items():
        if not isinstance(node, DEFINITIONS):
            continue
        others = (s for s in module.tree.body if s is not node)
        if not any(name in uses(s) for s in others) and f'"{name}"' not in module.text.replace(f'"{name}",', ""):
            found.append(name)
    return found


def without(module: Module, text: str, names: set[str]) -> str | None:
    """The module's text without some definitions, also of `__all__`."""
    tree = ast.parse(text)
    lines = text.split("\n")
    for node in reversed(tree.body):
        if isinstance(node, DEFINITIONS) and node.name in names:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            del lines[first - 1: node.end_lineno]
    out = "\n".join(lines)
    for name in names:
        out = re.sub(rf"""(?m)^[ \t]*["']{re.escape(name)}["'],?[ \t]*(?:#.*)?\n""", "", out)
        out = re.sub(rf"""(__all__[^\n]*)["']{re.escape(name)}["'],?[ ]?""", r"\1", out)
    try:
        ast.parse(out)
    except SyntaxError:
        return None
    return out


def top_level(tree: ast.Module) -> set[str]:
    """Names that the module's own statements bind, those in blocks included."""
    bound: set[str] = set()
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, DEFINITIONS):
            bound.add(node.name)
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        todo.extend(ast.iter_child_nodes(node))
    return bound


def extracted(module: Module, text: str, names: set[str], rest: str) -> str | None:
    """A module with some of its definitions, and what they need: its imports, and names of `rest`."""
    tree = ast.parse(text)
    lines = text.split("\n")
    body: list[str] = []
    needed: set[str] = set()
    imports: list[str] = []
    bound: set[str] = set()
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if any(a.name == "*" for a in node.names):
                return None
            imports.append("\n".join(lines[node.lineno - 1: node.end_lineno]))
            bound |= {(a.asname or a.name.partition(".")[0]) for a in node.names}
        elif isinstance(node, (ast.If, ast.Try)):
            imports.append("\n".join(lines[node.lineno - 1: node.end_lineno]))
            bound |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            bound |= {(a.asname or a.name.partition(".")[0]) for n in ast.walk(node)
                      if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names}
            if uses(node) & {n.name for n in tree.body if isinstance(n, DEFINITIONS)}:
                return None  # It would run before the names that it needs are imported.
        elif isinstance(node, DEFINITIONS) and node.name in names:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            body.append("\n".join(lines[first - 1: node.end_lineno]))
            needed |= uses(node)
    own = {n for n in needed if n not in bound and n not in names and not hasattr(builtins, n)}
    own &= top_level(tree)
    head = [f"from {rest} import {', '.join(sorted(own))}"] if own else []
    future = [i for i in imports if i.startswith("from __future__")]
    plain = [i for i in imports if not i.startswith("from __future__")]
    out = "\n".join([*future, *plain, *head]) + "\n\n\n" + "\n\n\n".join(body) + "\n"
    try:
        ast.parse(out)
    except SyntaxError:
        return None
    return out


def move_symbol(tree: SourceTree, rng: Random) -> Iterator[Restructuring]:
    for module in shuffled(rng, movable(tree)):
        wanted = sorted(names_wanted(tree, module) & set(leaves(module)))
        if not wanted:
            continue
        names = set(rng.sample(wanted, min(len(wanted), rng.choice([1, 1, 2, 3]))))
        path = str(PurePosixPath(module.path).with_name(new_tail(rng, PurePosixPath(module.path).stem) + ".py"))
        text = with_absolute_imports(module)
        rest, part = without(module, text, names), extracted(module, text, names, module.name)
        if tree.exists(path) or rest is None or part is None:
            continue
        new = dotted(tree, path, module.base)
        yield Restructuring(
            f"{', '.join(sorted(names))} of {module.path} -> {path}",
            {module.path: rest, path: part},
            {f"{module.name}.{n}": f"{new}.{n}" for n in sorted(names)},
        )


def split_module(tree: SourceTree, rng: Random) -> Iterator[Restructuring]:
    for module in shuffled(rng, movable(tree)):
        wanted = names_wanted(tree, module)
        loose = [n for n in leaves(module) if n in wanted]
        if len(loose) < 2 or len(wanted) < 3:
            continue
        names = set(rng.sample(sorted(loose), max(1, len(loose) // 2)))
        if wanted <= names:
            continue
        stem = PurePosixPath(module.path).stem
        words = rng.sample(WORDS, 2)
        paths = [str(PurePosixPath(module.path).with_name(f"{stem}_{w}.py")) for w in words]
        new = [dotted(tree, p, module.base) for p in paths]
        text = with_absolute_imports(module)
        rest, part = without(module, text, names), extracted(module, text, names, new[0])
        if any(tree.exists(p) for p in paths) or rest is None or part is None:
            continue
        moved = {f"{module.name}.{n}": f"{new[1] if n in names else new[0]}.{n}" for n in sorted(wanted)
                 if n in names or n in module.definitions}
        yield Restructuring(f"{module.path} -> {paths[0]}, {paths[1]}",
                            {module.path: None, paths[0]: rest, paths[1]: part}, moved)


KINDS = {
    "move-module": move_module,
    "move-as-it-is": move_as_it_is,
    "rename-module": rename_module,
    "move-and-rename": move_and_rename,
    "move-package": move_package,
    "split-module": split_module,
    "move-symbol": move_symbol,
}


# -- what else breaks -------------------------------------------------------------------------------

COLLISIONS = ["copy-basename", "module-beside-package", "duplicate-metric"]


def drop_marker(tree: SourceTree, rng: Random) -> Iterator[Restructuring]:
    """The registrations of all markers but a few go, and unknown ones become errors; one such edit for a project."""
    path = "pyproject.toml"
    file = tree.root / path
    text = file.read_text("utf-8") if file.exists() else ""
    listed = re.search(r"(?m)^markers\s*=\s*\[\n((?:.*\n)*?)\]\n", text)
    if not listed:
        return
    entries = re.findall(r"""(?m)^\s*["'](\w+).*\n""", listed[1])
    used = [name for name in entries
            if any(re.search(rf"\bmark\.{name}\b", tree.module(t).text) for t in tree.tests)]
    gone = rng.sample(used, min(len(used), 3))
    kept = "".join(line for line in listed[1].splitlines(True) if not re.match(rf"\s*[\"'](?:{'|'.join(gone)})\b", line))
    # Where warnings are errors an unknown marker is one already.
    strict = "" if "--strict" in text or '"error"' in text else "strict_markers = true\n"
    if gone:
        fresh = f"{text[: listed.start()]}{strict}markers = [\n{kept}]\n{text[listed.end():]}"
        yield Restructuring(f"{path}: without the markers {', '.join(gone)}", {path: fresh})


def damage(tree: SourceTree, seed: str, count: int) -> Iterator[tuple[str, Restructuring]]:
    """What breaks besides the moves: `count` of each kind, as far as the project has a place for it."""
    for at, found in zip(range(count), drop_marker(tree, Random(f"{seed}/drop-marker"))):
        yield f"drop-marker#{at}", found
    for kind in COLLISIONS:
        for at, found in zip(range(count), FAMILIES[kind](tree, Random(f"{seed}/{kind}"))):
            yield f"{kind}#{at}", Restructuring(found.title, found.edits)


def shuffled(rng: Random, items):
    mixed = list(items)
    rng.shuffle(mixed)
    return mixed


def spread(tree: SourceTree, seed: str, kinds: list[str], count: int) -> Iterator[tuple[str, Restructuring]]:
    """One kind after the other, as long as they last."""
    running = [(k, enumerate(KINDS[k](tree, Random(f"{seed}/{k}")))) for k in kinds]
    made = 0
    while running and made < count:
        left = []
        for kind, each in running:
            found = next(each, None)
            if found is None:
                continue
            left.append((kind, each))
            if made < count:
                made += 1
                yield f"{kind}#{found[0]}", found[1]
        running = left


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("--tests", type=Path, required=True)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--kind", action="append", choices=sorted(KINDS))
    parser.add_argument("--damage", type=int, default=0)
    opts = parser.parse_args(argv)
    tree = SourceTree(opts.root, json.loads(opts.tests.read_text("utf-8")))
    moves = list(spread(tree, opts.seed, opts.kind or list(KINDS), opts.count))
    json.dump([
        {"id": name, "kind": name.partition("#")[0], "title": r.title, "edits": r.edits, "moved": r.moved}
        for name, r in [*moves, *damage(tree, opts.seed, opts.damage)]
    ], sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
