"""Faults that statements written into a module bring: imports, exceptions, metrics, marks, syntax."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from random import Random

from faults import Family, Mutation, absent, edit, family, insertions, shuffled
from source_tree import Module, SourceTree


# -- imports ---------------------------------------------------------------------

def imports_of_nothing(tree: SourceTree, rng: Random, module: Module) -> list[str]:
    codes = [f"import {absent(rng)}", f"from {absent(rng)} import thing"]
    known = [t for _, t in tree.targets(module)]
    if known:
        target = rng.choice(known)
        codes.append(f"from {target.name} import {absent(rng)}")
        codes.append(f"import {target.name}.{absent(rng)}")
    foreign = [i.module for i in module.imports if i.module.partition(".")[0] in tree.foreign_names]
    if foreign:
        codes.append(f"from {rng.choice(foreign)} import {absent(rng)}")
        codes.append(f"import {rng.choice(foreign)}.{absent(rng)}")
    codes.append(rng.choice(["from . import absent_sibling", "from .absent_sibling import thing",
                             "from ....nowhere import thing"]))
    return codes


def _import_of_nothing(part: str) -> Family:
    def make(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
        def codes(module: Module) -> list[str]:
            return imports_of_nothing(tree, rng, module)
        yield from insertions(tree, rng, [part], codes, "import of nothing")
    return make


for _part in ("test", "helper", "package"):
    family(f"import-nothing-{_part}")(_import_of_nothing(_part))


@family("guarded-import", harmless=True)
def guarded_import(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    def codes(_module: Module) -> list[str]:
        name = absent(rng)
        return [
            f"try:\n    import {name}\nexcept ImportError:\n    {name} = None",
            f"try:\n    from {name} import thing\nexcept ModuleNotFoundError:\n    pass",
            f"try:\n    import {name}.inner as inner\nexcept Exception:\n    inner = None",
            f"try:\n    import {name}\nexcept (ValueError, ImportError) as error:\n    reason = str(error)",
            f"import contextlib\nwith contextlib.suppress(ImportError):\n    import {name}",
            f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from {name} import Thing",
            f"import sys\nif sys.version_info < (3, 5):\n    import {name}",
            f"import sys\nif sys.platform == 'no-such-platform':\n    import {name}",
            f"import importlib.util\nif importlib.util.find_spec('{name}'):\n    import {name}",
            f"HAS_IT = False\nif HAS_IT:\n    import {name}",
        ]
    yield from insertions(tree, rng, ["test", "helper", "package"], codes, "guarded")


@family("deferred-import", harmless=True)
def deferred_import(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    def codes(_module: Module) -> list[str]:
        name = absent(rng)
        return [
            f"def _deferred():\n    import {name}\n    return {name}",
            f"class _Deferred:\n    def load(self):\n        from {name} import thing\n        return thing",
            f"async def _deferred():\n    from {name} import thing\n    return thing",
            f"_deferred = lambda: __import__('{name}')",
        ]
    yield from insertions(tree, rng, ["test", "helper", "package"], codes, "in a function body")


@family("stub-module")
def stub_module(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    """A test file leaves a stand-in in sys.modules for what later files import."""
    tests = [tree.module(t) for t in tree.tests]
    for at in shuffled(rng, range(len(tests) - 1)):
        later = sorted({i.module for m in tests[at + 1:] for i in m.imports if i.module != "pytest"})
        if not later:
            continue
        name = rng.choice(later)
        code = rng.choice([
            f'import sys\nimport types\nsys.modules["{name}"] = types.ModuleType("{name}")',
            f'import sys\nfrom unittest.mock import MagicMock\nsys.modules["{name}"] = MagicMock()',
            f'import sys\nimport types\nsys.modules.setdefault("{name}", types.ModuleType("{name}"))',
            f'import sys\nsys.modules["{name}"] = None',
        ])
        where = rng.choice(["first", "last"])
        last = code.splitlines()[-1]
        yield from edit(tests[at], tests[at].inserted(code, where), f"stub for {name}: {last}")


# -- markers, parameters, skips ----------------------------------------------------

def misspelt(rng: Random, word: str) -> str:
    at = rng.randrange(len(word) - 1)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2:]
    return rng.choice([s for s in (word[:at] + word[at + 1:], swapped, word[:at] + word[at] + word[at:])
                       if s != word])


@family("misspell-marker")
def misspell_marker(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    sites = [(m, n) for m in tree.reached_in("test") for s in m.statements() for n in _at_import(s)
             if isinstance(n, ast.Attribute) and ast.unparse(n.value) == "pytest.mark" and len(n.attr) > 2]
    for module, node in shuffled(rng, sites):
        lines = module.lines
        line = lines[node.end_lineno - 1].encode()
        new = misspelt(rng, node.attr)
        head, tail = line[: node.end_col_offset - len(node.attr)], line[node.end_col_offset:]
        lines[node.end_lineno - 1] = (head + new.encode() + tail).decode()
        yield from edit(module, "\n".join(lines), f"line {node.end_lineno}: mark {node.attr} -> {new}")


def _at_import(statement: ast.stmt) -> Iterator[ast.AST]:
    """The expressions of one statement that run at import: of a function, its decorators."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        for decorator in statement.decorator_list:
            yield from ast.walk(decorator)
    elif isinstance(statement, (ast.Assign, ast.Expr, ast.AnnAssign)):
        yield from ast.walk(statement)


