import type { GuestfishSession } from '../../tools/guestfish/session.js'
import { parseStatvfs } from '../../tools/guestfish/stat.js'
import { Refused, replayedNote } from './outcomes.js'

/** The appliance's name for a partition; 0 is the whole disk. */
export function deviceOf(partition: number): string {
  return partition === 0 ? '/dev/sda' : `/dev/sda${partition}`
}

/** The one file system that is mounted in the appliance. */
export class GuestfishMount {
  readonly notes: string[] = []
  /** Kernel's name of the mounted file system. */
  filesystem = ''
  private mounted: number | null = null

  constructor(readonly session: GuestfishSession) {}

  /** @throws Refused `no-partition`, `unreadable`, `read-only` */
  async enter(partition: number, filesystem: string): Promise<void> {
    if (this.mounted === partition) return
    await this.leave()
    const device = await this.requirePartition(partition)
    await this.session.may('mount-vfs', [filesystem === 'vfat' ? 'noatime,utf8=1' : 'noatime', filesystem, device, '/'])
    if (!(await this.isMounted(device))) throw await this.whyNot(device, filesystem)
    this.mounted = partition
    this.filesystem = filesystem
    const space = parseStatvfs(await this.session.must('statvfs', ['/']))
    if (space?.readOnly) {
      await this.leave()
      throw new Refused('read-only')
    }
    await this.noteReplay(partition)
  }

  /** @throws Refused `no-partition` */
  async requirePartition(partition: number): Promise<string> {
    const device = deviceOf(partition)
    const known = (await this.session.must('list-partitions')).split('\n')
    if (partition !== 0 && !known.includes(device)) throw new Refused('no-partition')
    return device
  }

  async leave(): Promise<void> {
    if (this.mounted === null) return
    await this.session.must('sync')
    await this.session.must('umount-all')
    this.mounted = null
  }

  async freeBytes(): Promise<number | undefined> {
    return parseStatvfs(await this.session.must('statvfs', ['/']))?.freeBytes
  }

  /** A log that was not replayed is bound to the old UUID of an XFS; the kernel replays it when it mounts. */
  async replayXfs(partition: number): Promise<void> {
    const device = deviceOf(partition)
    await this.session.may('mount-vfs', ['nouuid', 'xfs', device, '/'])
    if (!(await this.isMounted(device))) throw new Refused('unreadable', { reason: 'Its log cannot be replayed' })
    await this.session.must('umount-all')
    await this.noteReplay(partition)
  }

  get keepsAttributes(): boolean {
    return !['vfat', 'msdos', 'exfat'].includes(this.filesystem)
  }

  /** What can be mounted for reading is only read-only; what cannot is not readable. */
  private async whyNot(device: string, filesystem: string): Promise<Refused> {
    await this.session.may('mount-vfs', [filesystem === 'xfs' ? 'ro,norecovery' : 'ro', filesystem, device, '/'])
    if (!(await this.isMounted(device))) return new Refused('unreadable')
    await this.session.must('umount-all')
    return new Refused('read-only')
  }

  private async isMounted(device: string): Promise<boolean> {
    return (await this.session.must('mounts')).split('\n').includes(device)
  }

  private async noteReplay(partition: number): Promise<void> {
    const note = replayedNote(partition)
    if (this.notes.includes(note)) return
    // The kernel's own letter is another one at times: libguestfs translates names where disks came up in another order.
    const said = new RegExp(`\\(sd[a-z]${partition === 0 ? '' : partition}\\):.*(Starting recovery|recovery complete)`)
    const replayed = said.test(await this.session.may('dmesg'))
    if (replayed) this.notes.push(note)
  }
}
