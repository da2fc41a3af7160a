/**
 * Environment markers of requirements ("python_version < '3.11' and extra == 'test'"), by the grammar of the
 * dependency specifiers, in three values: what is not understood is not decided.
 */
import { satisfies } from '@renovatebot/pep440'
import type { Environment } from './environment.ts'

type About = Pick<Environment, 'version' | 'platform' | 'implementation'>

/** Does the marker hold here? null: not known. `extra` holds for every extra: whoever asks chose one. */
export function holds(marker: string, environment: About): boolean | null {
  const tokens = marker.match(/\(|\)|'[^']*'|"[^"]*"|[<>=!~]=?=?|[\w.]+/g) ?? []
  let at = 0
  const or = (): boolean | null => {
    let left = and()
    while (tokens[at] === 'or') {
      at++
      const right = and()
      left = left === true || right === true ? true : left === null || right === null ? null : false
    }
    return left
  }
  const and = (): boolean | null => {
    let left = comparison()
    while (tokens[at] === 'and') {
      at++
      const right = comparison()
      left = left === false || right === false ? false : left === null || right === null ? null : true
    }
    return left
  }
  const comparison = (): boolean | null => {
    if (tokens[at] === '(') {
      at++
      const inner = or()
      at++
      return inner
    }
    const left = tokens[at++]
    let operator = tokens[at++]
    if (operator === 'not') operator = `not ${tokens[at++]}`
    const right = tokens[at++]
    if (left === undefined || operator === undefined || right === undefined) return null
    return compare(left, operator, right, environment)
  }
  const answer = or()
  return at === tokens.length ? answer : null
}

function compare(left: string, operator: string, right: string, environment: About): boolean | null {
  if (/^['"]/.test(left)) return null
  const wanted = /^['"](.*)['"]$/.exec(right)?.[1]
  if (wanted === undefined) return null
  if (left === 'extra') return operator === '==' ? true : null
  const version = environment.version.join('.')
  if (left === 'python_full_version') return within(version, operator, wanted)
  if (left === 'python_version') return within(version.split('.').slice(0, 2).join('.'), operator, wanted)
  const value = variable(left, environment)
  if (value === null) return null
  if (operator === '==') return value === wanted
  return operator === '!=' ? value !== wanted : null
}

function within(version: string, operator: string, wanted: string): boolean | null {
  try {
    return satisfies(version, `${operator}${wanted}`)
  } catch {
    // 'in' and words that are no version: left undecided.
    return null
  }
}

function variable(name: string, { platform, implementation }: About): string | null {
  const windows = platform === 'win32'
  const systems = { linux: 'Linux', darwin: 'Darwin', win32: 'Windows', other: null }
  switch (name) {
    case 'sys_platform':
      return platform === 'other' ? null : platform
    case 'os_name':
      return windows ? 'nt' : 'posix'
    case 'platform_system':
      return systems[platform]
    case 'implementation_name':
      return implementation === 'other' ? null : implementation
    case 'platform_python_implementation':
      return { cpython: 'CPython', pypy: 'PyPy', other: null }[implementation]
    default:
      return null
  }
}
