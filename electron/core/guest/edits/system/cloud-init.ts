import { createHash } from 'node:crypto'
import { AppError } from '#shared/errors/app-error'
import {
  type CheckedText,
  checkMetaData,
  checkNetworkConfig,
  checkUserData,
  defaultMetaData,
  ONLY_NO_CLOUD,
} from '#shared/system/cloud-config'
import { readHostname } from '#shared/system/hostname'
import type { EditContext, EditHandlers } from '../edit-handler.js'
import { openSystem } from './find-systems.js'

/** Where cloud-init looks for a seed (its documentation, "NoCloud"); both names count, and older images have the second one. */
const SEED = '/var/lib/cloud/seed/nocloud'
const OLD_SEED = '/var/lib/cloud/seed/nocloud-net'
/** After Debian's own list of data sources (90_dpkg.cfg): the last one counts. */
const PIN = '/etc/cloud/cloud.cfg.d/99-nocloud-only.cfg'
/** User data can hold secrets. */
const SEED_FILE = { mode: 0o600, uid: 0, gid: 0 }

export const cloudInitHandler: EditHandlers<'cloud-init'> = {
  async 'cloud-init'(context, { userData, metaData, networkConfig, onlyNoCloud, root }) {
    const system = await openSystem(context, root)
    requireGood(context, checkUserData(userData))
    if (metaData !== undefined) requireGood(context, checkMetaData(metaData))
    if (networkConfig !== undefined) requireGood(context, checkNetworkConfig(networkConfig))
    const folder = (await system.has(OLD_SEED)) && !(await system.has(SEED)) ? OLD_SEED : SEED
    const id = createHash('sha256').update(userData).digest('hex').slice(0, 16)
    const files = {
      'user-data': userData,
      'meta-data': metaData ?? defaultMetaData(id, readHostname((await system.text('/etc/hostname')) ?? '')),
      ...(networkConfig === undefined ? {} : { 'network-config': networkConfig }),
    }
    for (const [name, text] of Object.entries(files)) await system.write(`${folder}/${name}`, text, SEED_FILE)
    if (onlyNoCloud) await system.write(PIN, ONLY_NO_CLOUD)
    if (!(await system.has('/etc/cloud'))) context.note('The image seems to have no cloud-init: nothing reads the seed.')
    if (await system.has('/etc/cloud/cloud-init.disabled'))
      context.note('cloud-init is disabled in the image by /etc/cloud/cloud-init.disabled.')
    if (await system.has('/var/lib/cloud/instances'))
      context.note(
        'cloud-init has run in this image: a seed with the instance id that it knows would be passed over. Clean its records to be sure.',
      )
  },
}

function requireGood(context: EditContext, { problems, warnings }: CheckedText): void {
  if (problems[0] !== undefined) throw new AppError('bad-input', { details: { reason: problems.join('; ') } })
  for (const warning of warnings) context.note(warning)
}
