/**
 * The command line: verbs, options and their help. It decides nothing; each verb is a module of its own,
 * loaded when it is asked for. Option names follow ruff where ruff has the same idea.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { CheckOptions } from './check.ts'
import type { ConfirmOptions } from './confirm.ts'
import { ExitCode, UsageError } from './exit_code.ts'
import type { Io } from './io.ts'
import { expectShortRun } from './short_run.ts'
import { version } from './version.ts'

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
      const { check } = await import('./check.ts')
      code = await check(paths, pytestArgs, options, io)
    },
    confirm: async (paths, options) => {
      const { confirm } = await import('./confirm.ts')
      code = await confirm(paths, pytestArgs, options, io)
    },
    rule: async id => {
      const { showRule } = await import('./rule.ts')
      code = showRule(id, io)
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
  readonly rule: (id: string | undefined) => Promise<void>
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
  program
    .command('rule')
    .description('explain a rule, or list all of them')
    .argument('[ID]', 'e.g. unresolved-import')
    .action(verbs.rule)
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

/** What all verbs that report share. */
function reporting(command: Command): Command {
  return command
    .usage('[options] [PATH...] [-- PYTEST_ARGS...]')
    .argument('[PATH...]', 'a project, or what pytest is to collect; without it the current folder')
    .addOption(choice('--output-format <format>', 'how to report', ['full', 'concise', 'json'], 'full'))
    .option('-o, --output-file <file>', 'write the report to a file')
    .option('--python <path>', 'interpreter or environment to use')
    .addOption(choice('--invocation <how>', 'how pytest is started', ['pytest', 'python -m pytest']))
    .option('--select <rules>', 'rules to tell, separated by commas, or "all"', names)
    .option('--ignore <rules>', 'rules not to tell', names)
    .option('--statistics', 'counts in place of findings')
    .addOption(choice('--color <when>', 'when to use colours', ['auto', 'always', 'never'], 'auto'))
    .option('-e, --exit-zero', 'exit with 0 whatever is found')
    .option('-q, --quiet', 'findings only')
    .option('-v, --verbose', 'also notes, what the verdicts rest on, and all that is not known')
}

function toSeconds(text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('expected a number of seconds')
  return value
}

function choice(flags: string, description: string, choices: string[], preset?: string): Option {
  return new Option(flags, description).choices(choices).default(preset)
}

/** A list separated by commas, also of an option that is given several times. */
function names(value: string, before: readonly string[] = []): readonly string[] {
  return [
    ...before,
    ...value
      .split(',')
      .map(name => name.trim())
      .filter(Boolean),
  ]
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
