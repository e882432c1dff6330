import { expect, test } from 'vitest'
import { toAppError } from '#shared/errors/app-error'
import { findSignIn, helperFor, holdsSignIn, parseAuthFile, signInsOf, without, withSignIn } from './auth-file.js'

const SECRET = 'MARKER-9c1f'
const entry = (user: string, secret = SECRET) => ({ auth: Buffer.from(`${user}:${secret}`).toString('base64') })
const read = (content: unknown) => parseAuthFile(JSON.stringify(content), 'auth.json')
const userFor = (auths: Record<string, unknown>, registry: string, repository: string | null = null) =>
  findSignIn(read({ auths }), 'auth.json', registry, repository)?.user ?? null

test('the longest part of the name counts', () => {
  const auths = { 'registry.example': entry('all'), 'registry.example/team': entry('team'), 'registry.example/team/disk': entry('disk') }
  expect(userFor(auths, 'registry.example')).toBe('all')
  expect(userFor(auths, 'registry.example', 'other/disk')).toBe('all')
  expect(userFor(auths, 'registry.example', 'team/other')).toBe('team')
  expect(userFor(auths, 'registry.example', 'team/disk')).toBe('disk')
  expect(userFor(auths, 'registry.example', 'teamwork')).toBe('all')
})

test.each([
  ['https://registry.example', 'registry.example', 'ada'],
  ['https://registry.example/v1/', 'registry.example', 'ada'],
  ['registry.example/v2/', 'registry.example', 'ada'],
  ['registry.example:5000', 'registry.example', null],
  ['registry.example', 'registry.example:5000', null],
  ['https://index.docker.io/v1/', 'docker.io', 'ada'],
  ['docker.io', 'registry-1.docker.io', 'ada'],
])('the key %s for %s: %s', (key, registry, user) => {
  expect(userFor({ [key]: entry('ada') }, registry, 'a/b')).toBe(user)
})

test('a password with colons, an identity token, a user and password in the clear, and an entry that a helper keeps', () => {
  expect(findSignIn(read({ auths: { a: entry('ada', 'b:c') } }), 'f', 'a', null)).toEqual({ user: 'ada', secret: 'b:c', isToken: false })
  const token = { auth: Buffer.from('<token>:').toString('base64'), identitytoken: SECRET }
  expect(findSignIn(read({ auths: { a: token } }), 'f', 'a', null)).toEqual({ user: '<token>', secret: SECRET, isToken: true })
  expect(findSignIn(read({ auths: { a: { username: 'ada', password: 'x' } } }), 'f', 'a', null)).toMatchObject({ user: 'ada', secret: 'x' })
  expect(findSignIn(read({ auths: { a: {} } }), 'f', 'a', null)).toBeNull()
})

test.each([
  ['no JSON', `{bad ${SECRET}`],
  ['another form', JSON.stringify({ auths: [SECRET] })],
  ['no base64', JSON.stringify({ auths: { a: { auth: `!!!${SECRET}` } } })],
  ['base64 of something else', JSON.stringify({ auths: { a: { auth: Buffer.from(SECRET).toString('base64') } } })],
])('%s: the error names the file and nothing that is in it', (_, text) => {
  let error = toAppError(null)
  try {
    findSignIn(parseAuthFile(text, '/x/auth.json'), '/x/auth.json', 'a', null)
  } catch (thrown) {
    error = toAppError(thrown)
  }
  expect(error.code).toBe('bad-input')
  expect(error.data.details.file).toBe('/x/auth.json')
  const told = JSON.stringify([error.data, error.message, error.stack])
  expect(told).not.toContain(SECRET)
  expect(told).not.toContain(Buffer.from(SECRET).toString('base64'))
})

test('keeping and removing leaves everything else as it is', () => {
  const auth = read({
    auths: { 'a.example': entry('old'), 'https://a.example/v1/': entry('older'), 'a.example/team': entry('team'), b: {} },
    HttpHeaders: { X: 'y' },
  })
  const kept = withSignIn(auth, 'a.example', { user: 'ada', secret: 's', isToken: false })
  expect(kept).toEqual({ auths: { 'a.example/team': entry('team'), b: {}, 'a.example': entry('ada', 's') }, HttpHeaders: { X: 'y' } })
  expect(without(auth, 'a.example')).toEqual({ auths: { 'a.example/team': entry('team'), b: {} }, HttpHeaders: { X: 'y' } })
  expect(holdsSignIn(auth, 'a.example')).toBe(true)
  expect(holdsSignIn(read(without(auth, 'a.example')), 'a.example')).toBe(false)
  const token = read(withSignIn(read({}), 'a.example', { user: '<token>', secret: 't', isToken: true }))
  expect(findSignIn(token, 'f', 'a.example', null)).toEqual({ user: '<token>', secret: 't', isToken: true })
})

test('helpers, by registry and for all', () => {
  const auth = read({ credHelpers: { 'a.example': 'one', 'https://b.example/': 'two' }, credsStore: 'all' })
  expect([helperFor(auth, 'a.example'), helperFor(auth, 'b.example'), helperFor(auth, 'c.example'), auth.store]).toEqual([
    'one',
    'two',
    null,
    'all',
  ])
})

test('who is known, without what signs them in', () => {
  const auth = read({ auths: { 'a.example/team': entry('ada'), 'https://index.docker.io/v1/': entry('bob'), c: {} } })
  expect(signInsOf(auth, 'f').map(({ registry, signIn }) => [registry, signIn.user])).toEqual([
    ['a.example/team', 'ada'],
    ['docker.io', 'bob'],
  ])
})
