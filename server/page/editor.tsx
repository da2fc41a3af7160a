/** Links that open an editor at a place. Which editor is the reader's choice, kept in their browser. */
import { createContext } from 'preact'
import { useContext, useState } from 'preact/hooks'
import type { JsonPlace } from './data.ts'

/** Addresses by editor; {path} is absolute. */
const EDITORS: Readonly<Record<string, string>> = {
  'VS Code': 'vscode://file/{path}:{line}:{column}',
  VSCodium: 'vscodium://file/{path}:{line}:{column}',
  Cursor: 'cursor://file/{path}:{line}:{column}',
  Zed: 'zed://file/{path}:{line}:{column}',
  PyCharm: 'pycharm://open?file={path}&line={line}',
  'IntelliJ IDEA': 'idea://open?file={path}&line={line}',
}
const OTHER = 'Another one'
const KEY = 'precollect editor'

interface Choice {
  readonly editor: string
  /** The address of another editor. */
  readonly address: string
  /** Where the project lies on the reader's machine. */
  readonly root: string
}

export const LinkContext = createContext<(place: JsonPlace, column?: number) => string>(() => '')

export const EditorProvider = LinkContext.Provider

export function useEditor(root: string) {
  const [choice, setChoice] = useState<Choice>(() => recall(root))
  const address = choice.editor === OTHER ? choice.address : EDITORS[choice.editor]!
  const link = ({ path, line }: JsonPlace, column = 1) => {
    const absolute = /^(\/|[A-Za-z]:)/.test(path) ? path : `${choice.root.replace(/\/$/, '')}/${path}`
    const values: Record<string, string> = {
      path: encodeURI(absolute).replace(/^\//, address.includes('file/{path}') ? '' : '/'),
      line: String(line),
      column: String(column),
    }
    return address.replaceAll(/\{(path|line|column)\}/g, (_, name: string) => values[name]!)
  }
  const change = (part: Partial<Choice>) => {
    const next = { ...choice, ...part }
    setChoice(next)
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...next, root: next.root === root ? undefined : next.root }))
    } catch {
      // A browser that keeps nothing for pages from disk: the choice holds until the page is closed.
    }
  }
  return { choice, change, link }
}

function recall(root: string): Choice {
  const preset = { editor: 'VS Code', address: '', root }
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Choice>
    const known = kept.editor === OTHER || (kept.editor !== undefined && kept.editor in EDITORS)
    return known ? { ...preset, ...kept } : preset
  } catch {
    return preset
  }
}

export function EditorChoice({ choice, change }: Pick<ReturnType<typeof useEditor>, 'choice' | 'change'>) {
  return (
    <details class="editor">
      <summary>Links open {choice.editor === OTHER ? 'another editor' : choice.editor}</summary>
      <div class="fields">
        <label>
          Editor{' '}
          <select value={choice.editor} onChange={event => change({ editor: event.currentTarget.value })}>
            {[...Object.keys(EDITORS), OTHER].map(name => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        {choice.editor === OTHER && (
          <label>
            Address{' '}
            <input
              value={choice.address}
              placeholder="editor://{path}:{line}:{column}"
              onInput={event => change({ address: event.currentTarget.value })}
            />
          </label>
        )}
        <label>
          Project folder on this machine{' '}
          <input value={choice.root} onInput={event => change({ root: event.currentTarget.value })} />
        </label>
      </div>
    </details>
  )
}

/** 'path:line' that opens the editor. */
export function Place({ place, column }: { place: JsonPlace; column?: number }) {
  const link = useContext(LinkContext)
  return (
    <a class="place" href={link(place, column)}>
      {place.path}
      <span class="line">:{place.line}</span>
    </a>
  )
}
