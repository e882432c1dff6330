import { AppError } from '#shared/errors/app-error'
import type { JobInput } from '#shared/jobs/job-requests'
import { showControl } from '#shared/text/visible'
import type { Host } from '../../../process/host.js'
import type { SignInStore } from '../../../registry/sign-in-store.js'
import { hasKey } from '../../../tools/gpg/has-key.js'
import { passphraseFor } from './key-passphrases.js'
import { readSigstoreKey } from './sigstore-key.js'

/** A key that cannot be used is told before an hour of sending. Throws `bad-input`, `tool-missing`, and what `readSigstoreKey` throws. */
export async function requireSigner(host: Host, sign: JobInput<'package-container'>['sign'], signIns: SignInStore): Promise<void> {
  if (sign?.kind === 'sigstore') await readSigstoreKey(sign.keyFile, passphraseFor(sign.keyFile, signIns, host.env))
  if (sign?.kind === 'gpg' && !(await hasKey(host, sign.key)))
    throw new AppError('bad-input', { details: { reason: `GnuPG has no key for ${showControl(sign.key)}` } })
}
