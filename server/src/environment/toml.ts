/** TOML files of other tools, read without any trust in their shape. */
import { parse } from 'smol-toml'
import type { FileSystem } from '../files/file_system.ts'
import { readText } from './look.ts'

export type Table = Readonly<Record<string, unknown>>

/** The table of a file; empty where there is none or it is no TOML: its owner hears of that elsewhere. */
export function readToml(fs: FileSystem, path: string): Table {
  const source = readText(fs, path)
  if (source === null) return {}
  try {
    return parse(source)
  } catch {
    // A broken file says nothing about environments; its owner hears of it from the tool it belongs to.
    return {}
  }
}

/** What stands under a path of keys; undefined where any of them is missing. */
export function valueAt(table: Table, ...keys: readonly string[]): unknown {
  let value: unknown = table
  for (const key of keys)
    value = typeof value === 'object' && value !== null ? (value as Table)[key] : undefined
  return value
}

export function stringAt(table: Table, ...keys: readonly string[]): string | null {
  const value = valueAt(table, ...keys)
  return typeof value === 'string' ? value : null
}
