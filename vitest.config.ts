import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'fuzz/**/*.test.ts', 'chaos/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Most of their time, tests of faults wait: on two processors one worker, which is the default there, leaves one idle.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    // As for the end-to-end tests: CI's machines are small and shared, and many tests here wait for what is seen.
    retry: process.env.CI ? 1 : 0,
  },
})
