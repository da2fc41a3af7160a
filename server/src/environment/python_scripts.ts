/**
 * The programs that the chosen interpreter runs for us: small, Python 3.6 and later, standard library only.
 * They import nothing of the project and execute none of its code.
 */

/**
 * Prints one JSON object about the interpreter that runs it. The first statements take the working directory
 * off sys.path, before anything else is imported: a `json.py` of the project must not run.
 */
export const DESCRIBE_INTERPRETER = `
import sys
if sys.path and sys.path[0] == '':
    del sys.path[0]
path, loaded = list(sys.path), dict(sys.modules)
import importlib.machinery, os

library = os.path.dirname(os.__file__)

# As json.dumps does, which takes a third of the time of this whole program to be imported.
def quoted(text):
    units = text.encode('utf-16-be', 'surrogatepass')
    return '"%s"' % ''.join(
        chr(low) if not high and 32 <= low < 127 and low not in (34, 92) else '\\\\u%02x%02x' % (high, low)
        for high, low in zip(units[::2], units[1::2])
    )

def told(value):
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        return '{%s}' % ','.join('%s:%s' % (quoted(key), told(held)) for key, held in value.items())
    if isinstance(value, (list, tuple)):
        return '[%s]' % ','.join(map(told, value))
    return '%d' % value

def origin(finder):
    named = finder if hasattr(finder, '__qualname__') else type(finder)
    return '%s.%s' % (named.__module__, named.__qualname__)

def is_library(entry):
    name = os.path.basename(entry)
    return entry == library or name in ('lib-dynload', 'DLLs') or name.startswith('python') and name.endswith('.zip')

linked = (importlib.machinery.BuiltinImporter, importlib.machinery.FrozenImporter)
fileless = {
    name: module for name, module in loaded.items()
    if name != '__main__' and getattr(module, '__file__', None) is None
    and getattr(module, '__loader__', None) not in linked
}
print('\\n' + told({
    'version': sys.version_info[:3],
    'implementation': sys.implementation.name,
    'prefix': sys.prefix,
    'basePrefix': sys.base_prefix,
    'separator': os.sep,
    'sysPath': [entry for entry in path if isinstance(entry, str)],
    'stdlib': [entry for entry in path if isinstance(entry, str) and is_library(entry)],
    'builtinModules': sys.builtin_module_names,
    'extensionSuffixes': importlib.machinery.EXTENSION_SUFFIXES,
    'finders': [origin(finder) for finder in sys.meta_path + sys.path_hooks],
    'namespaces': {
        name: [str(place) for place in module.__path__]
        for name, module in fileless.items() if hasattr(module, '__path__')
    },
    'injected': [
        name for name, module in fileless.items() if '.' not in name and not hasattr(module, '__path__')
    ],
    'flags': {name: int(getattr(sys.flags, name)) for name in dir(sys.flags)
              if isinstance(getattr(sys.flags, name), int)},
}))
`

/**
 * Compiles files, executing none. Reads {"path": ..., "bytes": base64} as one JSON array and prints a line of
 * JSON for each file in order, at once: if one of them takes the interpreter down, the others' stay known.
 */
export const COMPILE_FILES = `
import base64, importlib.util, json, sys, warnings
warnings.simplefilter('ignore')

def utf16(text):
    return len(text.encode('utf-16-le', 'surrogatepass')) // 2

def fault(error, source):
    verdict = {'ok': False, 'exception': type(error).__name__, 'message': str(error), 'line': 1, 'column': 1}
    if isinstance(error, SyntaxError):
        verdict.update(message=str(error.msg), line=error.lineno or 1)
        try:
            text = importlib.util.decode_source(source)
        except (SyntaxError, ValueError, LookupError):
            return verdict
        try:
            compile(text, error.filename or '', 'exec', dont_inherit=True)
        except SyntaxError as again:
            # Columns count bytes when bytes are compiled (3.9 to 3.12), characters when text is.
            error = again if again.msg == error.msg else error
        verdict.update(zip(('line', 'column'), place(error, text.split('\\n'))))
    return verdict

def place(error, lines):
    line, column, shown = error.lineno or 1, max(error.offset or 1, 1), (error.text or '').strip()
    own = lines[line - 1] if line <= len(lines) else ''
    if shown.startswith('(') and shown not in own:
        # Before 3.12 the expressions of f-strings are parsed alone, in brackets of their own.
        known = range(len(lines)) if error.filename == '<fstring>' else [line - 1]
        for number in known:
            if shown[1:-1] in lines[number]:
                return number + 1, 1 + utf16(lines[number][:lines[number].index(shown[1:-1])])
    # Faults found behind the parser show no text and count bytes.
    before = own[:column - 1] if error.text else own.encode('utf-8', 'replace')[:column - 1].decode('utf-8', 'ignore')
    return line, 1 + utf16(before)

for item in json.loads(sys.stdin.buffer.read()):
    source = base64.b64decode(item['bytes'])
    try:
        compile(source, item['path'], 'exec', dont_inherit=True)
        verdict = {'ok': True}
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        verdict = fault(error, source)
    sys.stdout.write(json.dumps(verdict) + '\\n')
    sys.stdout.flush()
`

/**
 * Says which names modules of the standard library lack. Reads lines "module name" and prints a line for each
 * in order: present, unknown, or as JSON Python's words for the import, those for the attribute,
 * and the names that are there. It has to be run
 * with -I -S, so that nothing else can be imported. Not imported are programs, tests, what shows something when
 * it is imported, and what others may have put into the library's folder.
 */
export const LOOK_UP_NAMES = `
import sys
answers, sys.stdout = sys.stdout, sys.stderr
import warnings
warnings.simplefilter('ignore')

never = {'__main__', 'test', 'tests', 'idlelib', 'turtledemo', 'antigravity', 'this', '__hello__', '__phello__',
         'sitecustomize', 'usercustomize'}

def look_up(module, name):
    parts = module.split('.')
    standard = getattr(sys, 'stdlib_module_names', parts)
    if parts[0] not in standard or never.intersection(parts + [name]) or not all(map(str.isidentifier, parts + [name])):
        return 'unknown'
    try:
        __import__(module)
        found = sys.modules[module]
        try:
            exec('from %s import %s' % (module, name), {})
            return 'present'
        except ImportError as error:
            if type(error) is not ImportError or error.name not in (None, found.__name__):
                return 'unknown'
            absent = str(error)
        try:
            getattr(found, name)
            return 'present'
        except AttributeError as error:
            import json
            return json.dumps([absent, str(error), [name for name in dir(found) if name[:1] != '_']])
    except BaseException:
        return 'unknown'

for line in sys.stdin.buffer.read().decode('utf-8').splitlines():
    answers.write(look_up(*line.split(' ', 1)) + '\\n')
    answers.flush()
`
