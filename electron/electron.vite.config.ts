import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { build, type Plugin } from 'vite'

const root = resolve(import.meta.dirname, '..')

/** The frame of consoles is built with the window. */
const consoleFrame: Plugin = {
  name: 'console-frame',
  apply: 'build',
  closeBundle: async () => {
    await build({ configFile: resolve(import.meta.dirname, 'console.vite.config.ts') })
  },
}

/**
 * Targets are those of the oldest runtime the app runs on (Electron 33: Node 20.18, Chrome 130), not of the newest.
 * Everything is bundled, so the packaged app carries no node_modules.
 */
export default defineConfig({
  main: {
    build: {
      target: 'node20.18',
      externalizeDeps: false,
      sourcemap: true,
      outDir: resolve(root, 'out/main'),
      lib: { entry: resolve(root, 'electron/main/index.ts'), formats: ['es'] },
      rollupOptions: { output: { entryFileNames: '[name].js' } },
    },
  },
  preload: {
    build: {
      target: 'node20.18',
      externalizeDeps: false,
      outDir: resolve(root, 'out/preload'),
      lib: { entry: resolve(root, 'electron/preload/index.ts'), formats: ['cjs'] },
      // a sandboxed preload must be one CommonJS file
      rollupOptions: { output: { format: 'cjs', entryFileNames: '[name].cjs' } },
    },
  },
  renderer: {
    root: resolve(root, 'renderer'),
    build: {
      target: 'chrome130',
      minify: true,
      // the content security policy knows no data: fonts
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1500,
      outDir: resolve(root, 'out/renderer'),
      emptyOutDir: true,
      rolldownOptions: {
        input: resolve(root, 'renderer/index.html'),
        // what the first picture needs is one file: each further one is a round trip through the main process, while that starts up
        output: { codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] } },
      },
    },
    plugins: [react({ compiler: true }), consoleFrame],
  },
})
