import type { GuestfishSession } from '../../tools/guestfish/session.js'
import type { EngineOperation, OperationOutcome } from '../engine.js'
import { createFile, rewriteFile } from './guestfish-content.js'
import { moveBackupGpt, setFilesystemUuid, setPartitionType } from './guestfish-disk.js'
import { GuestfishMount } from './guestfish-mount.js'
import { makeFolder, makeLink, remove, rename, setAttributes } from './guestfish-names.js'
import { growFilesystem, resizePartition, shrinkFilesystem } from './guestfish-resize.js'
import { Refused, refused } from './outcomes.js'
import { guestOrder } from './write-operations.js'

/** Carries out operations in a guestfish session. The daemon resolves every path inside the mounted tree. */
export class GuestfishWriter {
  private readonly mount: GuestfishMount

  constructor(
    session: GuestfishSession,
    private readonly folder: string,
  ) {
    this.mount = new GuestfishMount(session)
  }

  get notes(): readonly string[] {
    return this.mount.notes
  }

  /** One outcome for each operation, in their order. Partitions are mounted one after another, and none for disk operations. */
  async applyAll(operations: readonly EngineOperation[]): Promise<OperationOutcome[]> {
    const outcomes: OperationOutcome[] = operations.map(() => ({ ok: true }))
    const order = guestOrder(operations)
    for (const files of [true, false]) {
      for (const index of order) {
        const operation = operations[index]
        if (operation && 'path' in operation === files) outcomes[index] = await this.apply(operation)
      }
      await this.mount.leave()
    }
    return outcomes
  }

  private async apply(operation: EngineOperation): Promise<OperationOutcome> {
    try {
      if ('path' in operation) await this.mount.enter(operation.partition, operation.filesystem)
      await this.carryOut(operation)
      return { ok: true }
    } catch (thrown) {
      if (thrown instanceof Refused) return refused(operation, thrown.refusal, thrown.facts)
      throw thrown
    }
  }

  private carryOut(operation: EngineOperation): Promise<void> {
    const { mount, folder } = this
    switch (operation.kind) {
      case 'rewrite-file':
        return rewriteFile(mount, operation, folder)
      case 'create-file':
        return createFile(mount, operation, folder)
      case 'make-folder':
        return makeFolder(mount, operation)
      case 'make-link':
        return makeLink(mount, operation)
      case 'remove':
        return remove(mount, operation)
      case 'rename':
        return rename(mount, operation)
      case 'set-attributes':
        return setAttributes(mount, operation)
      case 'set-filesystem-uuid':
        return setFilesystemUuid(mount, operation, folder)
      case 'set-partition-type':
        return setPartitionType(mount, operation)
      case 'move-backup-gpt':
        return moveBackupGpt(mount)
      case 'resize-partition':
        return resizePartition(mount, operation, folder)
      case 'grow-filesystem':
        return growFilesystem(mount, operation, folder)
      case 'shrink-filesystem':
        return shrinkFilesystem(mount, operation, folder)
    }
  }
}
