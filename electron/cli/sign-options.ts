import { readFile } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import type { JobInput } from '#shared/jobs/job-requests'
import { type CommandContext, type CommandInput, type OptionTable, UsageError } from './command.js'
import { askSecret } from './read-secret.js'

/** How an image is signed. Passphrases are never options: those of a key come from `COSIGN_PASSWORD` or are asked for, those of GnuPG from its agent. */
export const SIGN_OPTIONS: OptionTable = {
  'sign-key': {
    type: 'string',
    value: 'FILE',
    help: 'Sign with a private key of cosign or in PEM; its passphrase is in COSIGN_PASSWORD, or asked for',
  },
  'sign-by': { type: 'string', value: 'KEY', help: 'Sign with a key of GnuPG, by its fingerprint or mail address' },
}

/** What the options of `SIGN_OPTIONS` say. Throws `UsageError`. */
export function signatureOf(input: CommandInput): JobInput<'package-container'>['sign'] {
  const [keyFile, key] = [input.text('sign-key'), input.text('sign-by')]
  if (keyFile !== undefined && key !== undefined) throw new UsageError('--sign-key and --sign-by do not go together')
  if (keyFile !== undefined) return { kind: 'sigstore', keyFile: path.resolve(keyFile) }
  return key === undefined ? undefined : { kind: 'gpg', key }
}

/** Asks for the passphrase of an encrypted key, where it is not in the environment and there is a terminal. Throws `cancelled`, `bad-input` for a wrong one. */
export async function askPassphrase(
  sign: JobInput<'package-container'>['sign'],
  { core, signal }: Pick<CommandContext, 'core' | 'signal'>,
): Promise<void> {
  const { env, stdin, stderr } = process
  if (sign?.kind !== 'sigstore' || env.COSIGN_PASSWORD !== undefined || !stdin.isTTY) return
  // What is no key is told by who reads it.
  const pem = await readFile(sign.keyFile, 'utf8').catch(() => '')
  if (!/-----BEGIN ENCRYPTED /.test(pem)) return
  const passphrase = await askSecret({ stdin, stderr, signal }, `Passphrase of ${sign.keyFile}: `, 'put it into COSIGN_PASSWORD')
  await core.containers.unlockKey(sign.keyFile, passphrase)
}
