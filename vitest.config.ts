import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'fuzz/**/*.test.ts', 'chaos/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // As for the end-to-end tests: CI's machines are small and shared, and many tests here wait for what is seen.
    retry: process.env.CI ? 1 : 0,
  },
})
