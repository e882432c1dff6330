import { z } from 'zod'
import type { Host, ToolProcess } from '../../process/host.js'

const partition = z.object({
  node: z.string(),
  start: z.number(),
  size: z.number(),
  type: z.string(),
  uuid: z.string().optional(),
  name: z.string().optional(),
  bootable: z.boolean().optional(),
})
const schema = z.object({
  partitiontable: z.object({
    label: z.string(),
    id: z.string().optional(),
    sectorsize: z.number().default(512),
    partitions: z.array(partition).default([]),
  }),
})

export interface TablePartition {
  readonly number: number
  readonly startBytes: number
  readonly sizeBytes: number
  /** GPT type GUID in capitals, or the MBR type as two hex digits. */
  readonly type: string
  readonly name: string | null
  /** What `PARTUUID=` means: the GPT partition's GUID, or disk signature and number of an MBR one. In lower case. */
  readonly uuid: string | null
  readonly bootable: boolean
}

export interface PartitionTable {
  readonly table: 'gpt' | 'mbr' | 'none'
  readonly sectorBytes: number
  readonly partitions: readonly TablePartition[]
  /** The backup GPT is not at the end of the disk: it grew, or was cut. */
  readonly backupMisplaced: boolean
  /** What sfdisk said of a table that it cannot read; the disk then counts as one without a table. */
  readonly problem: string | null
}

const NONE: PartitionTable = { table: 'none', sectorBytes: 512, partitions: [], backupMisplaced: false, problem: null }

/** Output of `sfdisk -J` (util-linux 2.38), and what it said on stderr. */
export function parseTable(json: string, stderr: string): PartitionTable {
  const { partitiontable } = schema.parse(JSON.parse(json))
  // UEFI 2.10, 5.2.3: type EE says that the real table is a GPT. sfdisk shows it only where neither copy of that can be read.
  const protectsGpt = partitiontable.label === 'dos' && partitiontable.partitions.some((row) => row.type.toLowerCase() === 'ee')
  if (protectsGpt) return { ...NONE, problem: stderr || 'Neither copy of the GPT can be read' }
  const sectorBytes = partitiontable.sectorsize
  return {
    table: partitiontable.label === 'gpt' ? 'gpt' : 'mbr',
    sectorBytes,
    problem: null,
    backupMisplaced: /backup GPT table is not on the end/.test(stderr),
    partitions: partitiontable.partitions.map((row) => ({
      number: Number(/(\d+)$/.exec(row.node)?.[1] ?? 0),
      startBytes: row.start * sectorBytes,
      sizeBytes: row.size * sectorBytes,
      type: partitiontable.label === 'gpt' ? row.type.toUpperCase() : row.type.toLowerCase().padStart(2, '0'),
      name: row.name ?? null,
      uuid: partitionUuid(partitiontable, row),
      bootable: row.bootable ?? false,
    })),
  }
}

/** For MBR as the kernel and libblkid make it up: `SIGNATURE-NN`, both in hex (Linux block/partitions/msdos.c). */
function partitionUuid(table: { label: string; id?: string | undefined }, row: z.infer<typeof partition>): string | null {
  if (row.uuid !== undefined) return row.uuid.toLowerCase()
  const number = Number(/(\d+)$/.exec(row.node)?.[1] ?? 0)
  if (table.label !== 'dos' || table.id === undefined) return null
  return `${table.id.replace(/^0x/, '').toLowerCase().padStart(8, '0')}-${number.toString(16).padStart(2, '0')}`
}

const NO_TABLE = /does not contain a recognized partition table/

/** Reads the partition table of an exported disk; `none` where there is none, or none that can be read. */
export async function readTable(host: Host, disk: string, session: ToolProcess | undefined): Promise<PartitionTable> {
  const result = await host.run('sfdisk', ['-J', disk], {
    okExitCodes: [0, 1],
    timeoutMs: 10_000,
    limits: { memoryBytes: 1024 ** 3, cpuSeconds: 10 },
    ...(session ? { within: session } : {}),
  })
  if (result.exitCode !== 0) return NO_TABLE.test(result.stderr) || result.stderr === '' ? NONE : { ...NONE, problem: result.stderr }
  try {
    return parseTable(result.stdout.toString('utf8'), result.stderr)
  } catch (thrown) {
    return { ...NONE, problem: result.stderr || String(thrown) }
  }
}
