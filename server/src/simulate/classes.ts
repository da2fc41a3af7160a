/**
 * Classes of the machine: the built-in exception hierarchy and the subclass relation in three values.
 */
import { remember } from '../files/memo.ts'
import { linear } from './linear_order.ts'
import type { Class, Namespace, NativeCall, Value } from './values.ts'

/** Python's built-in exceptions, each with its bases (3.11's list; groups and the newest ones included). */
const HIERARCHY: Readonly<Record<string, string>> = {
  Exception: 'BaseException',
  GeneratorExit: 'BaseException',
  KeyboardInterrupt: 'BaseException',
  SystemExit: 'BaseException',
  BaseExceptionGroup: 'BaseException',
  ExceptionGroup: 'BaseExceptionGroup Exception',
  ArithmeticError: 'Exception',
  FloatingPointError: 'ArithmeticError',
  OverflowError: 'ArithmeticError',
  ZeroDivisionError: 'ArithmeticError',
  AssertionError: 'Exception',
  AttributeError: 'Exception',
  BufferError: 'Exception',
  EOFError: 'Exception',
  ImportError: 'Exception',
  ModuleNotFoundError: 'ImportError',
  LookupError: 'Exception',
  IndexError: 'LookupError',
  KeyError: 'LookupError',
  MemoryError: 'Exception',
  NameError: 'Exception',
  UnboundLocalError: 'NameError',
  OSError: 'Exception',
  BlockingIOError: 'OSError',
  ChildProcessError: 'OSError',
  ConnectionError: 'OSError',
  BrokenPipeError: 'ConnectionError',
  ConnectionAbortedError: 'ConnectionError',
  ConnectionRefusedError: 'ConnectionError',
  ConnectionResetError: 'ConnectionError',
  FileExistsError: 'OSError',
  FileNotFoundError: 'OSError',
  InterruptedError: 'OSError',
  IsADirectoryError: 'OSError',
  NotADirectoryError: 'OSError',
  PermissionError: 'OSError',
  ProcessLookupError: 'OSError',
  TimeoutError: 'OSError',
  ReferenceError: 'Exception',
  RuntimeError: 'Exception',
  NotImplementedError: 'RuntimeError',
  RecursionError: 'RuntimeError',
  PythonFinalizationError: 'RuntimeError',
  StopAsyncIteration: 'Exception',
  StopIteration: 'Exception',
  SyntaxError: 'Exception',
  IndentationError: 'SyntaxError',
  TabError: 'IndentationError',
  SystemError: 'Exception',
  TypeError: 'Exception',
  ValueError: 'Exception',
  UnicodeError: 'ValueError',
  UnicodeDecodeError: 'UnicodeError',
  UnicodeEncodeError: 'UnicodeError',
  UnicodeTranslateError: 'UnicodeError',
  Warning: 'Exception',
  BytesWarning: 'Warning',
  DeprecationWarning: 'Warning',
  EncodingWarning: 'Warning',
  FutureWarning: 'Warning',
  ImportWarning: 'Warning',
  PendingDeprecationWarning: 'Warning',
  ResourceWarning: 'Warning',
  RuntimeWarning: 'Warning',
  SyntaxWarning: 'Warning',
  UnicodeWarning: 'Warning',
  UserWarning: 'Warning',
}

const none: Namespace = { slots: new Map(), open: false, born: 0, version: 0, local: false }

/** A class that the machine brings along. Its namespace is open: attributes are unknown, never missing. */
export function nativeClass(
  name: string,
  module: string,
  bases: readonly Value[],
  call: NativeCall | null = null,
): Class {
  return {
    t: 'class',
    name,
    module,
    bases,
    ns: { ...none, slots: new Map(), open: true },
    place: null,
    open: false,
    native: call,
  }
}

export const OBJECT = nativeClass('object', 'builtins', [])
export const TYPE = nativeClass('type', 'builtins', [OBJECT])

/** Built-in exception classes by name; OSError's aliases included. */
export const EXCEPTIONS: ReadonlyMap<string, Class> = (() => {
  const made = new Map<string, Class>()
  made.set('BaseException', nativeClass('BaseException', 'builtins', [OBJECT]))
  for (const [name, bases] of Object.entries(HIERARCHY)) {
    const above = bases.split(' ').map(base => made.get(base)!)
    made.set(name, nativeClass(name, 'builtins', above))
  }
  made.set('IOError', made.get('OSError')!)
  made.set('EnvironmentError', made.get('OSError')!)
  return made
})()

/** A built-in exception class that certainly exists. */
export function exceptionClass(name: string): Class {
  return EXCEPTIONS.get(name)!
}

/** Python's issubclass: null where an unknown base could make it true. */
export function isSubclass(cls: Class, of: Class): boolean | null {
  if (cls === of) return true
  let unknown = cls.open && cls.bases.length === 0
  for (const base of cls.bases) {
    if (base.t !== 'class') {
      unknown = true
      continue
    }
    const answer = isSubclass(base, of)
    if (answer) return true
    if (answer === null) unknown = true
  }
  return unknown ? null : false
}

/** True where instances of the class are exceptions for certain. */
export function isException(cls: Class): boolean {
  return isSubclass(cls, exceptionClass('BaseException')) === true
}

/** The class and its bases in the order in which names are looked up. Null where a base is unknown. */
export function ancestry(cls: Class): Iterable<Class | null> {
  return remember(ancestries, cls, () => linear(cls) ?? likelyOrder(cls))
}

const ancestries = new WeakMap<Class, readonly (Class | null)[]>()

/** Without knowing all bases: each class behind those that derive from it. */
function likelyOrder(cls: Class): readonly (Class | null)[] {
  const all = [cls, ...cls.bases.flatMap(base => (base.t === 'class' ? [...ancestry(base)] : [null]))]
  return all
    .filter((each, i) => each === null || (each !== OBJECT && all.lastIndexOf(each) === i))
    .concat(OBJECT)
}
