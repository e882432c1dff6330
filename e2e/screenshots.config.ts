import { defineConfig } from '@playwright/test'

/** `npm run screenshots`: the pictures of the README, taken from the real app. */
export default defineConfig({
  testDir: '.',
  testMatch: '**/screenshots*.spec.ts',
  workers: 1,
  timeout: 300_000,
  outputDir: '../test-results/screenshots',
  reporter: [['list']],
})
