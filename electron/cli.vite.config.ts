import { resolve } from 'node:path'
import { defineConfig } from 'vite'

const root = resolve(import.meta.dirname, '..')
const entries = {
  diskwright: 'electron/cli/main.ts',
  'build-samples': 'e2e/images/build-samples.ts',
  bench: 'e2e/bench/bench.ts',
}

/** The same core without a window: plain Node programs, everything bundled. */
export default defineConfig({
  root,
  build: {
    ssr: true,
    target: 'node20',
    outDir: resolve(root, 'out/cli'),
    emptyOutDir: true,
    sourcemap: true,
    rollupOptions: {
      input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, resolve(root, file)])),
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
  ssr: { noExternal: true, external: ['electron', '@playwright/test'] },
})
