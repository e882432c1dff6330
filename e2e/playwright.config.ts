import process from 'node:process'
import { defineConfig } from '@playwright/test'

/** Journeys through the built app. One at a time: each starts Electron and disk tools of its own. */
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  testIgnore: '**/screenshots.spec.ts',
  workers: 1,
  fullyParallel: false,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  // A second try tells a machine that was too busy from a fault; what needed one is listed as flaky.
  retries: process.env.CI ? 1 : 0,
  outputDir: '../test-results',
  reporter: [['list']],
})
