import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AppError, toAppError } from '#shared/errors/app-error'
import { createSignInStore } from './create-sign-in-store.js'
import type { SecretStore, SignInStore } from './sign-in-store.js'

const SECRET = 'MARKER-9c1f'
const ADA = { user: 'ada', secret: SECRET, isToken: false }

let home: string
let env: NodeJS.ProcessEnv
let store: SignInStore
let kept: Map<string, string>

beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright-sign-in-'))
  const folders = { HOME: home, XDG_RUNTIME_DIR: path.join(home, 'run'), DOCKER_CONFIG: path.join(home, 'docker') }
  env = { ...folders, CONTAINERS_REGISTRIES_CONF: path.join(home, 'registries.conf'), DISKWRIGHT_TOOL_PATH: path.join(home, 'bin') }
  kept = new Map()
  store = createSignInStore({ host: { env, signal: undefined }, secrets: keyring() })
})

afterEach(() => fs.rmSync(home, { recursive: true, force: true }))

function keyring(isEncrypted = true): SecretStore {
  return {
    isEncrypted,
    label: 'a keyring of the test',
    get: (name) => kept.get(name) ?? null,
    set: (name, secret) => void kept.set(name, secret),
    remove: (name) => void kept.delete(name),
    names: () => [...kept.keys()],
  }
}

function put(file: string, content: unknown): string {
  const full = path.join(home, file)
  fs.mkdirSync(path.dirname(full), { recursive: true })
  fs.writeFileSync(full, typeof content === 'string' ? content : JSON.stringify(content))
  return full
}

const auths = (registry: string, user: string) => ({ auths: { [registry]: { auth: Buffer.from(`${user}:${SECRET}`).toString('base64') } } })
const userAt = async (registry: string, authFile?: string) => (await store.find(registry, 'team/disk', authFile))?.user ?? null

async function failure(work: Promise<unknown>): Promise<AppError> {
  const thrown = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  return toAppError(thrown)
}

/** A credential helper as docker's are, that keeps what it knows in a folder. */
function installHelper(name: string): string {
  const folder = path.join(home, `kept-by-${name}`)
  fs.mkdirSync(folder)
  const script = `#!/bin/sh
read -r input
PATH=/usr/bin:/bin
echo "$1 $#" >>"${folder}/asked"
case "$1" in
get) file="${folder}/$(echo "$input" | tr / _)"; [ -f "$file" ] && cat "$file" || { echo "credentials not found in native keychain"; exit 1; } ;;
erase) rm -f "${folder}/$(echo "$input" | tr / _)" ;;
list) echo '{"https://b.example/":"bob"}' ;;
*) exit 3 ;;
esac
`
  const file = put(`bin/docker-credential-${name}`, script)
  fs.chmodSync(file, 0o755)
  fs.writeFileSync(path.join(folder, 'b.example'), JSON.stringify({ ServerURL: 'b.example', Username: 'bob', Secret: SECRET }))
  return folder
}

test('nothing is known where nothing was set up', async () => {
  expect(await store.find('a.example', null, undefined)).toBeNull()
  expect(await store.list()).toEqual([])
  expect((await failure(store.forget('a.example'))).code).toBe('bad-input')
})

test('the order of auth files, and the file of a request before everything', async () => {
  put('docker/config.json', auths('a.example', 'docker'))
  expect(await userAt('a.example')).toBe('docker')
  put('.config/containers/auth.json', auths('a.example', 'config'))
  expect(await userAt('a.example')).toBe('config')
  put('run/containers/auth.json', auths('a.example', 'runtime'))
  expect(await userAt('a.example')).toBe('runtime')
  env.REGISTRY_AUTH_FILE = put('named.json', auths('b.example', 'named'))
  expect(await userAt('a.example')).toBeNull()
  expect(await userAt('b.example')).toBe('named')
  await store.keep('b.example', ADA, 'session')
  expect(await userAt('b.example')).toBe('ada')
  expect(await userAt('b.example', put('of-request.json', auths('b.example', 'request')))).toBe('request')
})

test('session, keyring and auth file: kept, listed and forgotten', async () => {
  for (const where of ['session', 'keyring', 'auth-file'] as const) {
    const signIn = await store.keep('a.example', ADA, where)
    expect(signIn).toMatchObject({ registry: 'a.example', user: 'ada', kept: where })
    expect(await store.list()).toEqual([signIn])
    expect(JSON.stringify(await store.list())).not.toContain(SECRET)
    expect(await store.find('a.example', 'team/disk', undefined)).toEqual(ADA)
    await store.forget('a.example')
    expect(await store.find('a.example', 'team/disk', undefined)).toBeNull()
  }
})

