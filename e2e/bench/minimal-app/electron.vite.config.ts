import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const here = import.meta.dirname
const out = resolve(here, '../../../out/bench/minimal')

/** Same targets as the app's own build. */
export default defineConfig({
  main: {
    build: {
      target: 'node20.18',
      externalizeDeps: false,
      outDir: resolve(out, 'main'),
      lib: { entry: resolve(here, 'main.ts'), formats: ['es'] },
      rollupOptions: { output: { entryFileNames: 'main.mjs' } },
    },
  },
  renderer: {
    root: here,
    build: {
      target: 'chrome130',
      minify: true,
      outDir: resolve(out, 'renderer'),
      emptyOutDir: true,
      rollupOptions: { input: resolve(here, 'index.html') },
    },
    plugins: [react()],
  },
})
