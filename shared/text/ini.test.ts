import { expect, test } from 'vitest'
import { readIni } from './ini.js'

test('sections, settings, comments and settings beneath others', () => {
  const text = [
    '# ours',
    'lost = 1',
    '[default]',
    'region = eu-central-1 ; here',
    '[profile "two"]',
    's3 =',
    '  endpoint_url = http://127.0.0.1:1/#not-a-comment',
    '  addressing_style=path',
    'region=us-east-1',
    '',
    '[default]',
    'output = json',
  ].join('\r\n')
  const sections = readIni(text)
  expect([...sections.keys()]).toEqual(['default', 'profile two'])
  expect(Object.fromEntries(sections.get('default') ?? [])).toEqual({ region: 'eu-central-1', output: 'json' })
  expect(Object.fromEntries(sections.get('profile two') ?? [])).toEqual({
    s3: '',
    's3.endpoint_url': 'http://127.0.0.1:1/#not-a-comment',
    's3.addressing_style': 'path',
    region: 'us-east-1',
  })
})
