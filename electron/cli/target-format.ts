import path from 'node:path'
import { DISK_FORMATS, type DiskFormat, FORMATS, findSubformat } from '#shared/images/formats'
import { UsageError } from './command.js'

export interface TargetFormat {
  readonly format: DiskFormat
  readonly subformat?: string
}

/** Reads `FORMAT[:SUBFORMAT]`; the driver names of qemu are understood as well. Throws `UsageError`. */
export function parseTarget(text: string): TargetFormat {
  const [name = '', subformat] = text.split(/:(.*)/s)
  const format = DISK_FORMATS.find((id) => id === name.toLowerCase() || FORMATS[id].driver === name.toLowerCase())
  if (!format) throw new UsageError(`unknown format ${name}: one of ${DISK_FORMATS.join(', ')}`)
  if (subformat === undefined) return { format }
  if (!findSubformat(format, subformat)) {
    throw new UsageError(`${format} has no subformat ${subformat}: one of ${FORMATS[format].subformats.map((row) => row.id).join(', ')}`)
  }
  return { format, subformat }
}

/** The format that the ending of an output's name stands for; undefined when it says nothing. */
export function targetOfName(file: string): TargetFormat | undefined {
  const ending = path.extname(file).slice(1).toLowerCase()
  const format = DISK_FORMATS.find((id) => FORMATS[id].extensions.includes(ending))
  return format && { format }
}
