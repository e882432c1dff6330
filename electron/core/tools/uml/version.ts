import type { Host } from '../../process/host.js'

/** Version of the kernel that linux.uml is, such as `6.1.176`; it is run in the sandbox for that. */
export async function umlVersion(host: Host): Promise<string> {
  const result = await host.run('linux.uml', ['--version'], { access: {}, timeoutMs: 10_000, okExitCodes: [0, 1] })
  const version = /\b\d+\.\d+\S*/.exec(`${result.stdout.toString('utf8')}\n${result.stderr}`)?.[0]
  if (version === undefined) throw new Error('it does not tell its version')
  return version
}
