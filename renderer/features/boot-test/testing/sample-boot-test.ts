import { bootTestInputSchema } from '#shared/boot-test/boot-test-request'
import type { BootTestReport } from '#shared/boot-test/boot-test-report'
import type { Job } from '#shared/jobs/job'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { PATH } from '../../boot-entries/testing/sample-core.js'
import { sampleJob } from '../../jobs/testing/sample-jobs.js'

/** What a test of a small image found; `change` says otherwise. */
export function sampleVerdict(change: Partial<BootTestReport> = {}): BootTestReport {
  return {
    verdict: 'pass',
    reason: 'The guest came as far as was wanted.',
    evidence: [{ kind: 'ready', rule: 'login', title: 'A login prompt', line: 'sample login: ', lineNumber: 40, seconds: 6.7 }],
    missing: [],
    timeline: [
      { phase: 'firmware', seconds: 0.5, line: 'BdsDxe: loading' },
      { phase: 'kernel', seconds: 2, line: 'Linux version 6.1' },
      { phase: 'login', seconds: 6.7, line: 'sample login: ' },
    ],
    firstByteSeconds: 0.4,
    seconds: 6.7,
    restarts: 0,
    serial: { path: '/state/jobs/a/serial.log', bytes: 100, leftOutBytes: 0 },
    screenshot: null,
    accelerator: { used: 'tcg', reason: 'there is no KVM' },
    firmware: { kind: 'uefi', file: '/usr/share/OVMF/OVMF_CODE.fd' },
    machine: { type: 'q35', diskBus: 'virtio', memoryBytes: 512 * 1024 ** 2, cpus: 1, network: 'none', tpm: false, platform: null },
    command: 'qemu-system-x86_64 -machine q35',
    notes: [],
    ...change,
  }
}

/** A boot test that runs, of the image of the tests. */
export function sampleTest(change: Partial<Job> = {}, input: Partial<JobInputDraft<'test-boot'>> = {}): Job {
  const request = bootTestInputSchema.parse({ source: PATH, revision: 'r1', ...input })
  return sampleJob({ kind: 'test-boot', title: 'Boot test of boot.qcow2', input: request, ...change })
}

/** One that has ended with a verdict. */
export function endedTest(verdict: BootTestReport, change: Partial<Job> = {}, input: Partial<JobInputDraft<'test-boot'>> = {}): Job {
  const output = { path: verdict.serial.path, bytes: 100, proofs: [], bootTest: verdict }
  return sampleTest({ state: 'succeeded', endedAt: '2025-01-31T14:32:00.000Z', output, ...change }, input)
}
