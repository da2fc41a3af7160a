#!/usr/bin/env python3
"""Plan seeded faults for one project; nothing is written to it.

    mutate.py ROOT --tests TESTS.json --site SITE --seed 1 --count 20
    mutate.py ROOT --tests TESTS.json --seed 1 --family rename-symbol --family close-cycle --count 8
    mutate.py ROOT --tests TESTS.json --seed 1 --pick rename-symbol#3
    mutate.py --list

ROOT is the folder that pytest is started in, TESTS.json a list of the files that it collects there.
SITE, if given, is the site-packages folder of its environment.
Prints JSON: a list of {id, family, harmless, title, edits: {path: new text, or null: deleted},
gone: [entry of site-packages that goes], diff}.
The same seed and tree give the same list; a family's own sequence does not depend on the others.
Standard library only.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import faults_at_import  # noqa: F401  (registers its families)
import faults_of_environment  # noqa: F401
import faults_of_layout  # noqa: F401
from faults import FAMILIES, HARMLESS, Mutation
from installed import Installed
from source_tree import SourceTree


def sequence(tree: SourceTree, seed: str, family: str) -> Iterator[tuple[str, Mutation]]:
    """The family's mutations of this tree, each with its id."""
    for number, mutation in enumerate(FAMILIES[family](tree, Random(f"{seed}/{family}"))):
        yield f"{family}#{number}", mutation


def spread(tree: SourceTree, seed: str, families: list[str], count: int) -> list[tuple[str, Mutation]]:
    """`count` mutations, one family after the other in random order, as long as they last."""
    order = list(families)
    Random(seed).shuffle(order)
    running = [sequence(tree, seed, family) for family in order]
    chosen: list[tuple[str, Mutation]] = []
    while running and len(chosen) < count:
        left = []
        for each in running:
            found = list(islice(each, 1)) if len(chosen) < count else []
            chosen += found
            if found:
                left.append(each)
        running = left
    return chosen


def diff(tree: SourceTree, edits: dict[str, str | None]) -> str:
    out: list[str] = []
    for path, new in sorted(edits.items()):
        if new is None:
            out.append(f"deleted: {path}")
            continue
        old = (tree.root / path).read_bytes().decode("utf-8") if tree.exists(path) else ""
        before, after = old.splitlines(), new.splitlines()
        out += difflib.unified_diff(before, after, f"a/{path}", f"b/{path}", lineterm="", n=1)
    return "\n".join(out)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("root", type=Path, nargs="?")
    parser.add_argument("--tests", type=Path)
    parser.add_argument("--site", type=Path)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--family", action="append", choices=sorted(FAMILIES))
    parser.add_argument("--pick", metavar="FAMILY#N")
    parser.add_argument("--list", action="store_true", help="print the names of the families")
    opts = parser.parse_args(argv)
    if opts.list:
        print(json.dumps(list(FAMILIES)))
        return 0
    if opts.root is None or opts.tests is None:
        parser.error("ROOT and --tests are needed")
    tree = SourceTree(opts.root, json.loads(opts.tests.read_text("utf-8")),
                      Installed(opts.site) if opts.site else None)
    if opts.pick:
        family, _, number = opts.pick.partition("#")
        if family not in FAMILIES or not number.isdigit():
            parser.error(f"no such mutation: {opts.pick}")
        chosen = list(islice(sequence(tree, opts.seed, family), int(number), int(number) + 1))
        if not chosen:
            parser.error(f"{family} has fewer mutations of this tree: {opts.pick}")
    else:
        chosen = spread(tree, opts.seed, opts.family or list(FAMILIES), opts.count)
    json.dump([{
        "id": name,
        "family": name.partition("#")[0],
        "harmless": name.partition("#")[0] in HARMLESS,
        "title": mutation.title,
        "edits": mutation.edits,
        "gone": mutation.gone,
        "diff": diff(tree, mutation.edits),
    } for name, mutation in chosen], sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
