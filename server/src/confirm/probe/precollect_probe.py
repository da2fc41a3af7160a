"""A pytest plugin that writes down what a collection really does, while it happens.

Loaded with ``-p precollect_probe`` and this folder on PYTHONPATH, it is active before the first
conftest and needs no change to a project. It only watches: no option, import or outcome is changed.
Python 3.8 and later, pytest 7 and later, standard library only, and of that only modules that pytest
has imported itself: one module more in ``sys.modules`` could hide a missing import of the project.

The environment variable PRECOLLECT_PROBE_OUT names a file that must not exist yet. Each line of it is
one JSON object, written at once, so that a process that hangs or dies leaves all that it came to.
Paths are absolute. ``event`` is one of

start       python, pytest
configured  rootdir
collecting  nodeid, path: a file is about to be imported
collector   nodeid, path, kind, outcome (collects | fails | skips | aborts), reason, exceptions
stop        phase (conftests | interrupt | internal), exceptions: what ended the run outside of a collector
warning     category, message, path, line
items       files: how many items were collected by path
finish      exitCode

``exceptions`` is the chain of one failure, from what pytest was shown to what it came from. Each has
type, message, link (shown | cause | context: how the one before it led here) and frames
(path, line, until, name, project; outermost first). ``until`` is the last line of a simple statement that
starts on ``line``, else ``line``. ``project`` is false in the standard library and in what is installed.
Frames of pytest's and Python's import machinery are left out; the place of a syntax error is the last
frame, with an empty name.
"""

import ast
import importlib
import json
import os
import sys
import warnings

import _pytest
import pluggy
import pytest

MAX_MESSAGE = 8000
MAX_FRAMES = 100  # a RecursionError has a thousand, all alike
MAX_CHAIN = 20
CWD = os.getcwd()  # of the start: a project may go elsewhere, and some frames have relative names


# -- writing -------------------------------------------------------------------


def _open():
    path = os.environ.pop("PRECOLLECT_PROBE_OUT", None)  # not for the processes that a project starts
    if path is None:
        return None
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)


_fd = _open()
_pid = os.getpid()


def _write(event, **fields):
    if _fd is None or os.getpid() != _pid:  # a fork of the project's is not the collection
        return
    fields["event"] = event
    line = json.dumps(fields, ensure_ascii=True, separators=(",", ":"))
    os.write(_fd, line.encode("ascii") + b"\n")


def _absolute(path):
    return os.path.normpath(os.path.join(CWD, str(path)))


# -- exceptions ----------------------------------------------------------------

_MACHINERY = (
    "<frozen importlib",
    importlib.__file__,
    os.path.join(os.path.dirname(_pytest.__file__), ""),
    os.path.join(os.path.dirname(pluggy.__file__), ""),
    __file__,
)
_STANDARD_LIBRARY = os.path.join(os.path.dirname(os.__file__), "")
_INSTALLED = tuple(os.sep + folder + os.sep for folder in ("site-packages", "dist-packages"))


def _frame(path, line, name):
    code_of_text = path.startswith("<")  # exec, eval, python -c
    foreign = code_of_text or path.startswith(_STANDARD_LIBRARY) or any(it in path for it in _INSTALLED)
    return {
        "path": path if code_of_text else _absolute(path),
        "line": line,
        "until": line if foreign else _last_line(path, line),
        "name": name,
        "project": not foreign,
    }


