import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { descendants } from '#core/process/process-tree'
import { talkingDisk } from '../images/talking-disk.js'
import { stateEnv } from '../state-env.js'
import type { Ratio } from './report.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const LINE = 'flood of a guest that never stops, 0123456789 abcdefghijklmnopqrstuvwxyz\r\n'
/** By then all that is there from the start is there, and what can be scrolled back to is full. */
const SETTLED_BYTES = 2e6
const STREAMED_BYTES = 1e8
const SAMPLE_MS = 1000

/** Memory of the whole app (all its processes, shared pages by their share) while a guest writes 100 MB to the console that is shown. */
export async function consoleMemoryBench(): Promise<Ratio> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-console-'))
  const image = path.join(folder, 'flood.raw')
  fs.writeFileSync(image, talkingDisk(LINE, 'again'))
  // Not part of what is bundled: it starts programs that lie beside it
  const { _electron } = await import('@playwright/test')
  const app = await _electron.launch({
    cwd: ROOT,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu', ROOT, image],
    env: { ...(process.env as Record<string, string>), ...stateEnv(path.join(folder, 'app')) },
  })
  try {
    const page = await app.firstWindow()
    await page.getByRole('tab', { name: 'Boot test' }).click()
    const id = await startFlood(page, image)
    await page.frameLocator('iframe').locator('.xterm-rows').getByText('flood of a guest').first().waitFor()
    const pid = app.process().pid ?? 0
    while ((await written(page, id)) < SETTLED_BYTES) await sleep(SAMPLE_MS)
    const before = memoryOf(pid)
    let most = before
    while ((await written(page, id)) < STREAMED_BYTES) {
      most = Math.max(most, memoryOf(pid))
      await sleep(SAMPLE_MS)
    }
    return {
      what: 'memory of the app while a console streams 100 MB',
      ours: { label: 'all its processes, at most', ms: most },
      theirs: { label: 'the same after the first 2 MB', ms: before },
      kind: 'at-most',
      bound: 1.25,
      unit: 'bytes',
    }
  } finally {
    await app.evaluate(({ app: running }) => running.exit(0)).catch(() => {})
    await app.close().catch(() => {})
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

interface Bridge {
  invoke(channel: string, input: unknown): Promise<{ ok: boolean; value: never; error?: { code: string } }>
}

async function startFlood(page: Page, source: string): Promise<string> {
  return page.evaluate(async (file) => {
    const { diskwright } = globalThis as unknown as { diskwright: Bridge }
    const machine = { accelerator: 'tcg', memoryBytes: 128 * 1024 ** 2, cpus: 1 }
    const expect = { ready: [], patterns: ['never seen'], timeoutSeconds: 86_400 }
    const answer = await diskwright.invoke('jobs.start', { kind: 'test-boot', input: { source: file, machine, expect } })
    if (!answer.ok) throw new Error(answer.error?.code)
    return (answer.value as { id: string }).id
  }, source)
}

/** Bytes that the guest has written, but for the last few. */
async function written(page: Page, id: string): Promise<number> {
  return page.evaluate(async (job) => {
    const { diskwright } = globalThis as unknown as { diskwright: Bridge }
    const answer = await diskwright.invoke('bootTest.raw', { id: job, from: 0 })
    if (!answer.ok) throw new Error(answer.error?.code)
    return (answer.value as { next: number }).next
  }, id)
}

/** Bytes of all processes of the app; the machine that it runs is none of them. */
function memoryOf(pid: number): number {
  const isOurs = (one: number): boolean => /electron/.test(read(`/proc/${one}/comm`))
  return [pid, ...descendants(pid)].filter(isOurs).reduce((sum, one) => {
    const kib = Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${one}/smaps_rollup`))?.[1] ?? 0)
    return sum + kib * 1024
  }, 0)
}

/** Processes come and go. */
function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
