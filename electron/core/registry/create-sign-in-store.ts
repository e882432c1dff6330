import type { SignIn } from '#shared/containers/container-requests'
import { registryName } from '#shared/containers/docker-hub'
import { AppError } from '#shared/errors/app-error'
import type { Host } from '../process/host.js'
import { type AuthFile, findSignIn, helperFor, holdsSignIn, signInsOf, without, withSignIn } from './auth-file.js'
import { authFilePaths, readAuthFile, writeAuthFile } from './auth-files.js'
import { helperForget, helperList, helperSignIn } from './helper-sign-ins.js'
import { readRegistriesConf } from './read-registries-conf.js'
import type { RegistryCredential, SecretStore, SignInStore } from './sign-in-store.js'

export interface SignInDeps {
  readonly host: Pick<Host, 'env' | 'signal'>
  readonly secrets: SecretStore | null
}

/** In `credential-helpers` of registries.conf it stands for the auth files. */
const AUTH_FILES = 'containers-auth.json'
const KEYRING_PREFIX = 'registry/'

export function createSignInStore({ host, secrets }: SignInDeps): SignInStore {
  const { env } = host
  const session = new Map<string, RegistryCredential>()

  const fromKeyring = (registry: string): RegistryCredential | null => {
    const kept = secrets?.isEncrypted ? secrets.get(KEYRING_PREFIX + registryName(registry)) : null
    return kept === null || kept === undefined ? null : readKept(kept)
  }

  const fromFiles = async (files: readonly string[], registry: string, repository: string | null): Promise<RegistryCredential | null> => {
    for (const file of files) {
      const auth = readAuthFile(file)
      const found = auth === null ? null : await fromFile(auth, file, registry, repository)
      if (found !== null) return found
    }
    return null
  }

  /** As docker: a helper that is named for the registry comes first, the one for all others last. */
  const fromFile = async (
    auth: AuthFile,
    file: string,
    registry: string,
    repository: string | null,
  ): Promise<RegistryCredential | null> => {
    const named = helperFor(auth, registry)
    const helped = named === null ? null : await helperSignIn(host, named, registry)
    const written = helped ?? findSignIn(auth, file, registry, repository)
    if (written !== null || auth.store === null) return written
    return helperSignIn(host, auth.store, registry)
  }

  const configuredHelpers = async (): Promise<readonly string[]> => (await readRegistriesConf(env)).credentialHelpers ?? [AUTH_FILES]

  const known = async (): Promise<SignIn[]> => {
    const inSession = [...session].map(([registry, { user }]) => ({ registry, user, kept: 'session' as const, where: null }))
    const names = secrets?.isEncrypted ? secrets.names().filter((name) => name.startsWith(KEYRING_PREFIX)) : []
    const inKeyring = names.map((name) => {
      const registry = name.slice(KEYRING_PREFIX.length)
      return { registry, user: fromKeyring(registry)?.user ?? null, kept: 'keyring' as const, where: secrets?.label ?? null }
    })
    const inFiles: SignIn[] = []
    for (const file of authFilePaths(env)) inFiles.push(...(await listFile(file)))
    for (const helper of (await configuredHelpers()).filter((name) => name !== AUTH_FILES)) inFiles.push(...(await listHelper(helper)))
    return [...inSession, ...inKeyring, ...inFiles]
  }

  const listFile = async (file: string): Promise<SignIn[]> => {
    const auth = readAuthFile(file)
    if (auth === null) return []
    const written = signInsOf(auth, file).map(({ registry, signIn }) => ({
      registry,
      user: signIn.user,
      kept: 'auth-file' as const,
      where: file,
    }))
    const named = Object.entries(auth.helpers).map(([registry, helper]) => ({
      registry,
      user: null,
      kept: 'helper' as const,
      where: helper,
    }))
    return [...written, ...named, ...(auth.store === null ? [] : await listHelper(auth.store))]
  }

  const listHelper = async (helper: string): Promise<SignIn[]> => {
    const kept = await helperList(host, helper)
    return kept.map(({ registry, user }) => ({ registry, user, kept: 'helper' as const, where: helper }))
  }

  return {
    passphrases: new Map(),
    async find(registry, repository, authFile) {
      const asked = authFile === undefined ? null : await fromFiles([authFile], registry, repository)
      const near = asked ?? session.get(registryName(registry)) ?? fromKeyring(registry)
      if (near !== null || authFile !== undefined) return near
      for (const helper of await configuredHelpers()) {
        const found =
          helper === AUTH_FILES ? await fromFiles(authFilePaths(env), registry, repository) : await helperSignIn(host, helper, registry)
        if (found !== null) return found
      }
      return null
    },
    list: known,
    async keep(registry, credential, where, authFile) {
      const name = registryName(registry)
      const kept = { registry: name, user: credential.user }
      if (where === 'session') {
        session.set(name, credential)
        return { ...kept, kept: where, where: null }
      }
      if (where === 'keyring') {
        if (!secrets?.isEncrypted) throw new AppError('bad-input', { details: { reason: 'this system has no keyring that is encrypted' } })
        secrets.set(KEYRING_PREFIX + name, JSON.stringify(credential))
        session.delete(name)
        return { ...kept, kept: where, where: secrets.label }
      }
      const [file] = authFilePaths(env, authFile)
      writeAuthFile(file, withSignIn(readAuthFile(file) ?? parseNothing(), name, credential))
      if (authFile !== undefined) return { ...kept, kept: where, where: file }
      session.delete(name)
      // It would be found before the file.
      if (secrets?.isEncrypted) secrets.remove(KEYRING_PREFIX + name)
      return { ...kept, kept: where, where: file }
    },
    async forget(registry, authFile) {
      const name = registryName(registry)
      const isEverywhere = authFile === undefined
      let forgotten = isEverywhere && session.delete(name)
      if (isEverywhere && secrets?.isEncrypted && secrets.get(KEYRING_PREFIX + name) !== null) {
        secrets.remove(KEYRING_PREFIX + name)
        forgotten = true
      }
      for (const file of authFilePaths(env, authFile)) forgotten = (await forgetIn(file, name)) || forgotten
      if (!forgotten)
        throw new AppError('bad-input', {
          details: { reason: `nobody is signed in at ${registry}${isEverywhere ? '' : ` by ${authFile}`}` },
        })
    },
  }

  async function forgetIn(file: string, registry: string): Promise<boolean> {
    const auth = readAuthFile(file)
    if (auth === null) return false
    const helpers = [helperFor(auth, registry), auth.store].filter((helper) => helper !== null)
    let forgotten = false
    for (const helper of helpers) {
      if ((await helperSignIn(host, helper, registry)) === null) continue
      await helperForget(host, helper, registry)
      forgotten = true
    }
    if (!holdsSignIn(auth, registry)) return forgotten
    writeAuthFile(file, without(auth, registry))
    return true
  }
}

function parseNothing(): AuthFile {
  return { all: {}, auths: {}, helpers: {}, store: null }
}

function readKept(kept: string): RegistryCredential | null {
  try {
    const { user, secret, isToken } = JSON.parse(kept) as Partial<RegistryCredential>
    return typeof user === 'string' && typeof secret === 'string' ? { user, secret, isToken: isToken === true } : null
  } catch {
    return null
  }
}
