/**
 * Marks that stand where pytest does not look: on a fixture, in a conftest, under a name that is nearly
 * `pytestmark`, on a class that is not collected; and `skipif` without its condition. What pytest refuses
 * while it collects is told by the rule of that exception.
 */
import type { ClassOp, DefOp, Expr, ModuleCode, Op } from '../compile/module_code.ts'
import { remember } from '../files/memo.ts'
import type { Span } from '../files/span.ts'
import { Sieve } from '../files/standing.ts'
import { fnmatch } from '../pytest/glob.ts'
import type { CollectNode, Plan } from '../pytest/plan.ts'
import { atLeast } from '../pytest/version.ts'
import { listed, type MarkUse, type MarkWords, markedStatements, markWords } from './mark_words.ts'
import { nearest } from './nearest.ts'
import type { Draft, Rule, RuleContext } from './rule.ts'
import { testFiles } from './test_files.ts'

const ID = 'misplaced-mark'
const RIGHT = 'pytestmark'

export const misplacedMark: Rule = {
  id: ID,
  summary: 'a mark stands where it has no effect, or skips without a condition',
  severity: 'warning',
  since: '0.1.0',
  doc: {
    breaks:
      'Nothing at once: the mark does nothing, and the tests run that it was to skip, select or configure. A ' +
      '`skipif` without a condition skips always. On a fixture a mark is an error from pytest 9 on.',
    why:
      'pytest reads marks from the tests that it collects, from their classes, and from `pytestmark` of a class or ' +
      'test module. It does not read them from fixtures, from `pytestmark` in a conftest, from a variable of ' +
      'another name, or from a class that it does not collect.',
    todo:
      'Put the mark on the tests, on their class, or into `pytestmark` of the test module. For all tests below a ' +
      'folder, add it in `pytest_collection_modifyitems`.',
    pytest:
      'PytestRemovedIn9Warning: Marks applied to fixtures have no effect\n\nFailed: Marks cannot be applied to fixtures.',
    limits:
      'Only what is written with names that the file imports from pytest, in conftests and test files. A variable ' +
      'or class that the file names a second time is taken to be used, and left alone.',
  },
  *check(context) {
    const { plan, causes, standing } = context
    const failing = new Set(causes.map(({ span }) => span.path))
    const { paths, conftests } = remember(filesOfPlans, plan, () => filesRead(plan))
    const alone = { ...context, causes: [] }
    const read = (path: string) => draftsAlone(alone, path, conftests.has(path))
    for (const path of speaking.sift(paths, standing, path => read(path).length > 0, plan))
      yield* failing.has(path) ? drafts(context, path, conftests.has(path)) : read(path)
  },
}

/** The files in which something is amiss, whether failures tell it or not. */
const speaking = new Sieve()

/** What is said of code where no failure tells it: that rests on these parts of the plan alone. */
const known = new WeakMap<ModuleCode, { readonly basis: string; readonly drafts: readonly Draft[] }>()

/** `context` is without causes. */
function draftsAlone(context: RuleContext, path: string, isConftest: boolean): readonly Draft[] {
  const { pytestVersion, pythonClasses, pythonFunctions } = context.plan
  const code = context.code(path)
  if (!code) return []
  const basis = JSON.stringify([isConftest, pytestVersion, pythonClasses, pythonFunctions])
  const before = known.get(code)
  if (before?.basis === basis) return before.drafts
  const made = [...drafts(context, path, isConftest)]
  known.set(code, { basis, drafts: made })
  return made
}

function* drafts(context: RuleContext, path: string, isConftest: boolean): Generator<Draft> {
  const code = context.code(path)
  const text = context.text(path)
  if (!code || text === null) return
  const marked = markedStatements(code, text)
  if (marked.length === 0) return
  const reading = new Reading(context, markWords(code, path), text, isConftest)
  for (const op of marked) yield* reading.statement(op)
}

interface FilesRead {
  /** Test files and conftests. */
  readonly paths: readonly string[]
  readonly conftests: ReadonlySet<string>
}

const filesOfPlans = new WeakMap<Plan, FilesRead>()

function filesRead(plan: Plan): FilesRead {
  const conftests = new Set(plan.initialConftests)
  const late = (node: CollectNode): void => {
    if (node.kind !== 'directory') return
    if (node.conftest) conftests.add(node.conftest)
    for (const child of node.children) late(child)
  }
  for (const root of plan.roots) late(root)
  return { paths: [...new Set([...testFiles(plan), ...conftests])], conftests }
}

class Reading {
  constructor(
    private readonly context: RuleContext,
    private readonly words: MarkWords,
    private readonly text: string,
    private readonly isConftest: boolean,
  ) {}

