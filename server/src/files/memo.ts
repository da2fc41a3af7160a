/** One word for "look it up, else make it and keep it". */

interface Memo<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): unknown
}

/** The value of `key`; where the map has none, `make`'s, which is kept. */
export function remember<K, V>(memo: Memo<K, V>, key: K, make: () => V): V {
  const known = memo.get(key)
  if (known !== undefined) return known
  const made = make()
  memo.set(key, made)
  return made
}
