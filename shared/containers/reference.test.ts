import { expect, test } from 'vitest'
import { AppError } from '../errors/app-error.js'
import { parseReference, printReference } from './reference.js'

function codeOf(text: string): string {
  try {
    return printReference(parseReference(text))
  } catch (thrown) {
    return thrown instanceof AppError ? thrown.code : String(thrown)
  }
}

test.each([
  ['registry.example:5000/team/disk:v1', 'docker://registry.example:5000/team/disk:v1'],
  ['docker://[::1]:5000/team/disk', 'docker://[::1]:5000/team/disk'],
  ['127.0.0.1:5000/disk', 'docker://127.0.0.1:5000/disk'],
])('%s is a reference', (text, printed) => {
  expect(codeOf(text)).toBe(printed)
})

test.each([
  `${'a.'.repeat(200)}example/disk`,
  'registry.example/../disk',
  'registry.example/team/..',
  'registry.example/a//b',
  'registry.example/disk:v1\r\nHost: evil.example',
  'registry.example/disk@sha256:../../x',
  'user:pass@registry.example/disk',
  'registry.example/disk?x=1',
  'registry.example/disk#x',
  `registry.example/${'a'.repeat(256)}`,
])('%s is refused as input', (text) => {
  expect(codeOf(text)).toBe('bad-input')
})

test('a password in a reference is not repeated', () => {
  for (const text of ['ada:hunter2@registry.example/disk:v1', 'docker://ada:hunter2@registry.example/disk@sha256:ab']) {
    expect(() => parseReference(text)).toThrow(AppError)
    try {
      parseReference(text)
    } catch (thrown) {
      const { details } = (thrown as AppError).data
      expect(details.reason).toContain('no user and password')
      expect(JSON.stringify(details)).not.toContain('hunter2')
    }
  }
})
