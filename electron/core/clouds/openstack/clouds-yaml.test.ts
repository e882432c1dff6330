import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readClouds } from './clouds-yaml.js'
import { reasonOf } from './openstack-failure.js'
import { imageUrl } from './openstack-session.js'

let home = ''
beforeEach(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-clouds-yaml-'))
})
afterEach(() => fs.rm(home, { recursive: true, force: true }))

async function write(name: string, text: string): Promise<string> {
  const file = path.join(home, name)
  await fs.mkdir(path.dirname(file), { recursive: true })
  await fs.writeFile(file, text)
  return file
}

/** As the dashboard gives it out for an application credential. */
const CLOUDS = `
clouds:
  openstack:
    auth:
      auth_url: https://keystone.site.example:5000
      application_credential_id: "21dced0fd20347869b93710d2b98aae0"
    region_name: "RegionOne"
    interface: "public"
    identity_api_version: 3
    auth_type: "v3applicationcredential"
  lab:
    auth:
      auth_url: https://lab.example/identity/v3
      username: demo
      project_name: 12345
      user_domain_name: Default
    verify: false
    regions: [one, {name: two}]
`

test('clouds of the user, with what secure.yaml adds to them', async () => {
  const file = await write('.config/openstack/clouds.yaml', CLOUDS)
  await write('.config/openstack/secure.yaml', 'clouds:\n  openstack:\n    auth:\n      application_credential_secret: hidden\n')
  const [first, second] = await readClouds({ HOME: home })
  expect(first).toEqual({
    name: 'openstack',
    file,
    auth: {
      auth_url: 'https://keystone.site.example:5000',
      application_credential_id: '21dced0fd20347869b93710d2b98aae0',
      application_credential_secret: 'hidden',
    },
    authType: 'v3applicationcredential',
    regions: ['RegionOne'],
    interface: 'public',
    cacert: '',
    isUnverified: false,
  })
  expect(second).toMatchObject({ name: 'lab', authType: 'password', regions: ['one', 'two'], isUnverified: true })
  expect(second?.auth.project_name).toBe('12345')
})

test('the working folder comes before the user, a file that is named before both', async () => {
  await write('.config/openstack/clouds.yaml', 'clouds: {user: {}}')
  await write('work/clouds.yaml', 'clouds: {work: {}}')
  const named = await write('named.yaml', 'clouds: {named: {}}')
  const names = async (env: NodeJS.ProcessEnv) => (await readClouds({ HOME: home, ...env })).map(({ name }) => name)
  expect(await names({})).toEqual(['user'])
  expect(await names({ PWD: path.join(home, 'work') })).toEqual(['work'])
  expect(await names({ PWD: path.join(home, 'work'), OS_CLIENT_CONFIG_FILE: named })).toEqual(['named'])
})

test('the variables of an openrc file are a cloud too', async () => {
  const env = {
    HOME: home,
    OS_AUTH_URL: 'https://k.example/v3',
    OS_USERNAME: 'demo',
    OS_PASSWORD: 'p',
    OS_PROJECT_NAME: 'demo',
    OS_REGION_NAME: 'R',
    OS_INTERFACE: 'publicURL',
  }
  expect(await readClouds(env)).toMatchObject([
    {
      name: 'envvars',
      file: null,
      authType: 'password',
      regions: ['R'],
      interface: 'public',
      auth: { username: 'demo', password: 'p', project_name: 'demo' },
    },
  ])
})

test('files that hold something else hold no clouds', async () => {
  await write('.config/openstack/clouds.yaml', ': : [')
  expect(await readClouds({ HOME: home })).toEqual([])
})

test.for([
  [
    '<html>\n <head>\n  <title>413 Request Entity Too Large</title>\n </head>\n <body>\n  <h1>413 Request Entity Too Large</h1>\n  Denying attempt to upload image because it exceeds the quota: The size of the data 73400320 will exceed the limit. -4194304 bytes remaining.<br /><br />\n </body>\n</html>',
    'Denying attempt to upload image because it exceeds the quota: The size of the data 73400320 will exceed the limit. -4194304 bytes remaining.',
  ],
  [
    '{"error":{"code":401,"message":"The request you have made requires authentication.","title":"Unauthorized"}}',
    'The request you have made requires authentication.',
  ],
  ['{"message": "Invalid disk format &#x27;xyz&#x27;"}', "Invalid disk format 'xyz'"],
  ['', ''],
] as const)('what a service says, without its markup: %s', ([body, words]) => {
  expect(reasonOf(body)).toBe(words)
})

test('the image service of the catalogue, by region and interface, without its version', () => {
  const catalog = [
    { type: 'identity', endpoints: [{ interface: 'public', url: 'https://k.example', region_id: 'A' }] },
    {
      type: 'image',
      endpoints: [
        { interface: 'public', url: 'https://a.example/image/v2.9/', region_id: 'A' },
        { interface: 'internal', url: 'http://10.0.0.1:9292', region_id: 'A' },
        { interface: 'public', url: 'https://b.example:9292', region_id: 'B' },
      ],
    },
  ]
  expect(imageUrl(catalog, { region: '', interface: 'public' })).toBe('https://a.example/image')
  expect(imageUrl(catalog, { region: 'B', interface: 'public' })).toBe('https://b.example:9292')
  expect(imageUrl(catalog, { region: 'A', interface: 'internal' })).toBe('http://10.0.0.1:9292')
  expect(() => imageUrl(catalog, { region: 'B', interface: 'internal' })).toThrow('cloud-not-found')
})
