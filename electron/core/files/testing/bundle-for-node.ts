import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** For tests that must kill a process: bundles a module of this project, so that a plain `node` can import it. */
export async function bundleForNode(entry: URL, outDir: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true },
    build: { ssr: fileURLToPath(entry), outDir, rollupOptions: { output: { entryFileNames: 'module.mjs' } } },
  })
  return path.join(outDir, 'module.mjs')
}
