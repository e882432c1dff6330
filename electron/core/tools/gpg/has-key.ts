import { containerEnv } from '../../process/container-env.js'
import type { Host } from '../../process/host.js'

const TIMEOUT_MS = 60_000

/**
 * Whether the user's GnuPG knows a key, by its fingerprint or mail address. Its secret half may be on a card, so only signing itself tells of that. Throws
 * `tool-missing`, `tool-failed`.
 */
export async function hasKey(host: Host, key: string): Promise<boolean> {
  const { exitCode } = await host.run(
    'gpg',
    ['--batch', '--no-tty', '--quiet', '--no-autostart', '--with-colons', '--list-keys', '--', key],
    {
      env: containerEnv(host.env),
      okExitCodes: [0, 2],
      timeoutMs: TIMEOUT_MS,
    },
  )
  return exitCode === 0
}
