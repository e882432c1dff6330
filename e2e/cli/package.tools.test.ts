import { generateKeyPairSync } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allowEveryImage } from '../core/container-home.js'
import { startRegistry, type TestRegistry } from '../core/registry.js'
import { type CommandLine, openCommandLine } from './command-line.js'

const SECRET = 'MARKER-9c1f'

let cli: CommandLine
let registry: TestRegistry
let env: Record<string, string>
let authFile: string

beforeAll(async () => {
  registry = await startRegistry({ users: { me: SECRET } })
  cli = await openCommandLine()
  const home = path.join(cli.folder, '../home')
  await allowEveryImage(home)
  authFile = path.join(home, 'auth.json')
  env = { HOME: home, REGISTRY_AUTH_FILE: authFile, CONTAINERS_REGISTRIES_CONF: '/dev/null' }
  await fs.writeFile(path.join(cli.folder, 'disk.raw'), Buffer.alloc(1024 ** 2))
})
afterAll(async () => {
  await cli.close()
  await registry.stop()
})

const run = (...args: string[]) => cli.run(args, { env })
const shell = (script: string) => cli.shell(script, env)

test('login tries the password, keeps it as podman does, and a disk is packaged, copied and signed out for', async () => {
  const place = registry.registry
  const target = `${place}/team/disk:v1`
  const pack = ['package', 'disk.raw', '--to', target, '--arch', 'amd64', '--tls-verify', 'false', '--label', 'a=b']
  const refused = await run(...pack)
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('wants you to sign in')])

  const wrong = await shell(`printf 'not it\\n' | "$DISKWRIGHT" containers login ${place} -u me --password-stdin --tls-verify false`)
  expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('refused the sign-in of me')])
  const right = await shell(`printf '${SECRET}\\n' | "$DISKWRIGHT" containers login ${place} -u me --password-stdin --tls-verify false`)
  expect([right.code, right.out]).toEqual([0, `Signed in at ${place} as me; kept in ${authFile}\n`])
  expect((await fs.stat(authFile)).mode & 0o777).toBe(0o600)
  const listed = await run('containers', 'logins')
  expect(listed.out).toContain(place)
  expect(listed.out).not.toContain(SECRET)

  // A file that is named is written and forgotten in alone.
  const named = path.join(cli.folder, 'named.json')
  const login = `"$DISKWRIGHT" containers login ${place} -u me --password-stdin --tls-verify false --authfile named.json`
  expect((await shell(`printf '${SECRET}\\n' | ${login}`)).out).toBe(`Signed in at ${place} as me; kept in ${named}\n`)
  expect((await run('containers', 'logout', place, '--authfile', named)).out).toBe(`Signed out at ${place}\n`)
  expect((await run('containers', 'logins')).out).toContain(place)

  const dry = await run(...pack, '--dry-run')
  expect(dry.out).toContain(`Send what docker://${target} has not yet`)
  const packed = await run(...pack)
  expect([packed.err, packed.code]).toEqual(['', 0])
  expect(packed.out).toMatch(/Digest sha256:[0-9a-f]{64}/)
  expect(packed.out).toContain(`podman pull --tls-verify=false --arch amd64 ${target}`)
  expect((await run(...pack, '--dry-run')).out).toContain('is there already')

  const copied = await run('containers', 'copy', target, 'oci-archive:copy.tar:v1', '--src-tls-verify', 'false')
  expect([copied.err, copied.code]).toEqual(['', 0])
  const digests = [packed, copied].map(({ out }) => /Digest (\S+)/.exec(out)?.[1])
  expect(digests[1]).toBe(digests[0])

  expect((await run('containers', 'logout', place)).out).toBe(`Signed out at ${place}\n`)
  expect((await run('containers', 'logins')).out).not.toContain(place)
  for (const file of await fs.readdir(cli.dirs.state, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) expect(await fs.readFile(path.join(file.parentPath, file.name), 'utf8')).not.toContain(SECRET)
  }
})

/** Runs a command on a terminal of script(1), and types once a word is on it. */
function onTerminal(command: string, word: string, keys: string) {
  return shell(
    `rm -f keys screen; mkfifo keys
    (for _ in $(seq 600); do grep -qs ${word} screen && break; sleep 0.1; done; printf '${keys}\\r') > keys &
    script -qefc ${JSON.stringify(command).replaceAll('$', '\\$')} screen < keys`,
  )
}

test('the passphrase of a key is asked for on the terminal, and not shown there', async () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: SECRET })
  await fs.writeFile(path.join(cli.folder, 'my.key'), pem)
  // The registry refuses what is not signed in; the key is read before.
  const command = `"$DISKWRIGHT" package disk.raw --to ${registry.registry}/a/b --arch amd64 --tls-verify false --sign-key my.key`
  const right = await onTerminal(command, 'Passphrase', SECRET)
  expect([right.code, right.out]).toEqual([1, expect.stringContaining('wants you to sign in')])
  const wrong = await onTerminal(command, 'Passphrase', 'not it')
  expect([wrong.code, wrong.out]).toEqual([2, expect.stringContaining('passphrase is wrong')])
  expect(right.out + wrong.out).not.toContain('MARKER')
})

test('a password is asked for on the terminal, and not shown there', async () => {
  const command = `"$DISKWRIGHT" containers login ${registry.registry} -u me --keep session --tls-verify false`
  const typed = await onTerminal(command, 'Password', `${SECRET}x\\177`)
  expect(typed.out).toContain(`Password of me at ${registry.registry}: `)
  expect(typed.out).toContain(`Signed in at ${registry.registry} as me`)
  expect(typed.out).not.toContain('MARKER')
  expect(typed.code).toBe(0)
})

test.each([
  [['package', 'disk.raw'], 'say where it goes'],
  [['package', 'disk.raw', '--to', 'r.example/x', '--as', 'box'], '--as is one of'],
  [['package', 'disk.raw', '--to', 'r.example/x', '--label', 'novalue'], '--label is KEY=VALUE'],
  [['package', 'disk.raw', '--to', 'name'], 'which registry'],
  [['package', 'disk.raw', '--to', 'r.example/x@sha256:' + '0'.repeat(64)], 'give a tag'],
  [['package', 'disk.raw', '--to', 'oci-archive:x.tar', '--path', '/disk/../x'], 'cannot be the path'],
  [['package', 'disk.raw', '--to', 'docker-archive:x.tar', '--as', 'artifact'], 'no place for artifacts'],
  [['package', 'disk.raw', '--to', 'oci:x', '--sign-key', 'k'], 'no place for a signature'],
  [['containers', 'copy', 'a', 'b', '--all', '--arch', 'arm64'], 'do not go together'],
  [['containers', 'login', 'https://r.example', '-u', 'me', '--password-stdin'], 'empty'],
])('%j is a misuse that is explained', async (args, words) => {
  const { code, err } = await run(...args)
  expect([code, err]).toEqual([2, expect.stringContaining(words)])
})
