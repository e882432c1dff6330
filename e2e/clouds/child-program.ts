import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import type { ProviderId } from '#shared/clouds/provider-ids'
import type { ChildOrder } from './upload-child.js'

const REPO = fileURLToPath(new URL('../..', import.meta.url))

/** An upload as a program of its own, that a kill ends as it ends the product's. */
export interface ChildProgram {
  /** Until it is dead, which it is at `killAt` or when `when` comes true. Throws what it said when it came to its end. */
  killed(order: ChildOrder, when?: Promise<void>): Promise<void>
  remove(): Promise<void>
}

export async function buildChildProgram(id: ProviderId): Promise<ChildProgram> {
  const root = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-upload-child-'))
  await fs.copyFile(path.join(REPO, 'package.json'), path.join(root, 'package.json'))
  // Packages stay where they are: only our own sources are built, which takes a second.
  await fs.symlink(path.join(REPO, 'node_modules'), path.join(root, 'node_modules'))
  const outDir = path.join(root, 'out')
  const entry = path.join(root, 'child.ts')
  const at = (file: string): string => JSON.stringify(path.join(REPO, file))
  // Of one provider alone, so that its tests need nothing of the others.
  const lines = [
    `import { ${id}Provider } from ${at(`electron/core/clouds/${id}/${id}-provider.ts`)}`,
    `import { runChild } from ${at('e2e/clouds/upload-child.ts')}`,
    ...(id === 'registry' ? [`import { containerWork } from ${at('electron/core/operations/upload/container-work.ts')}`] : []),
    `await runChild(${id}Provider${id === 'registry' ? ', containerWork' : ''})`,
    '',
  ]
  await fs.writeFile(entry, lines.join('\n'))
  await build({
    configFile: false,
    root: REPO,
    logLevel: 'error',
    build: {
      ssr: true,
      target: 'node20',
      outDir,
      emptyOutDir: true,
      rollupOptions: { input: { child: entry }, output: { entryFileNames: '[name].js' } },
    },
  })
  return {
    async killed(order, when) {
      const env = { PATH: '/usr/bin:/bin', HOME: order.scene.env.HOME ?? root, ...order.scene.env }
      const child = spawn(process.execPath, [path.join(outDir, 'child.js')], { env, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] })
      const ended = once(child, 'close') as Promise<[number | null, string | null]>
      const said = Promise.all([text(child.stdout), text(child.stderr)])
      void when?.then(() => child.kill('SIGKILL'))
      child.stdin.on('error', () => {})
      child.stdin.end(JSON.stringify(order))
      const [, signal] = await ended
      if (signal !== 'SIGKILL') throw new Error(`the upload was not killed: ${(await said).join('\n')}`)
    },
    remove: () => fs.rm(root, { recursive: true, force: true }),
  }
}
