import path from 'node:path'
import type { JobInput } from '#shared/jobs/job-requests'
import { type CommandInput, type OptionTable, UsageError } from './command.js'

/** How an image is signed. Passphrases are never options: those of a key come from `COSIGN_PASSWORD`, those of GnuPG from its agent. */
export const SIGN_OPTIONS: OptionTable = {
  'sign-key': { type: 'string', value: 'FILE', help: 'Sign with a private key of cosign or in PEM; its passphrase is in COSIGN_PASSWORD' },
  'sign-by': { type: 'string', value: 'KEY', help: 'Sign with a key of GnuPG, by its fingerprint or mail address' },
}

/** What the options of `SIGN_OPTIONS` say. Throws `UsageError`. */
export function signatureOf(input: CommandInput): JobInput<'package-container'>['sign'] {
  const [keyFile, key] = [input.text('sign-key'), input.text('sign-by')]
  if (keyFile !== undefined && key !== undefined) throw new UsageError('--sign-key and --sign-by do not go together')
  if (keyFile !== undefined) return { kind: 'sigstore', keyFile: path.resolve(keyFile) }
  return key === undefined ? undefined : { kind: 'gpg', key }
}
