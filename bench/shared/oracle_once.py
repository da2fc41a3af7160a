#!/usr/bin/env python3
"""One run of the real pytest under the corpus's own oracle, in a corpus root of the caller's choice.

    oracle_once.py SPEC_FOLDER ROOT NAME SETTING [VARIABLE=VALUE...]

ROOT holds src/ and venvs/ as the corpus does. Prints {record, cpu_s}; `record` is null where the run
took longer than the oracle allows.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def main() -> None:
    spec, root, name, setting, *variables = sys.argv[1:]
    sys.path.insert(0, spec)
    import fetch
    import oracle

    (entry,) = (e for e in fetch.load_manifest()["entries"] if e["name"] == name)
    entry["collect"]["env"] = {**entry["collect"].get("env", {}), **dict(v.split("=", 1) for v in variables)}
    try:
        record, _, cpu = oracle.ask(Path(root), entry, setting)
    except subprocess.TimeoutExpired:
        record, cpu = None, None
    json.dump({"record": record, "cpu_s": cpu}, sys.stdout)


main()
