import { expect, test } from 'vitest'
import { checkMetaData, checkNetworkConfig, checkUserData, defaultMetaData } from './cloud-config.js'

const problemsOf = (checked: { problems: readonly string[] }): string => checked.problems.join()

test.each([
  '#cloud-config\nhostname: web\n',
  '#!/bin/sh\necho\n',
  '#include\nhttps://x',
  '## template: jinja\n#cloud-config\na: {{ b }}\n',
  'Content-Type: multipart/mixed; x\n',
  '',
])('user data %j is taken', (text) => {
  expect(checkUserData(text).problems).toEqual([])
})

test('user data that cloud-init would not understand is refused', () => {
  expect(problemsOf(checkUserData('hostname: web\n'))).toMatch(/first line is #cloud-config/)
  expect(problemsOf(checkUserData('# cloud-config\nhostname: web\n'))).toMatch(/has to be #cloud-config and nothing else/)
  expect(problemsOf(checkUserData('#cloud-config\na: [1\n'))).toMatch(/no YAML/)
  expect(problemsOf(checkUserData('#cloud-config\na: 1\na: 2\n'))).toMatch(/unique/)
  expect(problemsOf(checkUserData('#cloud-config\n- a\n'))).toMatch(/no YAML mapping/)
  expect(checkUserData('#cloud-config\n').warnings).toHaveLength(1)
})

test('a bomb of aliases is no configuration', () => {
  const lines = Array.from({ length: 12 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(9)}]`)
  expect(problemsOf(checkUserData(`#cloud-config\na0: &a0 x\n${lines.join('\n')}\n`))).toMatch(/aliases/)
})

test('meta data has an instance id', () => {
  expect(checkMetaData(defaultMetaData('abc', 'web')).problems).toEqual([])
  expect(defaultMetaData('abc', null)).toBe('instance-id: iid-abc\n')
  expect(problemsOf(checkMetaData('local-hostname: web\n'))).toMatch(/instance-id/)
})

test('a network configuration has a version', () => {
  expect(checkNetworkConfig('version: 2\nethernets: {}\n').problems).toEqual([])
  expect(checkNetworkConfig('network:\n  version: 1\n  config: disabled\n').problems).toEqual([])
  expect(problemsOf(checkNetworkConfig('ethernets: {}\n'))).toMatch(/version/)
})
