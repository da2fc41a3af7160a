"""Prints what CPython's own parser makes of each file named on standard input, as JSON: path -> text.

The notation is that of unparse.ts. A file that CPython refuses, that is not in UTF-8, or that holds what
`ModuleCode` cannot (names of Unicode's characters, lone surrogates), is left out.
"""
import ast
import io
import json
import re
import sys
import tokenize
import warnings

warnings.simplefilter("ignore")
sys.setrecursionlimit(20000)

OPERATORS = {
    "Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "FloorDiv": "//", "Mod": "%", "Pow": "**", "MatMult": "@",
    "BitAnd": "&", "BitOr": "|", "BitXor": "^", "LShift": "<<", "RShift": ">>", "Lt": "<", "LtE": "<=", "Gt": ">",
    "GtE": ">=", "Eq": "==", "NotEq": "!=", "In": "in", "NotIn": "not in", "Is": "is", "IsNot": "is not",
    "And": "and", "Or": "or", "Not": "not ", "USub": "-", "UAdd": "+", "Invert": "~",
}


def kind(node):
    return type(node).__name__


def operator(node):
    return OPERATORS[kind(node)]


def number(value):
    """As JavaScript writes it; None where a float has no fraction: that is not told from an integer."""
    if value == int(value):
        return None
    whole, fraction, exponent = re.match(r"(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$", repr(value)).groups()
    digits = whole + (fraction or "")
    point = len(whole) + int(exponent or 0)
    point -= len(digits) - len(digits.lstrip("0"))
    digits = digits.strip("0")
    if 0 < point <= 21:
        return digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{mantissa}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def constant(value):
    if value is None or value is True or value is False:
        return repr(value)
    if value is ...:
        return "..."
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bytes):
        return "b" + json.dumps(value.decode("latin1"), ensure_ascii=False)
    if isinstance(value, int):
        return str(value) if abs(value) < 2**53 else f"<big>{value}"
    if isinstance(value, float):
        return (value not in (float("inf"),) and number(value)) or "<opaque>"
    return "<complex>"


def optional(before, node):
    return "" if node is None else before + expression(node)


def listed(nodes):
    return ", ".join(map(expression, nodes))


def given(args, keywords):
    named = [("**" if word.arg is None else word.arg + "=") + expression(word.value) for word in keywords]
    return ", ".join([*map(expression, args), *named])


def formatted(node):
    parts, exact = [], True
    for value in node.values:
        if kind(value) != "FormattedValue":
            parts.append((False, value.value))
            continue
        parts.append((True, "{" + expression(value.value) + "}"))
        if value.conversion != -1 or value.format_spec is not None:
            exact = False
        if value.format_spec is not None:
            parts += [part for part in formatted(value.format_spec)[0] if part[0]]
            exact = False
    return parts, exact


