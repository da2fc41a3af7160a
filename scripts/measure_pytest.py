#!/usr/bin/env python3
"""Measures the tables under server/src/pytest/data, from real pytest and real plugins.

    measure_pytest.py builtin  > server/src/pytest/data/builtin.json
    measure_pytest.py plugins  > server/src/pytest/data/plugins.json
    measure_pytest.py start    > server/src/pytest/data/start_modules.json

Each needs a `pip` that reaches a package index. Environments are made under `--venvs` (default: a folder
in the system's temporary one) and kept, so a second run is quick; what stands there is trusted.
Only the standard library is used, here and in the probes, which run inside those environments.
"""

from __future__ import annotations

import argparse
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# The last release of every minor version: options and ini keys do not change within one.
PYTESTS = ["7.0.1", "7.1.3", "7.2.2", "7.3.2", "7.4.4", "8.0.2", "8.1.2", "8.2.2", "8.3.5", "8.4.2", "9.0.3", "9.1.1", "9.2.0"]
BUILTIN_PYTHON = "3.11"

# The pytest that plugins are measured with: new enough for all, old enough for those that lag behind.
PLUGINS_PYTEST = "8.4.2"
# Plugins that people name options, ini keys or marks of; those with heavy dependencies are left out.
PLUGINS = """
anyio hypothesis inline-snapshot nbval platformdirs pyfakefs pytest-accept pytest-aiohttp pytest-asyncio
pytest-base-url pytest-bdd pytest-benchmark pytest-celery pytest-check pytest-clarity pytest-click
pytest-codspeed pytest-console-scripts pytest-cov pytest-custom-exit-code pytest-datadir pytest-deadfixtures
pytest-dependency pytest-django pytest-docker pytest-docker-tools pytest-doctestplus pytest-dotenv
pytest-durations pytest-env pytest-examples pytest-factoryboy pytest-flakefinder pytest-flask pytest-forked
pytest-freezegun pytest-freezer pytest-github-actions-annotate-failures pytest-html pytest-httpserver
pytest-httpx pytest-icdiff pytest-instafail pytest-json-report pytest-lazy-fixtures pytest-localserver
pytest-markdown-docs pytest-metadata pytest-mock pytest-mypy pytest-mypy-plugins pytest-order pytest-ordering
pytest-picked pytest-pretty pytest-print pytest-profiling pytest-random-order pytest-randomly pytest-recording
pytest-regressions pytest-remotedata pytest-repeat pytest-reportlog pytest-rerunfailures pytest-responses
pytest-retry pytest-reverse pytest-rich pytest-ruff pytest-run-parallel pytest-services pytest-shard
pytest-snapshot pytest-socket pytest-split pytest-subprocess pytest-subtests pytest-sugar pytest-test-groups
pytest-testinfra pytest-testmon pytest-textual-snapshot pytest-timeout pytest-tornado pytest-trio
pytest-twisted pytest-unordered pytest-variables pytest-vcr pytest-xdist pytest-xprocess pytest-xvfb
requests-mock respx syrupy time-machine typeguard xdoctest
""".split()

# What is in sys.modules when the first conftest is loaded, for these pairs.
START = [
    ("3.8", "7.4.4"), ("3.8", "8.3.5"),
    ("3.11", "7.4.4"), ("3.11", "8.4.2"), ("3.11", "9.0.3"), ("3.11", "9.1.1"), ("3.11", "9.2.0"),
    ("3.13", "7.4.4"), ("3.13", "8.4.2"), ("3.13", "9.0.3"), ("3.13", "9.1.1"), ("3.13", "9.2.0"),
]

COMMON = r'''
import json, os, sys

def takes(action):
    """How many arguments follow: a number, '?', '*' or '+', as argparse counts them."""
    return 1 if action.nargs is None else action.nargs

def plain(value):
    """The value if JSON can hold it, else None."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value):
        return list(value)
    return None

def type_of(action):
    kind = getattr(action.type, "func", action.type)
    name = getattr(kind, "__name__", None)
    return {None: None, "str": None, "int": "int", "float": "float", "directory_arg": "directory",
            "filename_arg": "filename"}.get(name, "other")

KINDS = {"_StoreAction": "store", "_StoreTrueAction": "true", "_StoreFalseAction": "false",
         "_StoreConstAction": "const", "_AppendAction": "append", "_AppendConstAction": "append_const",
         "_CountAction": "count", "_HelpAction": "help", "_ExtendAction": "extend", "HelpAction": "help",
         "OverrideIniAction": "override_ini", "MoreQuietAction": "less"}

def option(action):
    out = {"names": list(action.option_strings), "dest": action.dest, "takes": takes(action),
           "kind": KINDS.get(type(action).__name__, "other"), "default": plain(action.default)}
    if action.const is not None and plain(action.const) is not None:
        out["const"] = plain(action.const)
    if action.choices is not None:
        out["choices"] = [str(c) for c in action.choices]
    if type_of(action):
        out["type"] = type_of(action)
    if hasattr(action, "ini_option"):
        out["ini"] = action.ini_option
    return out

def actions(parser):
    made = parser._getparser() if hasattr(parser, "_getparser") else parser.optparser
    return [a for a in made._actions if a.option_strings]

def ini(name, entry, aliases=()):
    help_, kind, default = entry
    members = kind if isinstance(kind, tuple) else (kind,)  # a union of types: the first that accepts wins
    types = ["choice" if hasattr(k, "choices") else k or "string" for k in members]
    out = {"name": name, "type": " | ".join(types), "default": plain(default)}
    choices = [c for k in members for c in getattr(k, "choices", ())]
    if choices:
        out["choices"] = choices
    if aliases:
        out["aliases"] = sorted(aliases)
    return out
'''