@family("parametrize")
def parametrize(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    head = "import pytest as _pytest\n\n\n@_pytest.mark.parametrize"
    codes = [
        f'{head}("a, b", [(1, 2), (3, 4, 5)])\ndef test_seeded(a, b):\n    pass',
        f'{head}("a", [1, 2])\ndef test_seeded(b):\n    pass',
        f'{head}("a", [1, 2], ids=["one"])\ndef test_seeded(a):\n    pass',
        f'{head}("a, b", [1, 2])\ndef test_seeded(a, b):\n    pass',
        f'{head}("a, b", [(1, 2), (3, 4)])\ndef test_seeded(a, b):\n    pass',
        f'{head}("a", [])\ndef test_seeded(a):\n    pass',
        f'{head}("a", [_pytest.param(1, marks=_pytest.mark.skip)])\ndef test_seeded(a):\n    pass',
    ]
    for module in shuffled(rng, tree.reached_in("test")):
        code = rng.choice(codes)
        yield from edit(module, module.inserted(code, "last"), f"last: {code.splitlines()[3]}")


@family("skip-at-import")
def skip_at_import(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    def codes(_module: Module) -> list[str]:
        return [
            f'import pytest as _pytest\n_pytest.importorskip("{absent(rng)}")',
            'import pytest as _pytest\n_pytest.importorskip("json")',
            'import pytest as _pytest\n_pytest.skip("not here", allow_module_level=True)',
            'import pytest as _pytest\n_pytest.skip("not here")',
            'import unittest\nraise unittest.SkipTest("not here")',
            f"import pytest as _pytest\ntry:\n    import {absent(rng)}\nexcept ImportError:\n"
            '    _pytest.skip("not here", allow_module_level=True)',
        ]
    yield from insertions(tree, rng, ["test"], codes, "skip")


# -- exceptions --------------------------------------------------------------------

@family("duplicate-metric")
def duplicate_metric(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    """Where the project or its tests use prometheus_client."""
    name = "prometheus_client"
    if name not in tree.foreign_names and tree.resolve(name) is None:
        return
    head = f"from {name} import CollectorRegistry, Counter, Gauge"
    pairs = [
        ('Counter("seeded_requests", "d")', 'Counter("seeded_requests", "d")'),
        ('Counter("seeded_requests", "d")', 'Counter("seeded_requests_total", "d")'),
        ('Counter("seeded_requests", "d")', 'Gauge("seeded_requests_total", "d")'),
        ('Counter("seeded_requests", "d")', 'Gauge("seeded_other", "d")'),
        ('Counter("seeded_requests", "d")', 'Counter("seeded_requests", "d", registry=CollectorRegistry())'),
        ('Gauge("seeded_state", "d")', 'Gauge("seeded_state", "d", registry=None)'),
    ]
    for module in shuffled(rng, tree.reached_in("test") * 2):
        first, second = rng.choice(pairs)
        other = rng.choice(tree.reached_in("test"))
        if other is module:
            code = f"{head}\nSEEDED_A = {first}\nSEEDED_B = {second}"
            yield from edit(module, module.inserted(code, "last"), f"{first} and {second}")
        else:
            yield Mutation(f"{module.path}: {first}; {other.path}: {second}", {
                module.path: module.inserted(f"{head}\nSEEDED = {first}", "last"),
                other.path: other.inserted(f"{head}\nSEEDED = {second}", "last"),
            })


RAISES = [
    'raise RuntimeError("seeded")',
    'raise ImportError("seeded")',
    "assert False, 'seeded'",
    'import os\nSEEDED = os.environ["SEEDED_VARIABLE_THAT_IS_ABSENT"]',
    'SEEDED = int("seeded")',
    'SEEDED = {"a": 1}["b"]',
    'open("/nowhere/seeded.txt")',
    'import sys\nsys.exit("seeded")',
    'def _seeded():\n    raise ValueError("seeded")\n\n\n_seeded()',
    'class _Seeded(Exception):\n    pass\n\n\nraise _Seeded("seeded")',
    'try:\n    import absent_seeded\nexcept ImportError as e:\n    raise RuntimeError("seeded") from e',
    'try:\n    import absent_seeded\nexcept ImportError:\n    raise',
]


@family("raise-at-import")
def raise_at_import(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    yield from insertions(tree, rng, ["test", "helper", "package"], lambda _m: RAISES, "raises")


@family("caught-raise", harmless=True)
def caught_raise(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    codes = [
        'try:\n    raise RuntimeError("seeded")\nexcept RuntimeError:\n    pass',
        'try:\n    SEEDED = int("seeded")\nexcept ValueError:\n    SEEDED = 0',
        'try:\n    SEEDED = undefined_seeded\nexcept NameError:\n    SEEDED = None',
        'if __name__ == "__main__":\n    raise SystemExit(1)',
        'def _seeded():\n    raise ValueError("seeded")',
        'import os\nSEEDED = os.environ.get("SEEDED_VARIABLE_THAT_IS_ABSENT", "")',
        'class _Seeded:\n    def __init__(self):\n        self.value = undefined_seeded',
    ]
    yield from insertions(tree, rng, ["test", "helper", "package"], lambda _m: codes, "harmless")


@family("undefined-name")
def undefined_name(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    codes = [
        "SEEDED = undefined_seeded(1)",
        "class Seeded(UndefinedBase):\n    pass",
        "@undefined_decorator\ndef seeded():\n    pass",
        "def seeded(value=UNDEFINED_DEFAULT):\n    return value",
        "class Seeded:\n    value = undefined_seeded",
        "SEEDED = [undefined_seeded for _ in range(2)]",
        "del undefined_seeded",
        "if undefined_seeded:\n    pass",
    ]
    yield from insertions(tree, rng, ["test", "helper", "package"], lambda _m: codes, "undefined")


@family("missing-attribute")
def missing_attribute(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    """An attribute that no module has, read at import from a module that the file does import."""
    def codes(module: Module) -> list[str]:
        return [f"SEEDED = {i.bound}.absent_attribute" for i in module.imports
                if i.bound and i.node in module.tree.body and i.node.lineno < _first_other(module)]
    yield from insertions(tree, rng, ["test", "helper", "package"], codes, "attribute")


def _first_other(module: Module) -> int:
    """The line of the first statement after the docstring that is no import."""
    rest = [n.lineno for n in module.tree.body[1:] if not isinstance(n, (ast.Import, ast.ImportFrom))]
    return rest[0] if rest else 1 << 30


@family("broken-conftest")
def broken_conftest(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    for path in shuffled(rng, tree.conftests * 4):
        module = tree.module(path)
        code = rng.choice([*RAISES, *imports_of_nothing(tree, rng, module), "SEEDED = undefined_seeded",
                           'pytest_plugins = ["absent_seeded_plugin"]'])
        yield from edit(module, module.inserted(code, rng.choice(["imports", "last"])), code.splitlines()[0])


# -- syntax ------------------------------------------------------------------------

BROKEN_LINES = [
    "def seeded(:\n    pass",
    "<<<<<<< HEAD",
    'print "seeded"',
    "class Seeded\n    pass",
    "SEEDED = (1,",
    "SEEDED = 'unterminated",
    "  seeded = 1",
    "return 1",
    "1 = seeded",
    "def seeded(a, a):\n    pass",
    "def seeded():\n    return = 1",
    "def seeded():\n    nonlocal missing",
    "def seeded():\n    x = 1\n    global x",
    "seeded(a=1, a=2)",
    "for _ in ():\n    pass\nbreak",
    "from __future__ import absent_feature",
    "await seeded()",
    "def seeded():\n  if True:\n\tpass\n        pass",
]


@family("syntax-error")
def syntax_error(tree: SourceTree, rng: Random) -> Iterator[Mutation]:
    for module in shuffled(rng, [m for p in ("test", "helper", "package") for m in tree.reached_in(p)]):
        if rng.random() < 0.5:
            code = rng.choice(BROKEN_LINES)
            where = rng.choice(["imports", "last"])
            yield from edit(module, module.inserted(code, where), f"{code.splitlines()[0]!r} {where}")
        else:
            yield from _slip(module, rng)


def _slip(module: Module, rng: Random) -> Iterator[Mutation]:
    """One bracket, colon or quote of the module's own text goes away."""
    lines = module.lines
    for at in shuffled(rng, range(len(lines))):
        found = [i for i, c in enumerate(lines[at]) if c in "()[]{}:\"'"]
        if not found or lines[at].lstrip().startswith("#"):
            continue
        column = rng.choice(found)
        gone = lines[at][column]
        lines[at] = lines[at][:column] + lines[at][column + 1:]
        yield from edit(module, "\n".join(lines), f"line {at + 1}: without {gone!r}")
        return
