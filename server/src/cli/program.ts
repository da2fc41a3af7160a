/**
 * The command line: verbs, options and their help. It decides nothing; each verb is a module of its own,
 * loaded when it is asked for. Option names follow ruff where ruff has the same idea.
 */
import { Argument, Command, CommanderError } from 'commander'
import type { BridgesOptions } from './bridges.ts'
import type { CacheVerb } from './cache.ts'
import type { CheckOptions } from './check.ts'
import type { ConfirmOptions } from './confirm.ts'
import type { DoctorOptions } from './doctor.ts'
import { ExitCode, UsageError } from './exit_code.ts'
import { type GateOptions, gateOptions } from './gate_options.ts'
import type { HistoryOptions } from './history.ts'
import type { Io } from './io.ts'
import {
  analysing,
  choice,
  ofPaths,
  printing,
  reporting,
  telling,
  toAtLeastOne,
  toCount,
  toSeconds,
} from './options.ts'
import type { PlanOptions } from './plan.ts'
import type { ReportOptions } from './report.ts'
import { expectShortRun, keepCompiledProgram } from './short_run.ts'
import { version } from './version.ts'
import type { WhyOptions } from './why.ts'

const CHECK_HELP = `
PATH: one folder that is a project (it has a configuration of pytest, a pyproject.toml,
setup.py or .git), or that lies outside of the current one, is checked as if pytest were
started in it. Files, several paths and other folders are given to a pytest started here;
what follows -- is always given to it unchanged.

Exit codes: 0 no error found, 1 errors or a run that stops, 2 wrong options, paths or
settings, 3 a fault of precollect itself.`

const CONFIRM_HELP = `
This runs the project's own code: what pytest executes to collect its tests.
PATH and the exit codes are those of "precollect check", by what pytest really said.`

const REPORT_HELP = `
Writes health.html, health.json, health.md, health.sarif and health.junit.xml: all of
them, or none where one can't be written. PATH and the exit codes are those of
"precollect check".`

const PROBE_HELP = `
For one run:       PYTHONPATH="$(precollect probe)" pytest -p precollect_probe
For every run in an environment:   pip install "$(precollect probe)"
What pytest collects is then picked up by the language server that has the project open.`

/**
 * Runs the command line and returns the exit code; never throws. `args` without program and script;
 * `serve` starts the language server and returns at once.
 */
export async function run(args: readonly string[], io: Io, serve: () => Promise<void>): Promise<number> {
  // Commander takes '--' away and mixes what follows with the paths.
  const cut = args.indexOf('--')
  const own = cut < 0 ? args : args.slice(0, cut)
  const pytestArgs = cut < 0 ? [] : args.slice(cut + 1)
  let code: number = ExitCode.clean
  const verbs: Verbs = {
    check: async (paths, options) => {
      if (options.confirm) return verbs.confirm(paths, options)
      expectShortRun()
      if (options.cache) keepCompiledProgram(io.env)
      const { check } = await import('./check.ts')
      code = await check(paths, pytestArgs, options, io)
    },
    confirm: async (paths, options) => {
      const { confirm } = await import('./confirm.ts')
      code = await confirm(paths, pytestArgs, options, io)
    },
    report: async (paths, options) => {
      const { report } = await import('./report.ts')
      code = await report(paths, pytestArgs, options, io)
    },
    plan: async (paths, options) => {
      const { plan } = await import('./plan.ts')
      code = await plan(paths, pytestArgs, options, io)
    },
    bridges: async (paths, options) => {
      const { bridges } = await import('./bridges.ts')
      code = await bridges(paths, pytestArgs, options, io)
    },
    why: async (asked, options) => {
      const { why } = await import('./why.ts')
      code = await why(asked, pytestArgs, options, io)
    },
    gate: async (paths, options) => {
      expectShortRun()
      if (options.cache) keepCompiledProgram(io.env)
      const { gate } = await import('./gate.ts')
      code = await gate(paths, pytestArgs, options, io)
    },
    doctor: async (path, options) => {
      expectShortRun()
      const { doctor } = await import('./doctor.ts')
      code = await doctor(path, options, io)
    },
    history: async (path, options) => {
      const { showHistory } = await import('./history.ts')
      code = showHistory(path, options, io)
    },
    rule: async id => {
      const { showRule } = await import('./rule.ts')
      code = showRule(id, io)
    },
    cache: async (what, path) => {
      const { cache } = await import('./cache.ts')
      code = cache(what, path, io)
    },
    probe: async () => {
      const { probeFolder } = await import('../confirm/runner.ts')
      io.stdout.write(`${probeFolder}\n`)
    },
    server: serve,
  }
  const program = programOf(io, verbs)
  try {
    await program.parseAsync(own, { from: 'user' })
    return code
  } catch (error) {
    return explain(error, own.includes('-v') || own.includes('--verbose'), io)
  }
}

