import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Most take milliseconds. Those that start real pytest must not fail because a machine is busy.
    testTimeout: 120_000,
    // What tests keep is not the user's.
    env: { PRECOLLECT_CACHE_DIR: fileURLToPath(new URL('.cache/tests', import.meta.url)) },
    maxConcurrency: availableParallelism(),
  },
})