def expression(node):
    name = kind(node)
    if name == "Constant":
        return constant(node.value)
    if name == "Name":
        return node.id
    if name == "Attribute":
        return f"{expression(node.value)}.{node.attr}"
    if name == "Call":
        return f"{expression(node.func)}({given(node.args, node.keywords)})"
    if name == "Subscript":
        return f"{expression(node.value)}[{expression(node.slice)}]"
    if name == "Slice":
        return ":".join(optional("", bound) for bound in (node.lower, node.upper, node.step))
    if name == "Index":  # until 3.8
        return expression(node.value)
    if name == "ExtSlice":  # until 3.8
        return f"({listed(node.dims)}{',' if len(node.dims) == 1 else ''})"
    if name == "Tuple":
        return f"({listed(node.elts)}{',' if len(node.elts) == 1 else ''})"
    if name == "List":
        return f"[{listed(node.elts)}]"
    if name == "Set":
        return "{" + listed(node.elts) + "}"
    if name == "Dict":
        keys = ["**" if key is None else expression(key) + ": " for key in node.keys]
        return "{" + ", ".join(key + expression(value) for key, value in zip(keys, node.values)) + "}"
    if name == "Starred":
        return "*" + expression(node.value)
    if name == "Compare":
        rest = [f" {operator(op)} {expression(right)}" for op, right in zip(node.ops, node.comparators)]
        return f"({expression(node.left)}{''.join(rest)})"
    if name == "BoolOp":
        text = expression(node.values[0])
        for value in node.values[1:]:
            text = f"({text} {operator(node.op)} {expression(value)})"
        return text
    if name == "UnaryOp":
        return f"({operator(node.op)}{expression(node.operand)})"
    if name == "BinOp":
        return f"({expression(node.left)} {operator(node.op)} {expression(node.right)})"
    if name == "IfExp":
        return f"({expression(node.body)} if {expression(node.test)} else {expression(node.orelse)})"
    if name == "JoinedStr":
        parts, exact = formatted(node)
        text = "".join(part for field, part in parts if field or exact)
        return f'f"{text}"' if exact else f'f<inexact>"{text}"'
    if name == "Lambda":
        return f"(lambda {parameters(node.args)}: {expression(node.body)})"
    if name in ("ListComp", "SetComp", "DictComp", "GeneratorExp"):
        brackets = {"ListComp": "[]", "GeneratorExp": "()"}.get(name, "{}")
        value = f"{expression(node.key)}: {expression(node.value)}" if name == "DictComp" else expression(node.elt)
        clauses = [
            f" for {expression(one.target)} in {expression(one.iter)}"
            + "".join(f" if {expression(test)}" for test in one.ifs)
            for one in node.generators
        ]
        return brackets[0] + value + "".join(clauses) + brackets[1]
    if name == "NamedExpr":
        return f"({expression(node.target)} := {expression(node.value)})"
    if name == "Await":
        return f"(await {expression(node.value)})"
    if name in ("Yield", "YieldFrom"):
        return f"(yield{optional(' ', node.value)})"
    raise TypeError(name)


def parameters(args):
    texts = []

    def add(mark, arg, default):
        texts.append(mark + arg.arg + optional(": ", arg.annotation) + optional(" = ", default))

    plain = args.posonlyargs + args.args
    defaults = [None] * (len(plain) - len(args.defaults)) + args.defaults
    for i, (arg, default) in enumerate(zip(plain, defaults)):
        add("<positional>" if i < len(args.posonlyargs) else "", arg, default)
    if args.vararg:
        add("*", args.vararg, None)
    for arg, default in zip(args.kwonlyargs, args.kw_defaults):
        add("<keyword>", arg, default)
    if args.kwarg:
        add("**", args.kwarg, None)
    return ", ".join(texts)


def type_parameters(node):
    names = [param.name for param in getattr(node, "type_params", [])]
    return f"[{', '.join(names)}]" if names else ""


def is_generator(body):
    pending = list(body)
    while pending:
        node = pending.pop()
        name = kind(node)
        if name in ("Yield", "YieldFrom"):
            return True
        if name in ("FunctionDef", "AsyncFunctionDef"):
            pending += node.decorator_list
        elif name not in ("Lambda", "ClassDef"):
            pending += ast.iter_child_nodes(node)
    return False


def pattern(node):
    name = kind(node)
    if name == "MatchValue":
        return "<complex>" if kind(node.value) == "BinOp" else expression(node.value)
    if name == "MatchSingleton":
        return constant(node.value)
    if name == "MatchOr":
        return " | ".join(map(pattern, node.patterns))
    if name == "MatchAs":
        return node.name or "_" if node.pattern is None else f"{pattern(node.pattern)} as {node.name}"
    cls = expression(node.cls) if name == "MatchClass" else ""
    return f"<{cls}({', '.join(bindings(node))})>"


def bindings(node):
    if node is None:
        return []
    name = kind(node)
    if name in ("MatchAs", "MatchStar"):
        return bindings(getattr(node, "pattern", None)) + ([node.name] if node.name else [])
    if name == "MatchOr":
        return bindings(node.patterns[0])
    inner = getattr(node, "patterns", []) + getattr(node, "kwd_patterns", [])
    rest = getattr(node, "rest", None)
    return [bound for one in inner for bound in bindings(one)] + ([rest] if rest else [])


def block(body):
    return [line for node in body for line in statement(node)]


def indented(body):
    return ["  " + line for line in block(body)]


