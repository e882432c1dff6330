import { defineConfig } from '@playwright/test'

/**
 * Journeys through the built app. One at a time: each starts Electron and disk tools of its own. The limits are for what never comes: on a
 * busy machine what does come takes many times its usual time.
 */
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  testIgnore: '**/screenshots*.spec.ts',
  workers: 1,
  fullyParallel: false,
  timeout: 300_000,
  expect: { timeout: 60_000 },
  forbidOnly: true,
  retries: 0,
  outputDir: '../test-results',
  reporter: [['list']],
})