interface Verbs {
  readonly check: (paths: string[], options: CheckOptions) => Promise<void>
  readonly confirm: (paths: string[], options: ConfirmOptions) => Promise<void>
  readonly report: (paths: string[], options: ReportOptions) => Promise<void>
  readonly plan: (paths: string[], options: PlanOptions) => Promise<void>
  readonly bridges: (paths: string[], options: BridgesOptions) => Promise<void>
  readonly why: (asked: string, options: WhyOptions) => Promise<void>
  readonly gate: (paths: string[], options: GateOptions) => Promise<void>
  readonly doctor: (path: string | undefined, options: DoctorOptions) => Promise<void>
  readonly history: (path: string | undefined, options: HistoryOptions) => Promise<void>
  readonly rule: (id: string | undefined) => Promise<void>
  readonly cache: (what: CacheVerb, path: string | undefined) => Promise<void>
  readonly probe: () => Promise<void>
  readonly server: () => Promise<void>
}

function programOf(io: Io, verbs: Verbs): Command {
  const program = new Command('precollect')
    .description(
      'Says which test files pytest will fail to collect, why, and what to change, without running anything.',
    )
    .usage('[command] [options] [PATH...]')
    .version(version, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: text => io.stdout.write(text),
      writeErr: text => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
    })
  reporting(program.command('check', { isDefault: true }))
    .description('check what pytest would collect (the default)')
    .option('--fix', 'make the fixes that are safe; what is left is reported')
    .option('--unsafe-fixes', 'make those as well that may mean something else')
    .option('--leave-out', 'make all fixes, and leave out of the collection what none mends')
    .option('--diff', 'write nothing, show as a patch what --fix, or --unsafe-fixes, would change')
    .option('--confirm', 'then run pytest --collect-only, and tell what it confirms and refutes')
    .option('--no-interpreter', 'never start the interpreter, not even to ask for its version')
    .addHelpText('after', CHECK_HELP)
    .action(verbs.check)
  reporting(program.command('confirm'))
    .description('check, run pytest --collect-only, and tell what it confirms and refutes')
    .option('--artifacts <dir>', 'write what pytest failed at into three files in this folder')
    .option('--timeout <seconds>', 'end pytest after this time; without it by the last run', toSeconds)
    .option('--watch', 'go on: confirm again what changes, until interrupted')
    .option('--interval <seconds>', 'with --watch: a full pass every so often', toSeconds, 600)
    .addHelpText('after', CONFIRM_HELP)
    .action((paths, options) => verbs.confirm(paths, { ...options, interpreter: true }))
  telling(ofPaths(analysing(program.command('report'))))
    .description("write the suite's health into files: a page, JSON, Markdown, SARIF, JUnit")
    .option('-d, --output-dir <dir>', 'where to write them (the current folder); it is made if need be')
    .option('--record', 'add the state to the history; files are then written with --output-dir alone')
    .option('--history <file>', 'where it is kept', '.precollect/history.ndjson')
    .option('--accept-fewer', 'with --record: from now on fewer tests are enough for "gate"')
    .option('--no-plan', 'do not look for the steps that bring the errors down')
    .option('--confirm', 'run pytest --collect-only first, and tell what it confirms and refutes')
    .option('--timeout <seconds>', 'with --confirm: end pytest after this time', toSeconds)
    .option('--no-interpreter', 'never start the interpreter, not even to ask for its version')
    .addHelpText('after', REPORT_HELP)
    .action(verbs.report)
  printing(ofPaths(analysing(program.command('plan'))))
    .description('the shortest list found of fixes that brings the errors down to a target')
    .option('--target <errors>', 'how many errors may be left', toCount, 0)
    .option('--safe', 'only fixes that cannot mean something else')
    .option('--steps <n>', 'not more than the first n steps', toAtLeastOne)
    .option('--apply', 'make the fixes of the plan, and check again after each')
    .option('--no-interpreter', 'never start the interpreter, not even to ask for its version')
    .action(verbs.plan)
  printing(ofPaths(analysing(program.command('bridges'))))
    .description('tell what could serve missing modules and names, and write bridges to it')
    .option('--top <n>', 'only the n that fail most test files', toAtLeastOne, 10)
    .option('--write', 'write the best bridge of each, all of them or none')
    .option('--diff', 'show as a patch what --write would do')
    .option(
      '--check',
      'look only at the bridges that are there: unused, overtaken or broken ones end with exit code 1',
    )
    .option('--no-interpreter', 'never start the interpreter, not even to ask for its version')
    .option('-e, --exit-zero', 'exit with 0 whatever is found')
    .action(verbs.bridges)
  printing(analysing(program.command('why')))
    .description('explain one test file, module or finding')
    .usage('[options] FILE|MODULE|FINDING [-- PYTEST_ARGS...]')
    .argument('<what>', "a file, a module's dotted name, a finding's fingerprint, or path:line")
    .option('--project <folder>', 'the project, where it is not the current folder')
    .option('--no-interpreter', 'never start the interpreter, not even to ask for its version')
    .action(verbs.why)
  gateOptions(reporting(program.command('gate'))).action(verbs.gate)
  program
    .command('doctor')
    .description(
      'say what is amiss with the environment: interpreters, installed packages, variables, caches',
    )
    .argument('[PATH]', 'a project; without it the current folder')
    .option('--fix', 'list caches that are made again when needed, then remove them; never what git tracks')
    .option('--python <path>', 'interpreter or environment to use')
    .option('--no-interpreter', 'never start the interpreter, not even to ask for its version')
    .addOption(choice('--output-format <format>', 'how to report', ['full', 'json'], 'full'))
    .addOption(choice('--color <when>', 'when to use colours', ['auto', 'always', 'never'], 'auto'))
    .option('-v, --verbose', 'also notes')
    .action(verbs.doctor)
  program
    .command('history')
    .description('show the trend that "report --record" kept, and verify that it is whole')
    .argument('[PATH]', 'a project; without it the current folder')
    .option('--history <file>', 'where it is kept', '.precollect/history.ndjson')
    .option('--last <n>', 'how many states to list', toCount, 20)
    .option('--cause <text>', 'when causes of this rule, place, subject or id came in and went')
    .addOption(choice('--output-format <format>', 'how to show it', ['full', 'json'], 'full'))
    .addOption(choice('--color <when>', 'when to use colours', ['auto', 'always', 'never'], 'auto'))
    .action(verbs.history)
  program
    .command('rule')
    .description('explain a rule, or list all of them')
    .argument('[ID]', 'e.g. unresolved-import')
    .action(verbs.rule)
  program
    .command('cache')
    .description('what is kept to be quicker the next time: tell of it, or delete it')
    .addArgument(new Argument('<what>', 'tell or delete').choices(['info', 'clear']))
    .argument('[PATH]', 'the folder that was checked; without it all of them')
    .action(verbs.cache)
  program
    .command('probe')
    .description('print the folder of the pytest plugin by which your own runs confirm')
    .addHelpText('after', PROBE_HELP)
    .action(verbs.probe)
  program
    .command('server')
    .description('run the language server')
    .option('--stdio', 'speak on standard input and output (the only way)')
    .allowUnknownOption() // editors add their own, such as --clientProcessId
    .allowExcessArguments()
    .action(verbs.server)
  return program
}

/** Turns what ended a verb into words and an exit code. */
function explain(error: unknown, verbose: boolean, { stderr }: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.clean : ExitCode.usage
  if (error instanceof UsageError) {
    stderr.write(`precollect: ${error.message}\n`)
    return ExitCode.usage
  }
  const message = error instanceof Error ? error.message : String(error)
  stderr.write(`precollect: this is a fault of precollect itself, not of your project: ${message}\n`)
  const stack = error instanceof Error ? error.stack : undefined
  if (verbose && stack) stderr.write(`${stack}\n`)
  else stderr.write('Please report it, with what `precollect -v` prints.\n')
  return ExitCode.internal
}