BUILTIN_PROBE = COMMON + r'''
import importlib, inspect
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
import _pytest.config as config_module
from _pytest.config.argparsing import Parser

off = sorted(set(config_module.builtin_plugins) - set(config_module.default_plugins))
out = {"default": list(config_module.default_plugins), "off": off,
       "essential": list(config_module.essential_plugins), "options": [], "ini": [], "markers": []}

def parts(owner, parser):
    aliases = {}
    for alias, target in getattr(parser, "_ini_aliases", {}).items():
        aliases.setdefault(target, []).append(alias)
    for action in actions(parser):
        out["options"].append({"plugin": owner, **option(action)})
    for name, entry in parser._inidict.items():
        out["ini"].append({"plugin": owner, **ini(name, entry, aliases.get(name, ()))})

seen = set()
for name in [*config_module.default_plugins, *off]:
    module = importlib.import_module("_pytest." + name)
    hook = getattr(module, "pytest_addoption", None)
    if hook is not None:
        parser = Parser(_ispytest=True)
        wanted = inspect.signature(hook).parameters
        hook(**{"parser": parser, **({"pluginmanager": config_module.get_config().pluginmanager}
                                     if "pluginmanager" in wanted else {})})
        parts(name, parser)
        seen |= set(parser._inidict)

line = config_module.Config.addinivalue_line
def addinivalue_line(self, name, text):
    if name == "markers":
        owner = sys._getframe(1).f_globals["__name__"].rpartition(".")[2]
        out["markers"].append({"plugin": owner, "line": text})
    return line(self, name, text)
config_module.Config.addinivalue_line = addinivalue_line

config = config_module.get_config([])
config.parse(["-p", "pytester"])
config._do_configure()
for name, entry in config._parser._inidict.items():
    if name not in seen:
        out["ini"].append({"plugin": "config", **ini(name, entry)})
print(json.dumps(out))
'''

PLUGIN_PROBE = COMMON + r'''
import importlib.metadata as metadata
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
import _pytest.config as config_module

name = sys.argv[1]
dist = metadata.distribution(name)
points = {e.name: e.value for e in dist.entry_points if e.group == "pytest11"}

def known(args):
    config = config_module.get_config(args)
    config.parse(list(args))
    return config

base = known([])
config = known([arg for point in points for arg in ("-p", point)])
before = {n for a in actions(base._parser) for n in a.option_strings}
out = {"name": dist.metadata["Name"], "version": dist.version, "entryPoints": points,
       "options": [option(a) for a in actions(config._parser) if not before & set(a.option_strings)],
       "ini": [ini(n, e) for n, e in config._parser._inidict.items() if n not in base._parser._inidict]}
try:
    config._do_configure()
    base._do_configure()
    lines = base.getini("markers")
    out["markers"] = [m for m in config.getini("markers") if m not in lines]
except BaseException as error:
    out["markers"] = None
    out["why"] = type(error).__name__
print(json.dumps(out))
'''

START_PROBE = r'''
import sys
def pytest_load_initial_conftests():
    import os
    with open(os.environ["START_OUT"], "w") as out:
        out.write("\n".join(sys.modules))
pytest_load_initial_conftests.tryfirst = True
'''


def interpreter(version: str) -> str:
    """An interpreter of that minor version: pyenv's, else the one on PATH."""
    pyenv = sorted(glob.glob(os.path.expanduser(f"~/.pyenv/versions/{version}.*/bin/python")))
    found = pyenv[-1] if pyenv else shutil.which(f"python{version}")
    if not found:
        sys.exit(f"no interpreter of version {version}")
    return found


def environment(venvs: Path, name: str, python: str, requirements: list[str]) -> Path:
    """A virtual environment with the requirements; its interpreter."""
    home = venvs / name
    made = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (home / ".complete").exists():
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run([interpreter(python), "-m", "venv", str(home)], check=True)
        pip = [str(made), "-m", "pip", "install", "-q", "--disable-pip-version-check", *requirements]
        subprocess.run(pip, check=True)
        (home / ".complete").touch()
    return made