def _frames(exc):
    frames = []
    at = exc.__traceback__
    while at is not None:
        code = at.tb_frame.f_code
        if not code.co_filename.startswith(_MACHINERY):
            frames.append(_frame(code.co_filename, at.tb_lineno, code.co_name))
        at = at.tb_next
    if len(frames) > MAX_FRAMES:
        frames[MAX_FRAMES // 2 : -MAX_FRAMES // 2] = []
    if isinstance(exc, SyntaxError) and exc.filename:
        frames.append(_frame(exc.filename, exc.lineno or 1, ""))
    return frames


_ends = {}


def _last_line(path, line):
    """The last line of the simple statement that starts on a line; an import may go on for many."""
    if path not in _ends:
        try:
            with open(path, "rb") as source, warnings.catch_warnings():
                warnings.simplefilter("ignore")  # parsing must not add a warning to those of the run
                nodes = ast.walk(ast.parse(source.read()))
            _ends[path] = {
                node.lineno: node.end_lineno
                for node in nodes
                if isinstance(node, ast.stmt) and not hasattr(node, "body")
            }
        except (OSError, SyntaxError, ValueError, RecursionError):  # no file, or one that does not compile
            _ends[path] = {}
    return _ends[path].get(line, line)


def _text(value):
    try:
        text = str(value)
    except Exception as e:  # a project's own __str__ may do anything
        text = "<%s in __str__>" % type(e).__name__
    return text.encode("utf-8", "replace").decode("utf-8")[:MAX_MESSAGE]


def _exceptions(exc):
    chain, seen, link = [], set(), "shown"
    while exc is not None and id(exc) not in seen and len(chain) < MAX_CHAIN:
        seen.add(id(exc))
        kind = type(exc)
        chain.append(
            {"type": kind.__name__, "message": _text(exc), "link": link, "frames": _frames(exc)}
        )
        if exc.__cause__ is not None:
            exc, link = exc.__cause__, "cause"
        elif not exc.__suppress_context__:
            exc, link = exc.__context__, "context"
        else:
            exc = None
    return chain


# -- hooks: before collection --------------------------------------------------


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_load_initial_conftests():
    outcome = yield
    if outcome.excinfo:
        _write("stop", phase="conftests", exceptions=_exceptions(outcome.excinfo[1]))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    _write("configured", rootdir=_absolute(config.rootpath))


# -- hooks: collection ---------------------------------------------------------

_KINDS = {
    "Session": "session",
    "Package": "directory",
    "Dir": "directory",
    "Directory": "directory",
    "Module": "module",
    "DoctestModule": "module",
    "Class": "class",
}


def _kind(collector):
    for cls in type(collector).__mro__:
        if cls.__name__ in _KINDS:
            return _KINDS[cls.__name__]
    return "file"


def _place(collector):
    """Path and kind. Before pytest 8 a package's path was its __init__.py; here it is the folder."""
    kind, path = _kind(collector), _absolute(collector.path)
    if kind == "directory" and os.path.basename(path) == "__init__.py":
        path = os.path.dirname(path)
    return {"nodeid": collector.nodeid, "path": path, "kind": kind}


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_make_collect_report(collector):
    place = _place(collector)
    if place["kind"] in ("module", "file"):
        _write("collecting", nodeid=place["nodeid"], path=place["path"])
    outcome = yield
    if outcome.excinfo:  # SystemExit and its kin, which no collector holds back
        _write("collector", outcome="aborts", reason=None, exceptions=_exceptions(outcome.excinfo[1]), **place)
        return
    report = outcome.get_result()
    exceptions, reason = [], None
    if report.failed:
        call = getattr(report, "call", None)
        if call is not None and call.excinfo is not None:
            exceptions = _exceptions(call.excinfo.value)
        else:  # another plugin's report: its words are all there is
            reason = _text(report.longrepr)
    elif report.skipped:
        shown = report.longrepr
        reason = _text(shown[2] if isinstance(shown, tuple) else shown)
    said = {"passed": "collects", "failed": "fails", "skipped": "skips"}[report.outcome]
    _write("collector", outcome=said, reason=reason, exceptions=exceptions, **place)


_items = {}


@pytest.hookimpl
def pytest_itemcollected(item):
    path = _absolute(item.path)
    _items[path] = _items.get(path, 0) + 1


@pytest.hookimpl
def pytest_collection_finish():
    _write("items", files=_items)


# -- hooks: warnings and the end -----------------------------------------------


@pytest.hookimpl
def pytest_warning_recorded(warning_message):
    _write(
        "warning",
        category=warning_message.category.__name__,
        message=_text(warning_message.message),
        path=_absolute(warning_message.filename),
        line=warning_message.lineno,
    )


@pytest.hookimpl
def pytest_internalerror(excinfo):
    _write("stop", phase="internal", exceptions=_exceptions(excinfo.value))


@pytest.hookimpl
def pytest_keyboard_interrupt(excinfo):
    if not isinstance(excinfo.value, pytest.Session.Interrupted):  # "N errors during collection": not news
        _write("stop", phase="interrupt", exceptions=_exceptions(excinfo.value))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(exitstatus):
    _write("finish", exitCode=int(exitstatus))


def _leave_no_trace():
    """This plugin is imported by now: its folder need not stay among the places a project is searched in."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry != here]


_leave_no_trace()
_write("start", python="%d.%d.%d" % sys.version_info[:3], pytest=pytest.__version__)
