"""What the seeded faults need to know of a project: its modules, who imports what, what the tests reach.

A light reading with `ast`, only good enough to place a fault where it may matter: whether it does is
for the real pytest to say. Paths are relative to the project's root, with `/`.
"""

from __future__ import annotations

import ast
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from installed import Installed

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
SKIPPED_FOLDERS = {"__pycache__", "node_modules", "build", "dist"}


@dataclass(frozen=True)
class Import:
    """One import statement that runs when its module is imported."""

    node: ast.stmt
    #: absolute dotted name: of the module for `from m import n`, of each alias for `import m`
    module: str
    #: the names taken from it; empty for `import m`
    names: tuple[str, ...]
    #: what the importing module calls `m`, for `import m as x`; the first component without `as`
    bound: str


class Module:
    """One Python file with its tree."""

    def __init__(self, path: str, base: str, text: str) -> None:
        self.path = path
        #: the folder from which its dotted name counts
        self.base = base
        self.text = text
        self.tree = ast.parse(text)
        inner = PurePosixPath(path).relative_to(base).with_suffix("")
        parts = inner.parts[:-1] if inner.name == "__init__" else inner.parts
        self.name = ".".join(parts)
        self.is_package = inner.name == "__init__"

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    def statements(self):
        """Every statement that runs at import, in order, those inside blocks and classes included."""
        todo = list(reversed(self.tree.body))
        while todo:
            node = todo.pop()
            yield node
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            inner = [c for c in ast.iter_child_nodes(node) if isinstance(c, (ast.stmt, ast.ExceptHandler))]
            todo.extend(reversed(inner))

    @cached_property
    def imports(self) -> list[Import]:
        found = []
        for node in self.statements():
            if isinstance(node, ast.Import):
                found += [Import(node, a.name, (), a.asname or a.name.partition(".")[0]) for a in node.names]
            elif isinstance(node, ast.ImportFrom):
                package = self.name.split(".") if self.is_package else self.name.split(".")[:-1]
                if node.level > len(package) + (node.level == 0):
                    continue
                head = package[: len(package) - node.level + 1] if node.level else []
                module = ".".join([*head, *([node.module] if node.module else [])])
                found.append(Import(node, module, tuple(a.name for a in node.names), ""))
        return found

    @cached_property
    def definitions(self) -> dict[str, ast.stmt]:
        """Names that exactly one plain statement of the module's own body binds."""
        found: dict[str, ast.stmt | None] = {}
        for node in self.tree.body:
            names: list[str] = []
            if isinstance(node, DEFINITIONS):
                names = [node.name]
            elif isinstance(node, ast.Assign):
                names = [t.id for t in node.targets if isinstance(t, ast.Name)]
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                names = [node.target.id]
            for name in names:
                found[name] = None if name in found else node
        return {name: node for name, node in found.items() if node and not name.startswith("__")}

    # -- edits: each returns the module's new text ---------------------------------

    def _prologue_end(self) -> int:
        """Number of body statements that must stay first: the docstring and `__future__` imports."""
        count = 0
        for node in self.tree.body:
            text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and count == 0
            future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
            if not (text or future):
                break
            count += 1
        return count

    def inserted(self, code: str, where: str) -> str:
        """With `code` on lines of its own: 'first', after the first block of 'imports', or 'last'."""
        if where == "last":
            return self.text.rstrip("\n") + "\n\n\n" + code + "\n"
        count = self._prologue_end()
        if where == "imports":
            body = self.tree.body
            while count < len(body) and isinstance(body[count], (ast.Import, ast.ImportFrom)):
                count += 1
        line = self.tree.body[count - 1].end_lineno if count else 0
        lines = self.lines
        return "\n".join([*lines[:line], *code.split("\n"), *lines[line:]])

    def replaced(self, node: ast.stmt, code: str) -> str | None:
        """With the whole statement replaced; None where it shares its lines with another."""
        lines = self.lines
        before = lines[node.lineno - 1].encode()[: node.col_offset].decode()
        after = lines[node.end_lineno - 1].encode()[node.end_col_offset:].decode()
        if before.strip() or (after.strip() and not after.strip().startswith("#")):
            return None
        new = [before + line for line in code.split("\n")]
        return "\n".join([*lines[: node.lineno - 1], *new, *lines[node.end_lineno:]])

    def renamed(self, name: str, new: str) -> str:
        """With every plain use of `name` in this file renamed: strings and attributes stay."""
        places = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name) and node.id == name:
                places.add((node.lineno, node.col_offset))
            elif isinstance(node, DEFINITIONS) and node.name == name:
                head = self.lines[node.lineno - 1].encode()[node.col_offset:]
                found = re.match(rb"(?:async\s+)?(?:def|class)\s+", head)
                if found:
                    places.add((node.lineno, node.col_offset + found.end()))
        lines = [line.encode() for line in self.lines]
        for line, column in sorted(places, reverse=True):
            old = lines[line - 1]
            lines[line - 1] = old[:column] + new.encode() + old[column + len(name.encode()):]
        return b"\n".join(lines).decode()


