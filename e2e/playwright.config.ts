import { defineConfig } from '@playwright/test'

/** Journeys through the built app. One at a time: each starts Electron and disk tools of its own. */
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  testIgnore: '**/screenshots*.spec.ts',
  workers: 1,
  fullyParallel: false,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  retries: 0,
  outputDir: '../test-results',
  reporter: [['list']],
})
