import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

const root = resolve(import.meta.dirname, '..')
/** A test that hangs ends by it; on a busy machine a pure one, too, takes many times its usual time. */
const PATIENCE_MS = 60_000
/** What is polled for comes, only later on a busy machine; Vitest itself waits for a second. */
const patience = { poll: { timeout: PATIENCE_MS } }
const excluded = ['node_modules/**', 'out/**', 'dist/**']

/**
 * `unit`: pure code. `window`: React under happy-dom. `tools`: the real programs of this machine, one file at a time
 * because they compete for cores, memory and FUSE mounts. `clouds`: uploads to servers on loopback, one file at a time as well.
 */
export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        test: {
          name: 'unit',
          include: ['shared/**/*.test.ts', 'electron/**/*.test.ts', 'e2e/**/*.test.ts'],
          exclude: [...excluded, '**/*.tools.test.ts', '**/*.clouds.test.ts'],
          testTimeout: PATIENCE_MS,
          expect: patience,
        },
      },
      {
        root,
        test: {
          name: 'window',
          include: ['renderer/**/*.test.{ts,tsx}'],
          exclude: excluded,
          environment: 'happy-dom',
          testTimeout: PATIENCE_MS,
          expect: patience,
          setupFiles: 'renderer/components/testing/patience.ts',
        },
      },
      {
        root,
        test: {
          name: 'tools',
          include: ['shared/**/*.tools.test.ts', 'electron/**/*.tools.test.ts', 'e2e/**/*.tools.test.ts'],
          exclude: excluded,
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          expect: patience,
        },
      },
      {
        root,
        test: {
          name: 'clouds',
          include: ['e2e/clouds/**/*.clouds.test.ts'],
          exclude: excluded,
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          expect: patience,
        },
      },
    ],
  },
})
