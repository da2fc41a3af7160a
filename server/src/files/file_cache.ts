/** What is kept by file for as long as a process lives, and how much of it at most. */
import { LRUCache } from 'lru-cache'

/** Beyond this many files the longest unused are read again when they are needed. */
const MOST_FILES = 500_000

/** An empty cache by path. It is bounded by a sum of sizes: a bare number of entries is allocated ahead, for each cache. */
export function fileCache<V extends object>(): LRUCache<string, V> {
  return new LRUCache<string, V>({ maxSize: MOST_FILES, sizeCalculation: () => 1 })
}
