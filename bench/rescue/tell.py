#!/usr/bin/env python3
"""Tell all importers of a restructured project where things went: the work that nobody did.

    tell.py ROOT --moved MOVED.json

MOVED.json holds {old: new}, dotted names of modules and of names in them. Prints JSON, {path: new text} of all files
below ROOT whose imports change. It answers one question of the benchmark, by other means than precollect's: does the restructured project collect once all
is told? A restructuring that closes an import cycle by itself is none that anybody would have made.
Standard library only.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "mutations"))

from source_tree import Module, SourceTree  # noqa: E402


class Moves:
    def __init__(self, moved: dict[str, str]) -> None:
        self.moved = moved
        self.back = {new: old for old, new in moved.items()}

    def now(self, name: str) -> str:
        """Where a dotted name is found."""
        return _by_longest_prefix(self.moved, name)

    def former(self, name: str) -> str:
        """What a module was called."""
        return _by_longest_prefix(self.back, name)


def _by_longest_prefix(table: dict[str, str], name: str) -> str:
    head, rest = name, ""
    while head:
        if head in table:
            return table[head] + rest
        head, _, tail = head.rpartition(".")
        rest = f".{tail}{rest}"
    return name


def source_of(module: Module, node: ast.ImportFrom, moves: Moves) -> str | None:
    """The module that a `from` import meant where its file lay; None where it leads out of the package."""
    if not node.level:
        return node.module
    own = moves.former(module.name).split(".")
    package = own if module.is_package else own[:-1]
    if node.level > len(package):
        return None
    return ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])


def rewritten(module: Module, moves: Moves) -> str | None:
    """The text with its imports as they are to be; None where none changes."""
    lines = module.text.split("\n")
    changed = False
    nodes = [n for n in ast.walk(module.tree) if isinstance(n, (ast.Import, ast.ImportFrom))]
    for node in sorted(nodes, key=lambda n: n.lineno, reverse=True):
        code = plain(node, moves) if isinstance(node, ast.Import) else taken(module, node, moves)
        if code is None:
            continue
        before = lines[node.lineno - 1].encode()[: node.col_offset].decode()
        after = lines[node.end_lineno - 1].encode()[node.end_col_offset:].decode()
        indent = before if not before.strip() else None
        text = f"\n{indent}".join(code) if indent is not None else "; ".join(code)
        lines[node.lineno - 1: node.end_lineno] = [before + text + after]
        changed = True
    return "\n".join(lines) if changed else None


def plain(node: ast.Import, moves: Moves) -> list[str] | None:
    if all(moves.now(a.name) == a.name for a in node.names):
        return None
    code = []
    for alias in node.names:
        new = moves.now(alias.name)
        if alias.asname:
            code.append(f"import {new} as {alias.asname}")
        elif new == alias.name:
            code.append(f"import {alias.name}")
        else:
            # Its uses are by the old dotted name: it is hung there.
            head, _, tail = alias.name.rpartition(".")
            code += [f"import {new}", f"import {head}", f"{head}.{tail} = __import__('sys').modules['{new}']"]
    return code


def taken(module: Module, node: ast.ImportFrom, moves: Moves) -> list[str] | None:
    source = source_of(module, node, moves)
    if source is None:
        return None
    if node.names[0].name == "*":
        new = moves.now(source)
        return None if new == source and moves.former(module.name) == module.name else [f"from {new} import *"]
    same = moves.former(module.name) == module.name
    code = []
    for alias in node.names:
        full = f"{source}.{alias.name}"
        # A module's own names stay with it unless they moved by themselves.
        new = moves.now(full)
        same = same and new == full
        head, _, tail = new.rpartition(".")
        code.append(f"from {head} import {tail} as {alias.asname or alias.name}")
    return None if same else code


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("--moved", type=Path, required=True)
    opts = parser.parse_args(argv)
    tree = SourceTree(opts.root, [])
    moves = Moves(json.loads(opts.moved.read_text("utf-8")))
    found = {m.path: rewritten(m, moves) for m in map(tree.module, tree.files) if m}
    json.dump({path: text for path, text in found.items() if text is not None}, sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
