"""
Makes server/src/environment/data/standard_names.json anew: what modules of the standard library have in every one
of the interpreters given, though no statement in their text says so. Run by the oldest of them:

    python3.8 scripts/standard_names.py python3.8 python3.9 ... python3.13

They have to be CPython on Linux, built with all optional parts. The modules that speak of the operating system go
apart, for other systems lack some of their names. Left out are modules that only warn of their own end, those that
need a screen, and names that are modules themselves.
"""
import json
import os
import subprocess
import sys

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../server/src/environment/data')
OF_THE_SYSTEM = set(
    'asyncio ctypes curses errno faulthandler fcntl grp locale mmap multiprocessing os posix pty pwd readline resource '
    'select selectors signal socket socketserver ssl sys syslog termios time tty'.split()
)
LEFT_OUT = set('antigravity idlelib sre_compile sre_constants sre_parse test this tkinter turtle turtledemo'.split())

TELL = r"""
import importlib, json, os, re, sys, types, warnings
warnings.simplefilter('ignore')
answers, sys.stdout = sys.stdout, sys.stderr

def text_of(module, name):
    own = getattr(module, '__file__', None) or ''
    path = own if own.endswith('.py') else os.path.join(os.path.dirname(os.__file__), name + '.py')
    try:
        with open(path, encoding='utf-8') as file:
            return file.read()
    except OSError:
        return ''

def says(text, name):
    word = r'\b%s\b' % re.escape(name)
    return re.search(r'^(?:(?:async )?def|class) +%s|^%s *[:=](?!=)' % (word, word), text, re.M)

told = {}
for name in json.loads(sys.argv[1]):
    try:
        module = importlib.import_module(name)
    except Exception:
        continue
    text = text_of(module, name)
    told[name] = [
        key for key, value in vars(module).items()
        if key[0] != '_' and not isinstance(value, types.ModuleType) and not says(text, key)
    ]
answers.write(json.dumps(told))
"""


def main(interpreters):
    with open(os.path.join(DATA, 'stdlib_modules.json'), encoding='utf-8') as file:
        tables = json.load(file)
    modules = [name for name in tables['3.8'] if name[0] != '_' and name not in LEFT_OUT]
    common = None
    for interpreter in interpreters:
        told = json.loads(subprocess.check_output([interpreter, '-I', '-S', '-c', TELL, json.dumps(modules)]))
        here = {name: set(names) for name, names in told.items()}
        common = here if common is None else {name: names & here.get(name, set()) for name, names in common.items()}
    lines = {'anywhere': [], 'linux': []}
    for name, names in sorted(common.items()):
        if names:
            line = '%s:%s' % (json.dumps(name), json.dumps(' '.join(sorted(names))))
            lines['linux' if name in OF_THE_SYSTEM else 'anywhere'].append(line)
    groups = ['%s:{\n%s\n}' % (json.dumps(group), ',\n'.join(found)) for group, found in lines.items()]
    with open(os.path.join(DATA, 'standard_names.json'), 'w', encoding='utf-8') as file:
        file.write('{\n%s\n}\n' % ',\n'.join(groups))


main(sys.argv[1:])
