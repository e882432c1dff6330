import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { GuestfishSession } from '../../tools/guestfish/session.js'
import { parseStat, parseStatvfs } from '../../tools/guestfish/stat.js'
import type { EngineOperation, OperationOutcome } from '../engine.js'
import { type Refusal, refused, replayedNote } from './outcomes.js'

/** utimens: leave this time as it is. guestfs(3) "guestfs_utimens". */
const OMIT = -2

/**
 * Carries out operations in a guestfish session. The daemon resolves every path inside the mounted tree. Files are written with
 * `upload-offset`, which does not truncate: `upload` leaves a boot entry at size 0 when the file system is full (measured).
 */
export class GuestfishWriter {
  readonly notes: string[] = []
  private mounted: number | null = null

  constructor(
    private readonly session: GuestfishSession,
    private readonly folder: string,
  ) {}

  async apply(operation: EngineOperation): Promise<OperationOutcome> {
    const refusal = await this.enter(operation.partition, operation.filesystem)
    return refusal ? refused(operation, refusal) : this.rewrite(operation)
  }

  private async enter(partition: number, filesystem: string): Promise<Refusal | undefined> {
    if (this.mounted === partition) return undefined
    await this.leave()
    const device = partition === 0 ? '/dev/sda' : `/dev/sda${partition}`
    const known = (await this.session.must('list-partitions')).split('\n')
    if (partition !== 0 && !known.includes(device)) return 'no-partition'
    await this.session.may('mount-vfs', [filesystem === 'vfat' ? 'noatime,utf8=1' : 'noatime', filesystem, device, '/'])
    if (!(await this.isMounted(device))) return this.whyNot(device, filesystem)
    this.mounted = partition
    const space = parseStatvfs(await this.session.must('statvfs', ['/']))
    if (space?.readOnly) {
      await this.leave()
      return 'read-only'
    }
    const note = replayedNote(partition)
    if (!this.notes.includes(note) && (await this.wasReplayed(device))) this.notes.push(note)
    return undefined
  }

  /** What can be mounted for reading is only read-only; what cannot is not readable. */
  private async whyNot(device: string, filesystem: string): Promise<Refusal> {
    await this.session.may('mount-vfs', [filesystem === 'xfs' ? 'ro,norecovery' : 'ro', filesystem, device, '/'])
    if (!(await this.isMounted(device))) return 'unreadable'
    await this.session.must('umount-all')
    return 'read-only'
  }

  private async isMounted(device: string): Promise<boolean> {
    return (await this.session.must('mounts')).split('\n').includes(device)
  }

  private async wasReplayed(device: string): Promise<boolean> {
    const name = path.basename(device)
    const log = await this.session.may('dmesg')
    return log.split('\n').some((line) => line.includes(`(${name}):`) && /Starting recovery|recovery complete/.test(line))
  }

  private async leave(): Promise<void> {
    if (this.mounted === null) return
    await this.session.must('sync')
    await this.session.must('umount-all')
    this.mounted = null
  }

  private async rewrite(operation: EngineOperation): Promise<OperationOutcome> {
    const { path: file, content } = operation
    const before = parseStat(await this.session.may('statns', [file]))
    if (!before) return refused(operation, 'missing')
    if (!before.regular) return refused(operation, 'irregular')
    if ((await this.checksum(file)) !== operation.expectedSha256) return refused(operation, 'changed')

    const grows = content.length - before.size
    if (grows > 0) {
      await this.upload(content.subarray(before.size), file, before.size)
      if (parseStat(await this.session.may('statns', [file]))?.size !== content.length)
        return this.takeBack(operation, before.size, before.mtime)
    }
    await this.upload(content, file, 0)
    if (grows < 0) await this.session.may('truncate-size', [file, content.length])
    if ((await this.checksum(file)) !== sha256(content)) return refused(operation, 'failed', { reason: 'the file differs after writing' })
    if (operation.mtime === 'keep') await this.session.must('utimens', [file, 0, OMIT, ...before.mtime])
    return { ok: true }
  }

  private async upload(bytes: Uint8Array, file: string, offset: number): Promise<void> {
    const local = path.join(this.folder, 'upload')
    await fs.writeFile(local, bytes)
    await this.session.may('upload-offset', [local, file, offset])
  }

  private async takeBack(operation: EngineOperation, oldSize: number, mtime: readonly [number, number]): Promise<OperationOutcome> {
    const space = parseStatvfs(await this.session.must('statvfs', ['/']))
    await this.session.must('truncate-size', [operation.path, oldSize])
    await this.session.must('utimens', [operation.path, 0, OMIT, ...mtime])
    return refused(operation, 'full', { neededBytes: operation.content.length - oldSize, ...(space ? { freeBytes: space.freeBytes } : {}) })
  }

  private async checksum(file: string): Promise<string | null> {
    const answer = (await this.session.may('checksum', ['sha256', file])).trim()
    return /^[0-9a-f]{64}$/.test(answer) ? answer : null
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