test('a file that is named is the only one that is written or forgotten in', async () => {
  const named = path.join(home, 'named.json')
  await store.keep('a.example', ADA, 'session')
  expect(await store.keep('a.example', { ...ADA, user: 'bob' }, 'auth-file', named)).toMatchObject({ kept: 'auth-file', where: named })
  expect([await userAt('a.example'), await userAt('a.example', named)]).toEqual(['ada', 'bob'])
  await store.forget('a.example', named)
  expect([await userAt('a.example'), await userAt('a.example', named)]).toEqual(['ada', 'ada'])
  expect((await failure(store.forget('a.example', named))).data.details.reason).toBe(`nobody is signed in at a.example by ${named}`)
})

test('where the system encrypts nothing, the keyring is not used', async () => {
  const open = createSignInStore({ host: { env, signal: undefined }, secrets: keyring(false) })
  expect((await failure(open.keep('a.example', ADA, 'keyring'))).code).toBe('bad-input')
  expect(kept.size).toBe(0)
})

test('an auth file is for its owner alone, and keeps what others wrote', async () => {
  const file = put('run/containers/auth.json', { ...auths('b.example', 'bob'), other: { x: 1 } })
  fs.chmodSync(file, 0o644)
  await store.keep('a.example', ADA, 'auth-file')
  expect(fs.statSync(file).mode & 0o777).toBe(0o600)
  expect(await userAt('b.example')).toBe('bob')
  await store.forget('a.example')
  expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toEqual({ ...auths('b.example', 'bob'), other: { x: 1 } })
  expect(fs.readdirSync(path.dirname(file))).toEqual(['auth.json'])
})

test('a file that cannot be read is never written over', async () => {
  const file = put('run/containers/auth.json', `{bad ${SECRET}`)
  const attempts = [
    () => store.find('a.example', null, undefined),
    () => store.list(),
    () => store.keep('a.example', ADA, 'auth-file'),
    () => store.forget('a.example'),
  ]
  for (const attempt of attempts) {
    const error = await failure(attempt())
    expect(error.data).toMatchObject({ code: 'bad-input', details: { file } })
    expect(JSON.stringify([error.data, error.message, error.stack])).not.toContain(SECRET)
  }
  expect(fs.readFileSync(file, 'utf8')).toBe(`{bad ${SECRET}`)
})

test('a credential helper: found, listed and forgotten; what it is asked for is in no argument', async () => {
  const folder = installHelper('test')
  put('docker/config.json', { credHelpers: { 'b.example': 'test' } })
  expect(await store.find('b.example', 'team/disk', undefined)).toEqual({ user: 'bob', secret: SECRET, isToken: false })
  expect(await userAt('c.example')).toBeNull()
  expect(await store.list()).toEqual([{ registry: 'b.example', user: null, kept: 'helper', where: 'test' }])
  await store.forget('b.example')
  expect(await userAt('b.example')).toBeNull()
  expect(new Set(fs.readFileSync(path.join(folder, 'asked'), 'utf8').trim().split('\n'))).toEqual(new Set(['get 1', 'erase 1']))
})

test('the helper for all registries, of docker and of registries.conf', async () => {
  installHelper('test')
  const file = put('docker/config.json', { credsStore: 'test', auths: { 'b.example': {} } })
  expect(await userAt('b.example')).toBe('bob')
  expect(await store.list()).toEqual([{ registry: 'b.example', user: 'bob', kept: 'helper', where: 'test' }])
  fs.rmSync(file)
  put('registries.conf', 'credential-helpers = ["containers-auth.json", "test"]\n')
  expect(await userAt('b.example')).toBe('bob')
})

test('a helper that is missing, fails or is no name', async () => {
  const error = async (name: string) => {
    put('docker/config.json', { credHelpers: { 'b.example': name } })
    return failure(store.find('b.example', null, undefined))
  }
  expect((await error('absent')).data).toMatchObject({ code: 'tool-missing', details: { tool: 'docker-credential-absent' } })
  expect((await error('../../bin/sh')).code).toBe('bad-input')
  fs.chmodSync(put('bin/docker-credential-broken', `#!/bin/sh\necho "${SECRET}"\nexit 1\n`), 0o755)
  const broken = await error('broken')
  expect(broken.data).toMatchObject({ code: 'tool-failed', details: { tool: 'docker-credential-broken' } })
  expect(JSON.stringify([broken.data, broken.message])).not.toContain(SECRET)
})
