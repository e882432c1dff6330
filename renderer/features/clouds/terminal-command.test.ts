import { expect, test } from 'vitest'
import { secretVariable, terminalCommand, type TerminalUpload } from './terminal-command.js'
import { SAMPLE_FIELDS } from './testing/sample-form.js'

const upload: TerminalUpload = {
  provider: 's3',
  path: '/images/boot.qcow2',
  fields: SAMPLE_FIELDS,
  values: {},
  retarget: false,
  staged: 0,
}

test('what differs from the defaults is named, quoted for a shell; a secret stays out', () => {
  const values = {
    profile: 'my work',
    token: 'session:s3 token 1',
    region: 'north',
    bucket: 'images',
    labels: { team: 'boot', stage: 'one' },
    regions: ['a', 'b'],
    public: true,
  }
  expect(terminalCommand({ ...upload, values, path: "/images/mia's boot.qcow2" })).toBe(
    [
      `diskwright upload s3 '/images/mia'\\''s boot.qcow2'`,
      `--set 'profile=my work'`,
      '--set token=env:DISKWRIGHT_TOKEN',
      '--set bucket=images',
      '--set public=true',
      '--set labels.team=boot',
      '--set labels.stage=one',
      '--set regions=a,b',
    ].join(' \\\n  '),
  )
})

test('a variable is named after its field', () => {
  expect(secretVariable('secretAccessKey')).toBe('DISKWRIGHT_SECRET_ACCESS_KEY')
})

test('edits go along by an option of their own', () => {
  expect(terminalCommand({ ...upload, retarget: true, staged: 2 })).toBe(
    'diskwright upload s3 /images/boot.qcow2 \\\n  --retarget \\\n  --recipe RECIPE.yaml',
  )
})
