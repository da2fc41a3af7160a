import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Tests that start a Python interpreter take about a second each when they share a machine.
    testTimeout: 60_000,
    maxConcurrency: availableParallelism(),
  },
})