  *statement(op: Op): Generator<Draft> {
    if (op.op === 'assign')
      for (const target of op.targets) if (target.e === 'name') yield* this.assigned(target, op.value)
    if (op.op === 'def') yield* this.defined(op)
    if (op.op === 'class') yield* this.classDefined(op)
  }

  private *assigned(target: Extract<Expr, { e: 'name' }>, value: Expr): Generator<Draft> {
    const marks = listed(value).flatMap(item => this.words.mark(item) ?? [])
    const [first] = marks
    if (!first) return
    const span = this.words.span(target.at)
    if (target.id === RIGHT) {
      if (this.isConftest) yield tellNoEffect(span, first.name, `${RIGHT} in a conftest marks nothing`)
      for (const mark of marks) yield* this.withoutCondition(mark)
    } else if (!this.isConftest && nearest(target.id, [RIGHT]) !== null && this.isNamedOnce(target.id))
      yield tellNoEffect(span, target.id, `'${target.id}' marks nothing; did you mean '${RIGHT}'?`)
  }

  private *defined(op: DefOp): Generator<Draft> {
    const marks = op.decorators.flatMap(decorator => this.words.mark(decorator) ?? [])
    const isFixture = op.decorators.some(decorator => this.words.isFixture(decorator))
    for (const mark of marks) {
      if (!isFixture) yield* this.withoutCondition(mark)
      // From 9.0 on it is an error, or its warning was switched off.
      else if (!atLeast(this.context.plan.pytestVersion, '9.0') && !this.isToldOf(op))
        yield tellNoEffect(mark.span, mark.name, `a mark on a fixture has no effect: '${op.name}' is one`)
    }
  }

  /** Warnings may be errors here, and then another rule tells of this one. */
  private isToldOf(op: DefOp): boolean {
    const name = this.words.span(op.nameAt)
    const first = op.decorators[0]!
    const start = 'at' in first ? this.words.span(first.at).start : name.start
    return this.context.causes.some(
      ({ span }) => span.path === name.path && start <= span.start && span.end <= name.start,
    )
  }

  private *classDefined(op: ClassOp): Generator<Draft> {
    const marks = op.decorators.flatMap(decorator => this.words.mark(decorator) ?? [])
    for (const mark of marks) {
      yield* this.withoutCondition(mark)
      if (this.isLost(op)) yield tellNoEffect(mark.span, mark.name, this.lost(op))
    }
  }

  /** A class with tests that pytest does not collect and that nothing else in the file uses. */
  private isLost(op: ClassOp): boolean {
    const { pythonClasses } = this.context.plan
    if (this.isConftest || op.bases.some(base => !(base.e === 'name' && base.id === 'object'))) return false
    if (op.keywords.length > 0 || pythonClasses.some(pattern => matchesName(op.name, pattern))) return false
    const isTest = (name: string) => this.context.plan.pythonFunctions.some(it => matchesName(name, it))
    const asksForIt = op.body.some(
      it => it.op === 'assign' && it.targets.some(target => target.e === 'name' && target.id === '__test__'),
    )
    return !asksForIt && op.body.some(it => it.op === 'def' && isTest(it.name)) && this.isNamedOnce(op.name)
  }

  private lost(op: ClassOp): string {
    return `class '${op.name}' is not collected, and its marks have no effect: python_classes is ${this.context.plan.pythonClasses.join(' ')}`
  }

  private *withoutCondition({ name, span, calls }: MarkUse): Generator<Draft> {
    if (name !== 'skipif') return
    const given = calls.some(
      call => call.args.length > 0 || call.keywords.some(it => it.name === null || it.name === 'condition'),
    )
    if (given) return
    yield {
      span,
      subject: 'skipif',
      what: 'skipif without a condition skips always',
      why: 'the tests never run, and pytest does not say that a condition is missing',
      todo: 'give it the condition, or use pytest.mark.skip if they are never to run',
    }
  }

  private isNamedOnce(name: string): boolean {
    return this.text.split(new RegExp(`\\b${name}\\b`, 'u')).length === 2
  }
}

/** `PyobjMixin`'s test of names: a prefix, or a glob where the pattern has one of its signs. */
function matchesName(name: string, pattern: string): boolean {
  return name.startsWith(pattern) || (/[*?[]/.test(pattern) && fnmatch(name, pattern))
}

function tellNoEffect(span: Span, subject: string, what: string): Draft {
  return {
    span,
    subject,
    what,
    why: 'the tests that it was meant for run as if it were not there',
    todo: `put it on the tests, on their class, or into ${RIGHT} of the test module`,
  }
}
