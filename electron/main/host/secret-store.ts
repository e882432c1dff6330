import fs from 'node:fs'
import path from 'node:path'
import { safeStorage } from 'electron'
import { z } from 'zod'
import type { Logger } from '#core/log/logger'
import { toUnwritable } from '#core/files/checks'
import type { SecretStore } from '#core/registry/sign-in-store'
import { AppError } from '#shared/errors/app-error'

const FILE = 'secrets.json'
/** Secrets by their name, each encrypted, in base64. */
const fileSchema = z.record(z.string(), z.base64())

/** What the system's keyring is called, by the backend that Electron chose (Electron, `safeStorage.getSelectedStorageBackend`). */
const LABELS: Readonly<Record<string, string>> = {
  gnome_libsecret: 'the keyring of GNOME',
  kwallet: 'KWallet',
  kwallet5: 'KWallet',
  kwallet6: 'KWallet',
}

/**
 * Keeps secrets in a file of the configuration folder, each encrypted with a key that the keyring of the system holds. Without a keyring Electron would encrypt with a
 * password that everyone knows: nothing is kept then.
 */
export function createSecretStore({ folder, log }: { readonly folder: string; readonly log: Logger }): SecretStore {
  const file = path.join(folder, FILE)
  const backend = (): string => (safeStorage.isEncryptionAvailable() ? safeStorage.getSelectedStorageBackend() : 'none')

  const read = (): Record<string, string> => {
    try {
      return fileSchema.parse(JSON.parse(fs.readFileSync(file, 'utf8')))
    } catch (thrown) {
      const isMissing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'
      if (!isMissing) log.warn('secrets.unreadable', { file })
      return {}
    }
  }
  const write = (secrets: Readonly<Record<string, string>>): void => {
    const part = `${file}.part`
    try {
      fs.mkdirSync(folder, { recursive: true })
      fs.rmSync(part, { force: true })
      fs.writeFileSync(part, JSON.stringify(secrets), { mode: 0o600, flag: 'wx', flush: true })
      fs.renameSync(part, file)
    } catch (thrown) {
      throw toUnwritable(thrown, folder) ?? thrown
    }
  }

  return {
    get isEncrypted() {
      return !['none', 'basic_text', 'unknown'].includes(backend())
    },
    get label() {
      return LABELS[backend()] ?? 'the keyring'
    },
    get(name) {
      const sealed = read()[name]
      if (sealed === undefined || !this.isEncrypted) return null
      try {
        return safeStorage.decryptString(Buffer.from(sealed, 'base64'))
      } catch {
        // The keyring was made anew since: what it sealed before is lost.
        log.warn('secrets.sealed-by-another-keyring', { name })
        return null
      }
    },
    set(name, secret) {
      if (!this.isEncrypted)
        throw new AppError('bad-input', { details: { reason: 'This machine has no keyring that encrypts; nothing was kept' } })
      write({ ...read(), [name]: safeStorage.encryptString(secret).toString('base64') })
    },
    remove(name) {
      const { [name]: removed, ...others } = read()
      if (removed !== undefined) write(others)
    },
    names: () => Object.keys(read()),
  }
}
