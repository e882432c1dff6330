import type { SignIn } from '#shared/containers/container-requests'

/** What signs in at a registry. Never logged, never part of a job's record or of a command line. */
export interface RegistryCredential {
  readonly user: string
  readonly secret: string
  /** An identity token (OAuth2 refresh token) takes the place of a password; docker calls its user `<token>`. */
  readonly isToken: boolean
}

/** Keeps secrets encrypted by the system. The window has one; the command line has none. */
export interface SecretStore {
  /** Whether the system really encrypts; without it nothing is kept. */
  readonly isEncrypted: boolean
  /** What keeps it, in words: `the keyring of GNOME`. */
  readonly label: string
  get(name: string): string | null
  set(name: string, secret: string): void
  remove(name: string): void
  names(): readonly string[]
}

/**
 * Where credentials for registries come from, in the order in which they are tried: an auth file of the request, this session, the keyring, auth files and
 * the credential helpers that they name.
 */
export interface SignInStore {
  /** Of private keys to sign with, by their absolute paths; in memory alone. */
  readonly passphrases?: Map<string, string>
  /** For `HOST[:PORT]` and a repository: auth files may hold one for a part of a registry (containers-auth.json(5)). */
  find(registry: string, repository: string | null, authFile: string | undefined): Promise<RegistryCredential | null>
  list(): Promise<SignIn[]>
  /** Into `authFile` where that is given, else into the auth file that podman would write. Throws `bad-input` where the system keeps nothing encrypted. */
  keep(registry: string, credential: RegistryCredential, where: 'session' | 'keyring' | 'auth-file', authFile?: string): Promise<SignIn>
  /** Forgets it wherever it is kept; with `authFile` in that file alone. Throws `bad-input` when there is none. */
  forget(registry: string, authFile?: string): Promise<void>
}
