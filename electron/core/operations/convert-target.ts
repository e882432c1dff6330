import { AppError } from '#shared/errors/app-error'
import { formatLimitBytes } from '#shared/images/conversion'
import { FORMATS, type Subformat } from '#shared/images/formats'
import type { ConvertInput } from '#shared/jobs/convert-request'
import { artifact } from '#shared/platforms/artifacts'
import { fittingBytes } from '#shared/platforms/image-advice'
import type { PlatformRow } from '#shared/platforms/platform'
import { platform } from '#shared/platforms/platforms'
import { requireDescriptorName, requireOneLineName } from '../files/checks.js'
import type { Packer } from './artifacts/packer.js'
import { packerOf } from './artifacts/packers.js'
import { requireSubformat } from './write-request.js'

/** What to make, with everything that a preset says filled in. */
export interface ConvertTarget {
  readonly input: ConvertInput
  readonly subformat: Subformat
  readonly platform: PlatformRow | null
  /** Our own writer; null where qemu-img writes the result. */
  readonly packer: Packer | null
}

/** Throws `bad-input` for what does not go together. */
export function convertTarget(given: ConvertInput): ConvertTarget {
  requireOneLineName(given.output)
  const input = withPreset(given)
  const subformat = requireSubformat(input.format, input.subformat)
  const row = input.platform === undefined ? null : platform(input.platform)
  const packer = packerOf({ ...input, subformat: subformat.id })
  if (input.format === 'vmdk' && packer === null) requireDescriptorName(input.output)
  return { input, subformat, platform: row, packer }
}

function withPreset(input: ConvertInput): ConvertInput {
  if (input.artifact === undefined) return input
  const preset = artifact(input.artifact)
  if (preset.format !== input.format) {
    const reason = `${preset.name} is ${FORMATS[preset.format].label}, not ${FORMATS[input.format].label}`
    throw new AppError('bad-input', { details: { reason } })
  }
  return {
    ...input,
    subformat: input.subformat ?? preset.subformat,
    options: [...preset.options, ...input.options],
    container: input.container ?? preset.container,
    platform: input.platform ?? preset.platform,
  }
}

/** The size that the disk of the result has, bytes: that of the source, or with `fitSize` the next one that the platform takes. */
export function targetBytes({ input, platform: row }: ConvertTarget, virtualBytes: number): number {
  return input.fitSize && row !== null ? fittingBytes(row, virtualBytes) : virtualBytes
}

/** Throws `size-not-taken` for a disk that its format cannot hold, or that its platform refuses. `bytes` is the result's size. */
export function requireTakenSize({ input, subformat, platform: row }: ConvertTarget, bytes: number): void {
  const refuse = (name: string, details: Readonly<Record<string, number>>): AppError =>
    new AppError('size-not-taken', { details: { path: input.source, platform: name, virtualBytes: bytes, ...details } })
  const limit = formatLimitBytes(input.format, subformat.id)
  if (limit !== null && bytes > limit) throw refuse(FORMATS[input.format].label, { maxBytes: limit })
  if (row === null) return
  if (row.maxBytes !== null && bytes > row.maxBytes) throw refuse(row.name, { maxBytes: row.maxBytes })
  const fitting = fittingBytes(row, bytes)
  if (fitting !== bytes) throw refuse(row.name, { growTo: fitting })
}
