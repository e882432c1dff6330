import fs from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'vitest'
import { descendants } from '#core/process/process-tree'
import type { BootTestReport } from '#shared/boot-test/boot-test-report'
import type { Job } from '#shared/jobs/job'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import type { TestBench } from './workbench.js'

/** A boot that takes minutes is one on a busy machine. */
export const PATIENCE = 600_000
const MACHINE = { accelerator: 'tcg', memoryBytes: 512 * 1024 ** 2, cpus: 1 } as const

/** Boot tests of small machines without KVM, by the core. */
export function bootTests(bench: () => TestBench) {
  return {
    start: (input: JobInputDraft<'test-boot'>): Job =>
      bench().core.jobs.start({
        kind: 'test-boot',
        input: { ...input, machine: { ...MACHINE, ...input.machine }, expect: { timeoutSeconds: 300, ...input.expect } },
      }),

    report: async (job: Job): Promise<BootTestReport> => {
      const ended = await bench().core.jobs.wait(job.id)
      if (!ended.output?.bootTest) throw new Error(`${ended.state} ${JSON.stringify(ended.error)}`)
      return ended.output.bootTest
    },

    /** Resolves when the guest of a job has written something that matches; throws when the test ends before. */
    said: async (job: Job, pattern: RegExp): Promise<void> => {
      const { bootTests: tests, jobs } = bench().core
      let text = ''
      let heard: () => void = () => {}
      const found = new Promise<void>((resolve) => {
        heard = resolve
      })
      const stop = tests.watch(job.id, (bytes) => {
        text += bytes.toString('latin1')
        if (pattern.test(text)) setImmediate(heard)
      })
      const ended = jobs.wait(job.id).then(() => {
        if (!pattern.test(text)) throw new Error(`the test ended before ${pattern}: ${text.slice(-2000)}`)
      })
      await Promise.race([found, ended]).finally(stop)
    },

    /** Waits for the verdict of a machine that stays on. */
    passed: async ({ id }: Job): Promise<void> => {
      await expect.poll(() => bench().core.bootTests.live(id)?.judged?.verdict, { timeout: PATIENCE }).toBe('pass')
    },

    type: (job: Job, line: string): void => {
      expect(bench().core.bootTests.send(job.id, `${line}\n`)).toBe(true)
    },

    nothingLeft: async (): Promise<void> => {
      const { dirs, recovery } = bench().core
      for (const folder of [path.join(dirs.cache, 'boot-tests'), path.join(dirs.runtime, 'staging')]) {
        expect(await fs.readdir(folder).catch(() => [])).toEqual([])
      }
      expect(await machines()).toEqual([])
      expect(await recovery.list()).toEqual([])
    },
  }
}

/** Pids of the machines that this process runs. */
export async function machines(): Promise<number[]> {
  const names = await Promise.all(
    descendants(process.pid).map(async (pid) => ({ pid, name: await fs.readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '') })),
  )
  return names.filter(({ name }) => name.startsWith('qemu-system')).map(({ pid }) => pid)
}
