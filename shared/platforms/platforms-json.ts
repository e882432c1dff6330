import { z } from 'zod'
import { AppError } from '../errors/app-error.js'
import { PLATFORM_ARCHES, type PlatformArch } from './platform.js'

const rowSchema = z.object({ grub_commands: z.array(z.string()).optional(), kernel_arguments: z.array(z.string()).optional() })
const tableSchema = z.record(z.string(), rowSchema)

export interface PlatformsJsonRow {
  readonly grubCommands: readonly string[]
  readonly kernelArguments: readonly string[]
}

/** Rows by Ignition platform id. */
export type PlatformsJson = ReadonlyMap<string, PlatformsJsonRow>

/**
 * Reads `/boot/coreos/platforms.json`, which coreos-assembler writes for the image's architecture from the table of the
 * system (fedora-coreos-config platforms.yaml; both keys of a row are optional there). The table under
 * /usr/share/coreos-assembler is by architecture first: its part for `arch` is taken.
 * @throws AppError `bad-input` for text that is not such a table.
 */
export function parsePlatformsJson(text: string, arch: PlatformArch): PlatformsJson {
  const parsed = tableSchema.safeParse(partOf(parseJson(text), arch))
  if (!parsed.success) throw invalid(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  return new Map(
    Object.entries(parsed.data).map(([id, row]) => [
      id,
      { grubCommands: row.grub_commands ?? [], kernelArguments: row.kernel_arguments ?? [] },
    ]),
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error))
  }
}

/** A platform is never called like an architecture, so the first level tells which of the two tables it is. */
function partOf(json: unknown, arch: PlatformArch): unknown {
  const byArch = z.record(z.string(), z.unknown()).safeParse(json)
  if (!byArch.success || !PLATFORM_ARCHES.some((name) => Object.hasOwn(byArch.data, name))) return json
  return byArch.data[arch] ?? {}
}

function invalid(reason: string): AppError {
  return new AppError('bad-input', { details: { reason: `platforms.json: ${reason.slice(0, 400)}` } })
}
