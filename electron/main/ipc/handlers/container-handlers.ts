import type { Core } from '#core/core-api'
import { parseReference } from '#shared/containers/reference'
import {
  chooseContainerArchive,
  chooseContainerDestination,
  chooseContainerOutput,
  chooseSigningKey,
  confirmRemoveStored,
} from '../../host/container-dialogs.js'
import type { DialogParent } from '../../host/dialogs.js'
import { namedFilesOf } from '../named-files.js'
import type { Handlers } from '../register-contract.js'
import type { SourceGrants } from '../source-grants.js'
import type { FileGrants } from './file-handlers.js'

export type ContainerHandlers = Pick<Handlers, Extract<keyof Handlers, `containers.${string}`>>

interface ContainerGrants extends FileGrants {
  readonly sources: SourceGrants
}

/** Calls about container images. What the window may write is granted by the dialogs here. */
export function containerHandlers(core: Core, { inputs, outputs, sources }: ContainerGrants, parent: DialogParent): ContainerHandlers {
  const { containers } = core
  return {
    'containers.resolve': ({ text }) => containers.resolve(text),
    'containers.inspect': ({ reference, access }) => containers.inspect(reference, { access }),
    'containers.tags': ({ reference, access }) => containers.tags(reference, { access }),
    'containers.openIndex': async ({ platform, ...request }) =>
      containers.openIndex({ ...request, ...(platform === undefined ? {} : { platform: known(platform) }) }),
    'containers.closeIndex': async ({ id }) => containers.closeIndex(id),
    'containers.list': async ({ id, folder }) => containers.list(id, folder),
    'containers.origin': ({ file }) => containers.origin(file),
    'containers.checkNewer': ({ file, access }) => containers.checkNewer(file, { access }),
    'containers.signIns': async () => {
      const keyring = core.secrets
      return { signIns: await containers.signIns(), keyring: keyring?.isEncrypted === true ? keyring.label : null }
    },
    'containers.signIn': ({ access, ...request }) => containers.signIn({ ...request, ...(access === undefined ? {} : { access }) }),
    'containers.signOut': ({ registry }) => containers.signOut(registry),
    'containers.storage': () => containers.storage(),
    'containers.removeStored': async (what) => {
      if (!(await confirmRemoveStored(parent, what))) return null
      return { left: await containers.removeStored(what) }
    },
    'containers.pruneList': () => containers.pruneList(),
    'containers.planPackage': async (input) => {
      inputs.assertGranted(namedFilesOf({ kind: 'package-container', input }))
      return containers.planPackage(input)
    },
    'containers.buildDiskAbility': ({ reference, access }) => containers.buildDiskAbility(reference, { access }),
    'containers.chooseArchive': async ({ of }) => {
      const chosen = await chooseContainerArchive(parent, of)
      const file = chosen === null ? null : parseReference(chosen.reference).path
      if (file !== null) sources.grant([file])
      return chosen
    },
    'containers.chooseKey': async () => {
      const chosen = await chooseSigningKey(parent)
      if (chosen !== null) inputs.grant([chosen.path])
      return chosen
    },
    'containers.unlockKey': async ({ path, passphrase }) => {
      inputs.assertGranted([path])
      await containers.unlockKey(path, passphrase)
    },
    'containers.chooseDestination': async (request) => {
      const chosen = await chooseContainerDestination(parent, request)
      if (chosen !== null) outputs.grantReference(chosen.reference, chosen.replace)
      return chosen
    },
    'containers.chooseOutput': async ({ suggested }) => {
      const chosen = await chooseContainerOutput(parent, suggested)
      if (chosen !== null) outputs.grantChosen(chosen.path, chosen.replace)
      return chosen
    },
  }
}

/** zod gives `undefined` for what was left out; the core wants it left out. */
function known<T extends object>(parts: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
