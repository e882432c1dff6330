import { AppError } from '#shared/errors/app-error'
import type { ContainersApi } from './containers-api.js'
import type { Dirs } from './files/dirs.js'
import type { Logger } from './log/logger.js'
import { listPrunable, readStorage, removeStored } from './operations/containers/container-storage.js'
import { inspectContainer } from './operations/containers/inspect-container.js'
import { listTags } from './operations/containers/list-tags.js'
import { resolveText } from './operations/containers/resolve-reference.js'
import type { Host } from './process/host.js'
import type { SignInStore } from './registry/sign-in-store.js'

export interface ContainersDeps {
  readonly host: Host
  readonly signIns: SignInStore
  readonly dirs: Dirs
  readonly log: Logger
}

/** Wires what Diskwright knows of container images. */
export function createContainersApi({ host, signIns }: ContainersDeps): ContainersApi & { close(): Promise<void> } {
  const missing = () => {
    throw new AppError('internal', { details: { message: 'not there yet' } })
  }
  return {
    resolve: (text) => resolveText(host.env, text),
    inspect: (reference, { access = {}, signal } = {}) =>
      inspectContainer({ host: signal ? host.bind({ signal }) : host, signIns }, reference, access),
    tags: (reference, { access = {}, signal } = {}) => listTags({ host: signal ? host.bind({ signal }) : host, signIns }, reference, access),
    openIndex: missing,
    onIndex: () => () => {},
    waitForIndex: missing,
    closeIndex: missing,
    list: missing,
    origin: missing,
    checkNewer: missing,
    signIns: () => signIns.list(),
    signIn: missing,
    signOut: (registry) => signIns.forget(registry),
    storage: (signal) => readStorage(host, signal),
    removeStored: (what) => removeStored(host, what),
    pruneList: () => listPrunable(host),
    planPackage: missing,
    buildDiskAbility: missing,
    close: async () => {},
  }
}
