import path from 'node:path'
import type { SignInStore } from '../../../registry/sign-in-store.js'
import { readSigstoreKey } from './sigstore-key.js'

/** The passphrase that opens a key: what the user typed for it, or what the environment holds for all of them. */
export function passphraseFor(keyFile: string, signIns: SignInStore, env: NodeJS.ProcessEnv): string | undefined {
  return signIns.passphrases?.get(path.resolve(keyFile)) ?? env.COSIGN_PASSWORD
}

/** Keeps a passphrase in memory for as long as Diskwright runs, once it has opened its key. Throws what `readSigstoreKey` throws. */
export async function unlockKey(keyFile: string, passphrase: string, signIns: SignInStore): Promise<void> {
  await readSigstoreKey(keyFile, passphrase)
  signIns.passphrases?.set(path.resolve(keyFile), passphrase)
}
