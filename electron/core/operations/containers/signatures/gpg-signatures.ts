import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import type { SignedIdentity } from '#shared/containers/signature-policy'
import type { Host } from '../../../process/host.js'
import { importKeys, readSigned } from '../../../tools/gpg/read-signed.js'
import { payloadProblem, type SignedImage } from './simple-signing.js'

/**
 * Whether one of the signatures was made by one of the keys, for this image; null when one was, else what is wrong with the last one, in words.
 * Throws `tool-missing`, and `tool-failed` for keys that cannot be read.
 */
export async function gpgProblem(
  host: Host,
  keys: readonly Buffer[],
  signatures: readonly Buffer[],
  image: SignedImage,
  identity: SignedIdentity,
): Promise<string | null> {
  await mkdir(host.dirs.runtime, { recursive: true, mode: 0o700 })
  const home = await mkdtemp(path.join(host.dirs.runtime, 'gpg-'))
  try {
    for (const key of keys) await importKeys(host, home, key)
    let problem = 'There is no signature'
    for (const signature of signatures) {
      const signed = await readSigned(host, home, signature)
      const wrong =
        signed === null
          ? 'it was not made by a key of the policy'
          : payloadProblem(signed.content, 'atomic container signature', image, identity)
      if (wrong === null) return null
      problem = wrong
    }
    return problem
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}
