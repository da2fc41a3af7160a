/**
 * What is read out of the texts of files and of nothing else: kept from one simulation to the next while a file's
 * text stays the same, and there is room for the texts.
 */
import { LRUCache } from 'lru-cache'

/** In UTF-16 units. */
const MOST_TEXT = 128 * 1024 * 1024

export class TextMemo<T> {
  private readonly known = new LRUCache<string, { readonly text: string; readonly value: T }>({
    maxSize: MOST_TEXT,
    sizeCalculation: ({ text }) => text.length + 1,
  })

  /** What `read` makes of the text; `read` may look at the text and the path alone. */
  of(path: string, text: string, read: (text: string, path: string) => T): T {
    const known = this.known.get(path)
    if (known?.text === text) return known.value
    const value = read(text, path)
    this.known.set(path, { text, value })
    return value
  }
}
