/**
 * What is read out of the texts of files and of nothing else: kept from one simulation to the next while a file's
 * text stays the same.
 */
import { fileCache } from './file_cache.ts'

export class TextMemo<T> {
  private readonly known = fileCache<{ readonly text: string; readonly value: T }>()

  /** What `read` makes of the text; `read` may look at the text and the path alone. */
  of(path: string, text: string, read: (text: string, path: string) => T): T {
    const known = this.known.get(path)
    if (known?.text === text) return known.value
    const value = read(text, path)
    this.known.set(path, { text, value })
    return value
  }
}