class SourceTree:
    """All Python files below `root`; `tests` are the files that pytest collected, in its order.

    `installed` is what stands beside them, None where there is no environment to look into.
    """

    def __init__(self, root: Path, tests: list[str], installed: Installed | None = None) -> None:
        self.root = root
        self.installed = installed
        self.files = sorted(self._walk())
        self._present = set(self.files)
        self._modules: dict[str, Module | None] = {}
        self._by_name: dict[str, list[str]] = {}
        for path in self.files:
            base = self.base_of(path)
            inner = PurePosixPath(path).relative_to(base).with_suffix("")
            parts = inner.parts[:-1] if inner.name == "__init__" else inner.parts
            self._by_name.setdefault(".".join(parts), []).append(path)
        self.tests = [t for t in tests if t in self._present and self.module(t)]

    def _walk(self):
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(d for d in folders if not d.startswith(".") and d not in SKIPPED_FOLDERS
                                and not d.endswith(".egg-info"))
            inside = PurePosixPath(Path(folder).relative_to(self.root).as_posix())
            yield from (str(inside / name) for name in names if name.endswith(".py"))

    def exists(self, path: str) -> bool:
        return (self.root / path).exists()

    def base_of(self, path: str) -> str:
        """The first folder upwards from a file that is no regular package."""
        folder = PurePosixPath(path).parent
        while str(folder) != "." and str(folder / "__init__.py") in self._present:
            folder = folder.parent
        return str(folder)

    def module(self, path: str) -> Module | None:
        """None where the file is not one that this interpreter compiles, or not plain UTF-8."""
        if path not in self._modules:
            try:
                text = (self.root / path).read_bytes().decode("utf-8")
                self._modules[path] = Module(path, self.base_of(path), text)
            except (SyntaxError, ValueError, OSError):
                self._modules[path] = None
        return self._modules[path]

    def resolve(self, name: str, importer: Module | None = None) -> Module | None:
        """The project's module of that dotted name: one with the importer's own base first."""
        paths = self._by_name.get(name, [])
        if importer:
            paths = sorted(paths, key=lambda p: self.base_of(p) != importer.base)
        return self.module(paths[0]) if paths else None

    def targets(self, module: Module) -> list[tuple[Import, Module]]:
        """The project's modules that one module imports: `from p import m` gives both `p` and `p.m`."""
        found = []
        for imported in module.imports:
            for name in (imported.module, *(f"{imported.module}.{n}" for n in imported.names)):
                target = self.resolve(name, module)
                if target is not None and target is not module:
                    found.append((imported, target))
        return found

    @cached_property
    def conftests(self) -> list[str]:
        folders = {str(f) for t in self.tests for f in PurePosixPath(t).parents}
        paths = (str(PurePosixPath(f, "conftest.py")) for f in sorted(folders))
        return [p for p in paths if p in self._present and self.module(p)]

    @cached_property
    def reached(self) -> list[Module]:
        """What the tests and conftests import, directly or not, they themselves included."""
        seen: dict[str, Module] = {}
        todo = [self.module(p) for p in (*self.conftests, *self.tests)]
        while todo:
            module = todo.pop()
            if module is None or module.path in seen:
                continue
            seen[module.path] = module
            todo.extend(target for _, target in self.targets(module))
            package = PurePosixPath(module.path).parent / "__init__.py"
            if str(package) in self._present:
                todo.append(self.module(str(package)))
        return [seen[path] for path in sorted(seen)]

    def reached_in(self, part: str) -> list[Module]:
        """`part`: 'test' (collected), 'helper' (beside collected files) or 'package' (all else reached)."""
        if part == "test":
            return [m for m in (self.module(t) for t in self.tests) if m]
        tests = set(self.tests)
        folders = {str(PurePosixPath(t).parent) for t in tests}
        others = [m for m in self.reached if m.path not in tests and m.path not in self.conftests]
        beside = {m.path for m in others if str(PurePosixPath(m.path).parent) in folders}
        return [m for m in others if (m.path in beside) == (part == "helper")]

    @cached_property
    def foreign_names(self) -> list[str]:
        """Top-level modules that reached files import and the project does not hold."""
        names = {i.module.partition(".")[0] for m in self.reached for i in m.imports}
        return sorted(n for n in names if n and n not in self._by_name and n != "__future__")
