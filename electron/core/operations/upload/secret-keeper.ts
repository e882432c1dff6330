import { secretReferenceSchema } from '#shared/clouds/field'
import { AppError } from '#shared/errors/app-error'
import { readText } from '../../files/read-text.js'
import type { SecretStore } from '../../registry/sign-in-store.js'

const KEYRING_PREFIX = 'cloud/'
const MAX_BYTES = 100_000

/** What references in values stand for. The secrets themselves are in memory, in the keyring, or where the user keeps them. */
export interface SecretKeeper {
  /** Answers the reference. Throws `bad-input` where the system keeps nothing encrypted. */
  keep(name: string, secret: string, where: 'session' | 'keyring'): string
  /** Throws `sign-in-needed` when it is not there any more, `bad-input` for what is no reference. */
  find(reference: string): Promise<string>
}

export function createSecretKeeper(env: NodeJS.ProcessEnv, keyring: SecretStore | null): SecretKeeper {
  const session = new Map<string, string>()

  async function look(kind: string, name: string): Promise<string | null> {
    if (kind === 'session') return session.get(name) ?? null
    if (kind === 'keyring') return keyring?.isEncrypted ? keyring.get(KEYRING_PREFIX + name) : null
    if (kind === 'env') return env[name] ?? null
    return readSecretFile(name)
  }

  return {
    keep(name, secret, where) {
      if (where === 'session') {
        session.set(name, secret)
        return `session:${name}`
      }
      if (!keyring?.isEncrypted) throw new AppError('bad-input', { details: { reason: 'this system has no keyring that is encrypted' } })
      keyring.set(KEYRING_PREFIX + name, secret)
      return `keyring:${name}`
    },
    async find(reference) {
      if (!secretReferenceSchema.safeParse(reference).success)
        throw new AppError('bad-input', { details: { reason: 'a secret is given as a reference: env:NAME or file:PATH' } })
      const at = reference.indexOf(':')
      const [kind, name] = [reference.slice(0, at), reference.slice(at + 1)]
      const found = await look(kind, name)
      if (found === null || found === '')
        throw new AppError('sign-in-needed', {
          details: { service: 'The provider', reason: `${WHERE[kind] ?? kind} ${name} is not there any more` },
        })
      return found
    },
  }
}

const WHERE: Readonly<Record<string, string>> = {
  session: 'The secret of this session',
  keyring: 'The secret in the keyring',
  env: 'The variable',
  file: 'The file',
}

/** Without the line end that editors put behind it. */
async function readSecretFile(file: string): Promise<string | null> {
  const text = await readText(file, MAX_BYTES).catch(() => null)
  return text === null ? null : text.replace(/\r?\n$/, '')
}
