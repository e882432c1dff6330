import { resolve } from 'node:path'
import { defineConfig } from 'vite'

const root = resolve(import.meta.dirname, '..')

/**
 * The frame of consoles: a document of its own, in a folder of its own, with an origin and a policy of its own. It shares no file with the window.
 */
export default defineConfig({
  root: resolve(root, 'renderer/console'),
  base: './',
  logLevel: 'warn',
  build: {
    target: 'chrome130',
    minify: true,
    assetsInlineLimit: 0,
    // the frame's policy lets it load nothing by script
    modulePreload: { polyfill: false },
    outDir: resolve(root, 'out/console'),
    emptyOutDir: true,
  },
})
