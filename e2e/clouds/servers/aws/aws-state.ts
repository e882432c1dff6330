import { randomBytes } from 'node:crypto'

export const BLOCK_BYTES = 512 * 1024
export const ACCOUNT = '123456789012'

export interface Tag {
  readonly Key: string
  readonly Value: string
}

export interface Snapshot {
  readonly id: string
  readonly region: string
  readonly gib: number
  readonly description: string
  readonly tags: readonly Tag[]
  readonly startedAt: string
  /** Requests that still do not know it. */
  unknownFor: number
  state: 'pending' | 'completed' | 'error'
  /** Looks until it is complete; null as long as nobody said that all was written. */
  looksLeft: number | null
  readonly blocks: Map<number, { readonly bytes: Buffer; readonly digest: Buffer }>
  readonly sharedWith: Set<string>
}

export interface Image {
  readonly id: string
  readonly region: string
  readonly name: string
  /** As it was registered. */
  readonly request: Readonly<Record<string, unknown>>
  readonly snapshot: string
  readonly tags: readonly Tag[]
  looksLeft: number
  readonly sharedWith: Set<string>
}

export interface ImportTask {
  readonly id: string
  readonly region: string
  readonly token: string
  readonly tags: readonly Tag[]
  readonly snapshot: string | null
  readonly problem: string | null
  looksLeft: number
}

/** What an account has. */
export class AwsState {
  readonly snapshots = new Map<string, Snapshot>()
  readonly images = new Map<string, Image>()
  readonly tasks = new Map<string, ImportTask>()
  /** By client token: the snapshot, and what it was asked for with. */
  readonly tokens = new Map<string, { readonly asked: string; readonly id: string }>()
  /** Bytes of blocks and parts that were taken. */
  received = 0
  /** How many requests do not know a snapshot that was just begun. */
  slowSnapshots = 0
  hasQuotaLeft = true
  /** What Service Quotas tells, by service and code; `usual` where nothing was raised for this account. */
  readonly quotas = new Map<string, { readonly name: string; value: number; usual: boolean }>([
    ['ebs L-309BACF6', { name: 'Snapshots per Region', value: 100_000, usual: false }],
    ['ec2 L-B665C33B', { name: 'AMIs', value: 50_000, usual: true }],
  ])
  mayAskQuotas = true

  addSnapshot(values: Pick<Snapshot, 'region' | 'gib' | 'description' | 'tags'>): Snapshot {
    const snapshot: Snapshot = {
      ...values,
      id: `snap-${newId()}`,
      startedAt: new Date().toISOString(),
      unknownFor: this.slowSnapshots,
      state: 'pending',
      looksLeft: null,
      blocks: new Map(),
      sharedWith: new Set(),
    }
    this.snapshots.set(snapshot.id, snapshot)
    return snapshot
  }

  addImage(values: Pick<Image, 'region' | 'name' | 'request' | 'snapshot' | 'tags'>): Image {
    const image: Image = { ...values, id: `ami-${newId()}`, looksLeft: 1, sharedWith: new Set() }
    this.images.set(image.id, image)
    return image
  }

  /** The first bytes of the disk that a snapshot holds. */
  content(id: string, bytes: number): Buffer {
    const disk = Buffer.alloc(bytes)
    for (const [index, block] of this.snapshots.get(id)?.blocks ?? []) block.bytes.copy(disk, index * BLOCK_BYTES)
    return disk
  }

  /** Everything that is there, in words. */
  things(): string[] {
    return [
      ...this.snapshots.keys(),
      ...this.images.keys(),
      ...[...this.tasks.values()].filter(({ looksLeft }) => looksLeft > 0).map(({ id }) => id),
    ]
  }
}

export function newId(): string {
  return randomBytes(9).toString('hex').slice(0, 17)
}
