import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Core } from '#core/core-api'
import { LOGIN_PROMPT } from '../images/bootable.js'
import { testImage } from '../images/cache.js'
import { finished, stepMs } from './measure.js'
import type { Ratio } from './report.js'

const ROUNDS = 4
const CODE = '/usr/share/OVMF/OVMF_CODE_4M.fd'
const VARS = '/usr/share/OVMF/OVMF_VARS_4M.fd'

interface Boot {
  readonly firstByteMs: number
  readonly verdictMs: number
}

/**
 * A boot test of the sample image against the same machine by hand, without KVM, in turns; the best of some rounds counts, for a
 * shared machine makes some of them slow. Ours reads the image, makes the overlay and looks for firmware within its time.
 */
export async function bootTestBench(core: Core): Promise<Ratio[]> {
  const image = await testImage('bootable')
  const ours: Boot[] = []
  const theirs: Boot[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const which of round % 2 === 0 ? ['ours', 'theirs'] : ['theirs', 'ours']) {
      if (which === 'ours') ours.push(await bootByCore(core, image))
      else theirs.push(await bootByHand(image))
    }
  }
  const best = (boots: readonly Boot[], what: keyof Boot): number => Math.min(...boots.map((boot) => boot[what]))
  const ratio = (what: string, key: keyof Boot): Ratio => ({
    what: `boot test of the sample image, from its start to ${what}`,
    ours: { label: `Diskwright, reading and overlay included, best of ${ROUNDS}`, ms: best(ours, key) },
    theirs: { label: `the same qemu command by hand, best of ${ROUNDS}`, ms: best(theirs, key) },
    kind: 'at-most',
    bound: 1.1,
  })
  return [ratio('the first byte on the console', 'firstByteMs'), ratio('the verdict', 'verdictMs')]
}

async function bootByCore(core: Core, source: string): Promise<Boot> {
  const machine = { accelerator: 'tcg', memoryBytes: 512 * 1024 ** 2, cpus: 1 } as const
  const job = await finished(core, { kind: 'test-boot', input: { source, machine, screenshot: false } })
  const report = job.output?.bootTest
  if (report?.verdict !== 'pass') throw new Error(`the sample image does not boot: ${report?.reason ?? ''}`)
  // From the button on: until the job may begin is a part of it.
  const waitedMs = Date.parse(job.startedAt ?? '') - Date.parse(job.createdAt)
  return {
    firstByteMs: waitedMs + stepMs(job, ['prepare', 'boot']),
    verdictMs: waitedMs + stepMs(job, ['prepare', 'boot', 'judge']),
  }
}

async function bootByHand(image: string): Promise<Boot> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-by-hand-'))
  try {
    const started = performance.now()
    const vars = path.join(folder, 'vars.fd')
    await fs.copyFile(VARS, vars)
    const machine = ['-machine', 'q35,accel=tcg', '-cpu', 'max', '-smp', '1', '-m', '512M', '-nodefaults', '-no-user-config']
    const devices = ['-display', 'none', '-device', 'VGA', '-device', 'virtio-rng-pci', '-serial', 'stdio']
    const drives = [
      `if=pflash,format=raw,readonly=on,file=${CODE}`,
      `if=pflash,format=raw,file=${vars}`,
      `if=virtio,format=qcow2,snapshot=on,file=${image}`,
    ].flatMap((drive) => ['-drive', drive])
    const vm = spawn('qemu-system-x86_64', [...machine, ...devices, ...drives], { stdio: ['ignore', 'pipe', 'ignore'] })
    let firstByteMs = Number.NaN
    let serial = ''
    for await (const chunk of vm.stdout) {
      if (Number.isNaN(firstByteMs)) firstByteMs = performance.now() - started
      serial += String(chunk)
      if (serial.includes(LOGIN_PROMPT)) break
    }
    const verdictMs = performance.now() - started
    if (vm.exitCode === null) {
      vm.kill('SIGKILL')
      await once(vm, 'exit')
    }
    if (!serial.includes(LOGIN_PROMPT)) throw new Error('the sample image does not boot by hand')
    return { firstByteMs, verdictMs }
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}
