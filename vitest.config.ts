import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Most take milliseconds. Those that start real pytest must not fail because a machine is busy.
    testTimeout: 120_000,
    maxConcurrency: availableParallelism(),
  },
})
