import type { Edit, EditKind } from '#shared/edits/edit'
import type { SYSTEM_EDITS } from '#shared/edits/system-edits'
import type { z } from 'zod'
import type { EditHandlers } from '../edit-handler.js'
import { cleanHandler } from './clean.js'
import { cloudInitHandler } from './cloud-init.js'
import { fstabHandler } from './fstab-device.js'
import { hostnameHandler } from './hostname.js'
import { ignitionHandler } from './ignition.js'
import { machineIdHandler } from './machine-id.js'
import { sshKeysHandler } from './ssh-keys.js'
import { systemdUnitHandler } from './systemd-unit.js'
import { userHandler } from './user.js'

export type SystemEditKind = Extract<EditKind, z.infer<(typeof SYSTEM_EDITS)[number]>['kind']>
export type SystemEdit = Extract<Edit, { kind: SystemEditKind }>

export const systemEditHandlers: EditHandlers<SystemEditKind> = {
  ...hostnameHandler,
  ...sshKeysHandler,
  ...userHandler,
  ...machineIdHandler,
  ...cleanHandler,
  ...systemdUnitHandler,
  ...ignitionHandler,
  ...cloudInitHandler,
  ...fstabHandler,
}
