import { AppError } from '#shared/errors/app-error'
import { VMDK_ADAPTERS, type VmdkAdapter } from '#shared/images/vmdk/descriptor'
import type { MachineChoice } from '#shared/jobs/convert-request'
import { withRawDisk } from '../../guest/raw-disk.js'
import { withFileSink } from './file-sink.js'
import type { Packer } from './packer.js'
import { DEFLATE_LEVELS, type DeflateLevel } from './parallel-deflate.js'
import { streamVmdk } from './stream-vmdk.js'

export interface VmdkChoices {
  readonly adapter?: VmdkAdapter
  readonly hardwareVersion?: number
  readonly level?: DeflateLevel
}

/**
 * What the `name=value` options of a conversion say about a VMDK: qemu-img's `adapter_type`, `hwversion` and `compat6`, and `level`, zlib's.
 * A machine's controller and hardware version count where no option says otherwise.
 *
 * @throws AppError `bad-input`
 */
export function vmdkChoices(options: readonly string[], machine: MachineChoice | undefined): VmdkChoices {
  let choices: VmdkChoices = {
    ...(machine?.diskController === 'ide' ? { adapter: 'ide' } : {}),
    ...(machine?.hardwareVersion === undefined ? {} : { hardwareVersion: machine.hardwareVersion }),
  }
  for (const option of options) choices = { ...choices, ...readOption(option) }
  return choices
}

function readOption(option: string): VmdkChoices {
  const at = option.indexOf('=')
  const [name, value] = at < 0 ? [option, 'on'] : [option.slice(0, at), option.slice(at + 1)]
  if (option === 'subformat=streamOptimized') return {}
  if (name === 'adapter_type') {
    const adapter = VMDK_ADAPTERS.find((known) => known === value)
    if (adapter) return { adapter }
  }
  if (name === 'hwversion' && /^[1-9]\d?$/.test(value)) return { hardwareVersion: Number(value) }
  if (name === 'compat6' && (value === 'on' || value === 'off')) return value === 'on' ? { hardwareVersion: 6 } : {}
  if (name === 'level') {
    const level = DEFLATE_LEVELS.find((known) => String(known) === value)
    if (level) return { level }
  }
  throw new AppError('bad-input', {
    details: {
      reason: `A stream-optimized VMDK has no option ${option}; it has adapter_type=${VMDK_ADAPTERS.join('|')}, hwversion=N, level=1-9`,
    },
  })
}

/** A bare stream-optimized VMDK, as govc, vSphere's importers and AWS take it. */
export const writeStreamVmdk: Packer = async ({ ctx, source, input, part, name, progress }) => {
  const choices = vmdkChoices(input.options, input.machine)
  const written = await withRawDisk(ctx.host, source.node, source.files, (disk) =>
    withFileSink(part, { digests: input.digests, signal: ctx.signal }, async (sink) => {
      const onProgress = (done: number): void => progress.bytes(done, disk.virtualBytes)
      const result = await streamVmdk(
        disk,
        { name, ...choices, signal: ctx.signal, pausePoint: () => ctx.pausePoint(), onProgress },
        sink.write,
      )
      return { ...result, digests: sink.digests() }
    }),
  )
  return {
    disk: { driver: 'vmdk', path: part },
    digests: written.digests,
    proofs: [`Stream-optimized VMDK with footer and end-of-stream marker: ${written.grains} of ${written.allGrains} grains hold data`],
  }
}
