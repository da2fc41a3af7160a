/**
 * A tracked map holds for each step what a map would that all steps up to it had written to in their order, also after
 * steps in the middle were run again, left out, and put back.
 */
import { expect, test } from 'vitest'
import { Journal, type Stretch } from '../../server/src/simulate/journal.ts'
import { type AnyMap, TrackedMap } from '../../server/src/simulate/tracked_map.ts'
import { Random } from '../support/random.ts'

const STEPS = 6
const KEYS = ['a', 'b', 'c', 'd']

/** `looks`: what comes of it depends on what is there; a step with such a write is run again after one before it. */
interface Write {
  readonly to: (map: Map<string, number>) => void
  readonly looks: boolean
}

function writes(random: Random): Write[] {
  return Array.from({ length: random.below(5) }, (): Write => {
    const [key, value] = [random.of(KEYS), random.below(3)]
    const kind = random.below(8)
    if (kind === 0) return { to: map => map.clear(), looks: true }
    if (kind < 3) return { to: map => map.delete(key), looks: true }
    return { to: map => map.set(key, value), looks: false }
  })
}

function run(
  journal: Journal,
  map: TrackedMap<string, number>,
  number: number,
  step: readonly Write[],
): Stretch {
  const stretch = journal.begin(number, 0)
  for (const write of step) write.to(map)
  journal.end()
  return stretch
}

function versionsOf(map: TrackedMap<string, number>, { tracked }: Stretch) {
  return (tracked.get(map as unknown as AnyMap) ?? []) as Parameters<typeof map.takeOut>[0]
}

for (let seed = 1; seed <= 200; seed++)
  test(`row ${seed}`, () => {
    const random = new Random(seed)
    const journal = new Journal(true)
    // In half of the rows the first step makes the map, in some of them nobody else writes to it.
    const map = new TrackedMap<string, number>(journal, random.below(2))
    const alone = random.below(3) === 0
    const someWrites = (at: number) => (alone && at > 0 ? [] : writes(random))
    const steps = Array.from({ length: STEPS }, (_, at) => someWrites(at))
    const stretches = steps.map((step, at) => run(journal, map, at + 1, step))
    for (let change = 0; change < 6; change++) {
      const at = random.below(STEPS)
      map.takeOut(versionsOf(map, stretches[at]!))
      const kind = random.below(3)
      if (kind === 0) map.putIn(versionsOf(map, stretches[at]!))
      else {
        steps[at] = kind === 1 ? [] : someWrites(at)
        const former = versionsOf(map, stretches[at]!)
        stretches[at] = run(journal, map, at + 1, steps[at])
        // Taking out what is out already changes nothing.
        if (random.below(2) === 0) map.takeOut(former)
      }
      for (let later = at + 1; later < STEPS; later++) {
        if (!steps[later]!.some(({ looks }) => looks)) continue
        map.takeOut(versionsOf(map, stretches[later]!))
        stretches[later] = run(journal, map, later + 1, steps[later]!)
      }
      for (let number = 1; number <= STEPS; number++) {
        const plain = new Map<string, number>()
        for (const write of steps.slice(0, number).flat()) write.to(plain)
        journal.now = number
        expect([...map]).toEqual([...plain])
        expect(KEYS.map(key => map.get(key))).toEqual(KEYS.map(key => plain.get(key)))
        expect([map.size, [...map.keys()], [...map.values()]]).toEqual([
          plain.size,
          [...plain.keys()],
          [...plain.values()],
        ])
      }
    }
  })
