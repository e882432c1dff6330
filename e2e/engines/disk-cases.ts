import type { ErrorCode } from '#shared/errors/app-error'
import type { EngineOperation } from '#core/guest/engine'
import { P } from './subject.js'

export interface DiskCase {
  readonly name: string
  readonly operation: EngineOperation
  readonly error: ErrorCode | null
}

/** New UUIDs by partition, as blkid(8) shows them. */
export const NEW_UUIDS: ReadonlyMap<number, string> = new Map([
  [P.fat, '0BAD-F00D'],
  [P.fullFat, '1234-5678'],
  [P.xfs, 'aaaaaaaa-1111-4222-8333-444444444444'],
  [P.ext, 'bbbbbbbb-1111-4222-8333-444444444444'],
  [P.btrfs, 'cccccccc-1111-4222-8333-444444444444'],
  [P.dirtyUuid, 'dddddddd-1111-4222-8333-444444444444'],
])

const UUID = 'eeeeeeee-1111-4222-8333-444444444444'

function uuid(partition: number, filesystem: string, value: string): EngineOperation {
  return { kind: 'set-filesystem-uuid', partition, filesystem, uuid: value }
}

/** In the first round, on a disk whose backup table is not at its end. */
export const UUID_CASES: readonly DiskCase[] = [
  { name: 'UUID of FAT32', operation: uuid(P.fat, 'vfat', '0BADF00D'), error: null },
  { name: 'UUID of FAT12', operation: uuid(P.fullFat, 'vfat', '12345678'), error: null },
  { name: 'UUID of XFS', operation: uuid(P.xfs, 'xfs', NEW_UUIDS.get(P.xfs) ?? ''), error: null },
  { name: 'UUID of ext4', operation: uuid(P.ext, 'ext4', NEW_UUIDS.get(P.ext) ?? ''), error: null },
  { name: 'UUID of btrfs', operation: uuid(P.btrfs, 'btrfs', NEW_UUIDS.get(P.btrfs) ?? ''), error: null },
  { name: 'UUID of an XFS with a log to replay', operation: uuid(P.dirtyUuid, 'xfs', NEW_UUIDS.get(P.dirtyUuid) ?? ''), error: null },
  { name: 'UUID where there is no file system', operation: uuid(P.garbage, 'ext4', UUID), error: 'filesystem-unreadable' },
  { name: 'UUID of another file system than is there', operation: uuid(P.ext, 'xfs', UUID), error: 'filesystem-unreadable' },
  { name: 'UUID of a partition that is not there', operation: uuid(P.absent, 'ext4', UUID), error: 'partition-not-found' },
  { name: 'UUID of a file system without a tool', operation: uuid(P.garbage, 'squashfs', UUID), error: 'edit-conflict' },
  { name: 'backup GPT to the end of the disk', operation: { kind: 'move-backup-gpt' }, error: null },
]

export const NEW_TYPE = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'

/** In the second round, so that what the first did to the table can be seen. */
export const TYPE_CASES: readonly DiskCase[] = [
  { name: 'type in a GPT', operation: { kind: 'set-partition-type', partition: P.garbage, type: NEW_TYPE.toLowerCase() }, error: null },
  { name: 'MBR type in a GPT', operation: { kind: 'set-partition-type', partition: P.fat, type: 'ef' }, error: 'edit-conflict' },
  {
    name: 'type of a partition that is not there',
    operation: { kind: 'set-partition-type', partition: P.absent, type: NEW_TYPE },
    error: 'partition-not-found',
  },
]

/** On a disk with an MBR. */
export const MBR_CASES: readonly DiskCase[] = [
  { name: 'type in an MBR', operation: { kind: 'set-partition-type', partition: 2, type: '0c' }, error: null },
  { name: 'GPT type in an MBR', operation: { kind: 'set-partition-type', partition: 1, type: NEW_TYPE }, error: 'edit-conflict' },
  { name: 'type of the whole disk', operation: { kind: 'set-partition-type', partition: 0, type: '83' }, error: 'partition-not-found' },
  { name: 'backup GPT without a GPT', operation: { kind: 'move-backup-gpt' }, error: 'edit-conflict' },
  { name: 'UUID of FAT16', operation: uuid(1, 'vfat', 'CAFE0001'), error: null },
]
