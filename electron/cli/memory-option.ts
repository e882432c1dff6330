import { parseDiskSize } from '#shared/text/parse-size'
import { UsageError } from './command.js'

const MIB = 1024 ** 2

/** Less than this starts no system that one would want to test. */
const LEAST = 64 * MIB

/**
 * Memory of a machine in bytes: `512M`, `4G`; a bare number is MiB, as qemu and VMware have it. Throws `UsageError` unless it is whole MiB,
 * and 64 at least.
 */
export function memoryOf(text: string): number {
  const bytes = /^\d+$/.test(text) ? Number(text) * MIB : parseDiskSize(text)
  if (bytes !== undefined && bytes < LEAST) throw new UsageError(`--memory is 64M at least, not ${text}; a bare number is MiB`)
  if (bytes === undefined || bytes % MIB !== 0 || !Number.isSafeInteger(bytes))
    throw new UsageError(`--memory wants a size such as 512M or 4G, not ${text}`)
  return bytes
}

/** As `memoryOf`, in MiB. */
export function memoryMibOf(text: string): number {
  return memoryOf(text) / MIB
}