def clause(head, body):
    lines = indented(body)
    return [head + ":", *lines] if lines else []


def alias(node):
    return node.name + (f" as {node.asname}" if node.asname else "")


def definition(node, head):
    return [*("@" + expression(decorator) for decorator in node.decorator_list), head, *indented(node.body)]


def statement(node):
    name = kind(node)
    if name == "Expr":
        docstring = kind(node.value) == "Constant" and isinstance(node.value.value, str)
        return [] if docstring else [expression(node.value)]
    if name == "Import":
        return ["import " + ", ".join(map(alias, node.names))]
    if name == "ImportFrom":
        return [f"from {'.' * node.level}{node.module or ''} import {', '.join(map(alias, node.names))}"]
    if name == "Assign":
        return [" = ".join(map(expression, [*node.targets, node.value]))]
    if name == "AnnAssign":
        return [f"{expression(node.target)}: {expression(node.annotation)}{optional(' = ', node.value)}"]
    if name == "AugAssign":
        return [f"{expression(node.target)} {operator(node.op)}= {expression(node.value)}"]
    if name == "Delete":
        return ["del " + listed(node.targets)]
    if name == "If":
        return [f"if {expression(node.test)}:", *indented(node.body), *clause("else", node.orelse)]
    if name in ("For", "AsyncFor"):
        head = f"for {expression(node.target)} in {expression(node.iter)}:"
        return [head, *indented(node.body), *clause("else", node.orelse)]
    if name == "While":
        return [f"while {expression(node.test)}:", *indented(node.body), *clause("else", node.orelse)]
    if name in ("Try", "TryStar"):
        lines = ["try:", *indented(node.body)]
        for handler in node.handlers:
            bound = f" as {handler.name}" if handler.name else ""
            lines.append(f"except{'*' if name == 'TryStar' else ''}{optional(' ', handler.type)}{bound}:")
            lines += indented(handler.body)
        return [*lines, *clause("else", node.orelse), *clause("finally", node.finalbody)]
    if name in ("With", "AsyncWith"):
        items = [expression(item.context_expr) + optional(" as ", item.optional_vars) for item in node.items]
        return [f"with {', '.join(items)}:", *indented(node.body)]
    if name == "Match":
        lines = [f"match {expression(node.subject)}:"]
        for case in node.cases:
            lines.append(f"  case {pattern(case.pattern)}{optional(' if ', case.guard)}:")
            lines += ["  " + line for line in indented(case.body)]
        return lines
    if name in ("FunctionDef", "AsyncFunctionDef"):
        word = "async def" if name == "AsyncFunctionDef" else "def"
        what = "<generator>" if is_generator(node.body) else "<function>"
        returns = optional(" -> ", node.returns)
        head = f"{word} {node.name}{type_parameters(node)}({parameters(node.args)}){returns}: {what}"
        return definition(node, head)
    if name == "ClassDef":
        return definition(node, f"class {node.name}{type_parameters(node)}({given(node.bases, node.keywords)}):")
    if name == "Return":
        return ["return" + optional(" ", node.value)]
    if name == "Raise":
        return ["raise" + optional(" ", node.exc) + optional(" from ", node.cause)]
    if name == "Assert":
        return ["assert " + expression(node.test) + optional(", ", node.msg)]
    if name in ("Global", "Nonlocal"):
        return [f"{name.lower()} {', '.join(node.names)}"]
    if name == "TypeAlias":
        return ["type " + node.name.id]
    return [name.lower()]  # pass, break, continue


def text_of(path):
    with open(path, "rb") as file:
        source = file.read()
    if b"\\N{" in source:
        return None
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        source.decode("utf-8")
        if not encoding.startswith("utf-8"):
            return None
        compile(source, path, "exec", dont_inherit=True)
        text = "\n".join(block(ast.parse(source).body))
        return None if re.search("[\ud800-\udfff]", text) else text
    except (SyntaxError, UnicodeDecodeError, ValueError):
        return None


texts = {path: text_of(path) for path in sys.stdin.read().splitlines()}
sys.stdout.buffer.write(json.dumps({path: text for path, text in texts.items() if text is not None}).encode())
