import type { BootTestInput } from '#shared/boot-test/boot-test-request'
import type { BootTestReport } from '#shared/boot-test/boot-test-report'
import type { MachineArch } from '#shared/boot-test/machine-arch'
import { AppError } from '#shared/errors/app-error'
import { probeKvm } from '../../guest/kvm.js'
import type { JobContext } from '../job-context.js'

/**
 * All that there is. The signatures of pointers that ARM's architecture describes take three times as long to emulate as qemu's own: qemu
 * docs/system/arm/cpu-features.rst, "pauth-impdef".
 */
export const EMULATED_CPU: Readonly<Record<MachineArch, string>> = { x86_64: 'max', aarch64: 'max,pauth-impdef=on' }

/** What runs a processor of that kind, and why that. Throws `engine-unavailable` where KVM has to, and does not. */
export async function chooseAccelerator(
  { host }: JobContext,
  { machine }: BootTestInput,
  arch: MachineArch,
): Promise<BootTestReport['accelerator']> {
  if (machine.accelerator === 'tcg') return { used: 'tcg', reason: 'Emulated without KVM, as was asked for.' }
  const kvm = await probeKvm(host, { arch })
  if (kvm.usable) return { used: 'kvm', reason: kvm.reason }
  if (machine.accelerator === 'kvm') throw new AppError('engine-unavailable', { details: { engine: 'KVM', reason: kvm.reason } })
  return { used: 'tcg', reason: `Emulated without KVM, which is slower. ${kvm.reason}` }
}
