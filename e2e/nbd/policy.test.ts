import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8')

const policy = read('resources/polkit/invalid.example.diskwright.policy')
const helper = read('resources/libexec/diskwright-nbd')
const actions = [...policy.matchAll(/<action id="([^"]+)">(.*?)<\/action>/gs)].map(([, id = '', body = '']) => ({ id, body }))
const annotation = (body: string, key: string): string | undefined =>
  new RegExp(`<annotate key="org\\.freedesktop\\.policykit\\.exec\\.${key}">([^<]+)<`).exec(body)?.[1]

test('every verb of the helper has an action of its own, and no action is for anything else', () => {
  const verbs = [...helper.matchAll(/^ {2}\d:(\w+)\) /gm)].map(([, verb]) => verb)
  expect(verbs).toHaveLength(3)
  expect(new Set(actions.map(({ body }) => annotation(body, 'argv1')))).toEqual(new Set(verbs))
  expect(actions).toHaveLength(verbs.length)
})

test.each(actions)('$id asks an administrator each time', ({ body }) => {
  expect([...body.matchAll(/<allow_\w+>([^<]+)</g)].map(([, answer]) => answer)).toEqual(['auth_admin', 'auth_admin', 'auth_admin'])
})

test.each(['deb', 'rpm'])('the %s package installs what the policy names, and the steps beside it', (kind) => {
  const installed = [
    ...(new RegExp(`^${kind}:\\n(?: .*\\n)*`, 'm').exec(read('electron/builder.yml'))?.[0] ?? '').matchAll(/- (resources\S+)=(\S+)/g),
  ]
  const places = new Map(installed.map(([, from = '', to = '']) => [to, from]))
  for (const { body } of actions) expect(places.get(annotation(body, 'path') ?? '')).toBe('resources/libexec/diskwright-nbd')
  expect(places.get('/usr/libexec/diskwright/nbd-steps.sh')).toBe('resources/libexec/nbd-steps.sh')
  for (const from of places.values()) expect(fs.existsSync(path.join(root, from)), from).toBe(true)
  expect(fs.statSync(path.join(root, 'resources/libexec/diskwright-nbd')).mode & 0o111).toBe(0o111)
})