def run(python: Path, code: str, *args: str) -> str:
    with tempfile.TemporaryDirectory() as empty:
        done = subprocess.run([str(python), "-c", code, *args], cwd=empty, text=True, capture_output=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no output")
    return done.stdout


def minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def spans(measured: dict[str, list[dict]]) -> list[dict]:
    """Equal records of consecutive versions as one, with the first and last minor version it holds for."""
    versions = list(measured)
    out: list[dict] = []
    running: dict[str, dict] = {}
    for version in versions:
        now = {json.dumps(r, sort_keys=True): r for r in measured[version]}
        for gone in [k for k in running if k not in now]:
            del running[gone]
        for key, record in now.items():
            if key not in running:
                running[key] = {**record, "from": minor(version)}
                out.append(running[key])
            running[key]["to"] = minor(version)
    return out


def builtin(venvs: Path) -> dict:
    probes = {}
    for version in PYTESTS:
        python = environment(venvs, f"py{BUILTIN_PYTHON}-{version}", BUILTIN_PYTHON, [f"pytest=={version}"])
        probes[version] = json.loads(run(python, BUILTIN_PROBE))
    listed = {
        version: [
            {"name": name, "loaded": name in probe["default"], "essential": name in probe["essential"]}
            for name in [*probe["default"], *probe["off"]]
        ]
        for version, probe in probes.items()
    }
    out = {"versions": [minor(v) for v in PYTESTS], "plugins": spans(listed)}
    for part in ("options", "ini", "markers"):
        out[part] = spans({version: probe[part] for version, probe in probes.items()})
    return out


def plugins(venvs: Path) -> dict:
    home = environment(venvs, "plugins", BUILTIN_PYTHON, [f"pytest=={PLUGINS_PYTEST}", "setuptools<81", *PLUGINS])
    found, missed = [], {}
    for name in PLUGINS:
        try:
            found.append(json.loads(run(home, PLUGIN_PROBE, name)))
        except RuntimeError as error:
            missed[name] = str(error)
    return {"pytest": PLUGINS_PYTEST, "plugins": found, "notMeasured": missed}


def start(venvs: Path) -> dict:
    sets: dict[str, set[str]] = {}
    for python, pytest in START:
        home = environment(venvs, f"py{python}-{pytest}", python, [f"pytest=={pytest}"])
        both = []
        for command in ([str(home), "-m", "pytest"], [str(home.parent / "pytest")]):
            with tempfile.TemporaryDirectory() as folder:
                plugin, out = Path(folder, "plugin"), Path(folder, "out")
                plugin.mkdir()
                (plugin / "precollect_start_probe.py").write_text(START_PROBE)
                env = {**os.environ, "PYTHONPATH": str(plugin), "START_OUT": str(out)}
                args = ["--collect-only", "-q", "-p", "precollect_start_probe"]
                subprocess.run([*command, *args], cwd=folder, env=env, capture_output=True)
                names = set(out.read_text().split("\n"))
                both.append(names - {"precollect_start_probe"})
        sets[f"{minor(pytest)} on {python}"] = both[0] & both[1]
        sets[f"{minor(pytest)} on {python}, either"] = both[0] | both[1]
    exact = {k: v for k, v in sets.items() if not k.endswith("either")}
    always = set.intersection(*exact.values())
    sometimes = set.union(*sets.values()) - always
    return {
        "always": sorted(always),
        "sometimes": sorted(sometimes),
        "also": {pair: sorted(names - always) for pair, names in exact.items()},
    }


def lines(table: dict) -> str:
    """JSON with one record a line, so that a new measurement reads well as a diff."""
    def value(v: object, depth: int) -> str:
        pad = " " * (depth + 1)
        if isinstance(v, list) and any(isinstance(x, dict) for x in v):
            return "[\n" + ",\n".join(pad + value(x, depth + 1) for x in v) + "\n" + " " * depth + "]"
        if isinstance(v, dict) and any(isinstance(x, list) and any(isinstance(y, dict) for y in x) for x in v.values()):
            parts = (f"{pad}{json.dumps(k)}: {value(x, depth + 1)}" for k, x in v.items())
            return "{\n" + ",\n".join(parts) + "\n" + " " * depth + "}"
        return json.dumps(v)
    if not any(isinstance(x, list) and x and isinstance(x[0], dict) for x in table.values()):
        return json.dumps(table, indent=1)
    return value(table, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["builtin", "plugins", "start"])
    parser.add_argument("--venvs", type=Path, default=Path(tempfile.gettempdir(), "precollect-measure"))
    args = parser.parse_args()
    args.venvs.mkdir(parents=True, exist_ok=True)
    table = {"builtin": builtin, "plugins": plugins, "start": start}[args.what](args.venvs)
    print(lines(table))


if __name__ == "__main__":
    main()
