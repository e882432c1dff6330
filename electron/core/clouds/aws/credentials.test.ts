import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { awsFailure } from './aws-failure.js'
import { awsCredentials } from './credentials.js'
import { endpointOf, findProfile, readProfiles } from './profiles.js'

let home = ''
beforeEach(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-aws-home-'))
  await fs.mkdir(path.join(home, '.aws/sso/cache'), { recursive: true })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
  await fs.rm(home, { recursive: true, force: true })
})

function put(name: string, text: string): Promise<void> {
  return fs.writeFile(path.join(home, '.aws', name), text)
}

function ask(env: NodeJS.ProcessEnv, profile = ''): ReturnType<typeof awsCredentials> {
  return awsCredentials({
    env: { HOME: home, AWS_EC2_METADATA_DISABLED: 'true', ...env },
    profile,
    region: 'eu-central-1',
    clientConfig: {},
  })
}

test('variables come first, unless a profile is named', async () => {
  await put('credentials', '[two]\naws_access_key_id = AKTWO\naws_secret_access_key = s2\n')
  const env = { AWS_ACCESS_KEY_ID: 'AKENV', AWS_SECRET_ACCESS_KEY: 's' }
  expect(await ask(env)()).toMatchObject({ accessKeyId: 'AKENV' })
  expect(await ask(env, 'two')()).toMatchObject({ accessKeyId: 'AKTWO' })
  await expect(ask({})()).rejects.toThrow('There are no credentials')
})

test('what stands in the file now is what is used, once the last answer was forgotten', async () => {
  const write = (key: string): Promise<void> => put('credentials', `[default]\naws_access_key_id = ${key}\naws_secret_access_key = s\n`)
  await write('AKONE')
  const credentials = ask({})
  expect((await credentials()).accessKeyId).toBe('AKONE')
  await write('AKTWO')
  credentials.forget()
  expect((await credentials()).accessKeyId).toBe('AKTWO')
})

test('an SSO sign-in that has ended is told as one', async () => {
  // The SDK itself looks for the tokens of SSO below the home of the process.
  vi.stubEnv('HOME', home)
  const sso = 'sso_start_url = https://sso.example/start\nsso_region = eu-central-1\nsso_account_id = 1\nsso_role_name = r\n'
  await put('config', `[profile work]\n${sso}`)
  const name = '01bf46ac0e6be7d48eb8e3f9a2b4d7f5b2b38e6c.json'
  await fs.writeFile(path.join(home, '.aws/sso/cache', name), '{}')
  const thrown: unknown = await ask({}, 'work')().catch((error: unknown) => error)
  expect(awsFailure(thrown, { service: 'AWS', what: 'sign in', profile: 'work' })).toMatchObject({
    code: 'sign-in-expired',
    data: { details: { next: expect.stringContaining('aws sso login --profile work') as string } },
  })
})

test('profiles of both files are put together, and the endpoint is found as the tools find it', async () => {
  await put('config', '[default]\nregion = eu-west-1\n[profile two]\nendpoint_url = http://127.0.0.1:9\n[sso-session x]\nsso_region = a\n')
  await put('credentials', '[two]\naws_access_key_id = AK\n')
  const env = { HOME: home }
  expect((await readProfiles(env)).map(({ name }) => name)).toEqual(['default', 'two'])
  const two = await findProfile(env, 'two')
  expect(two?.settings.get('aws_access_key_id')).toBe('AK')
  expect(endpointOf('ebs', env, two)).toBe('http://127.0.0.1:9')
  expect(endpointOf('ebs', { ...env, AWS_ENDPOINT_URL: 'http://127.0.0.1:8' }, two)).toBe('http://127.0.0.1:8')
  expect(endpointOf('ebs', { ...env, AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_EBS: 'http://b' }, two)).toBe('http://b')
  expect(endpointOf('ebs', { ...env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, two)).toBeNull()
})
