import { expect, test } from 'vitest'
import { ociConfigFile, parseOciConfig, sessionEnd } from './oci-config.js'

test('sections inherit from DEFAULT, but not its person when they have a key of their own', () => {
  const text = [
    '# written by oci setup config',
    'lost=1',
    '[DEFAULT]',
    'user=ocid1.user.a',
    'fingerprint = aa:bb',
    'key_file=~/.oci/a.pem',
    'pass_phrase=with # and ; in it',
    'tenancy=ocid1.tenancy.t',
    'region=eu-frankfurt-1',
    '',
    '[ashburn]',
    'region=us-ashburn-1',
    'no setting',
    '[session]',
    'key_file=/k.pem',
    'security_token_file=/token',
  ].join('\r\n')
  const profiles = parseOciConfig(text)
  expect([...profiles.keys()]).toEqual(['DEFAULT', 'ashburn', 'session'])
  expect(profiles.get('DEFAULT')?.pass_phrase).toBe('with # and ; in it')
  expect(profiles.get('ashburn')).toMatchObject({ user: 'ocid1.user.a', region: 'us-ashburn-1', key_file: '~/.oci/a.pem' })
  const session = { tenancy: 'ocid1.tenancy.t', region: 'eu-frankfurt-1', key_file: '/k.pem', security_token_file: '/token' }
  expect(profiles.get('session')).toEqual(session)
})

test('the file is the one that was chosen, that of the environment, or the usual one', () => {
  const env = { HOME: '/home/me', OCI_CONFIG_FILE: '~/other' }
  expect(ociConfigFile(env, { config: '/chosen' })).toBe('/chosen')
  expect(ociConfigFile(env, {})).toBe('/home/me/other')
  expect(ociConfigFile({ ...env, OCI_CLI_CONFIG_FILE: '/cli' }, {})).toBe('/cli')
  expect(ociConfigFile({ HOME: '/home/me' }, {})).toBe('/home/me/.oci/config')
})

test('the end of a session is read from its token, where it says one', () => {
  const token = (claims: object): string => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`
  expect(sessionEnd(token({ exp: 1_700_000_000 }))).toBe(1_700_000_000_000)
  expect(sessionEnd(token({}))).toBeNull()
  expect(sessionEnd('no token')).toBeNull()
})
