import { packageContainerInputSchema, signInRequestSchema } from '#shared/containers/container-requests'
import { parseInput } from '#shared/errors/parse-input'
import type { ContainersApi } from './containers-api.js'
import type { Dirs } from './files/dirs.js'
import type { Logger } from './log/logger.js'
import { checkNewer } from './operations/containers/check-newer.js'
import { readBuildReadiness } from './operations/containers/build/build-disk-ability.js'
import { listPrunable, readStorage, removeStored } from './operations/containers/container-storage.js'
import { ContainerIndexes } from './operations/containers/index-container.js'
import { Origins } from './operations/containers/origins.js'
import { planPackage } from './operations/containers/plan-package.js'
import { unlockKey } from './operations/containers/signing/key-passphrases.js'
import { signInAt } from './operations/containers/sign-in.js'
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
export function createContainersApi({ host, signIns, dirs }: ContainersDeps): ContainersApi & { close(): Promise<void> } {
  const indexes = new ContainerIndexes({ host, signIns })
  const origins = new Origins(dirs.state)
  return {
    resolve: (text) => resolveText(host.env, text),
    inspect: (reference, { access = {}, signal } = {}) =>
      inspectContainer({ host: signal ? host.bind({ signal }) : host, signIns }, reference, access),
    tags: (reference, { access = {}, signal } = {}) =>
      listTags({ host: signal ? host.bind({ signal }) : host, signIns }, reference, access),
    openIndex: (request) => indexes.open(request),
    onIndex: (listener) => indexes.onIndex(listener),
    waitForIndex: (id) => indexes.wait(id),
    closeIndex: (id) => indexes.close(id),
    list: (id, folder) => indexes.list(id, folder),
    origin: (file) => origins.find(file),
    checkNewer: (file, { access = {}, signal } = {}) =>
      checkNewer({ host: signal ? host.bind({ signal }) : host, signIns }, origins, file, access),
    signIns: () => signIns.list(),
    signIn: async (request) => signInAt({ host, signIns }, parseInput(signInRequestSchema, request)),
    signOut: (registry, authFile) => signIns.forget(registry, authFile),
    unlockKey: (keyFile, passphrase) => unlockKey(keyFile, passphrase, signIns),
    storage: (signal) => readStorage(host, signal),
    removeStored: (what) => removeStored(host, what),
    pruneList: () => listPrunable(host),
    planPackage: async (input) => planPackage(host, signIns, parseInput(packageContainerInputSchema, input)),
    async buildDiskAbility(reference, { access = {}, signal } = {}) {
      const deps = { host: signal ? host.bind({ signal }) : host, signIns }
      const { info: _info, image: _image, ...ability } = await readBuildReadiness(deps, reference, { via: 'auto', kernelArgs: [], access })
      return ability
    },
    close: () => indexes.closeAll(),
  }
}
