import { expect, test } from 'vitest'
import { choosePlatform, goArch, machinePlatform, matchesPlatform, platformText } from './platform-match.js'

const on = (architecture: string, variant: string | null = null, os = 'linux') => ({ platform: { os, architecture, variant } })

test.each([
  [{ architecture: 'amd64' }, on('amd64'), true],
  [{ architecture: 'x86_64' }, on('amd64'), true],
  [{ architecture: 'aarch64' }, on('arm64', 'v8'), true],
  [{ architecture: 'arm64', variant: 'v8' }, on('arm64'), true],
  [{ architecture: 'arm64', variant: 'v9' }, on('arm64'), false],
  [{ architecture: 'arm', variant: 'v7' }, on('arm'), true],
  [{ architecture: 'arm', variant: 'v6' }, on('arm', 'v7'), false],
  [{ architecture: 'amd64' }, on('arm64'), false],
  [{ os: 'linux', architecture: 'amd64' }, on('amd64', null, 'windows'), false],
  [{}, on('s390x'), true],
  [{ architecture: 'amd64' }, { platform: null }, false],
  [{}, { platform: null }, true],
])('%j wants %j: %s', (wanted, { platform }, matches) => expect(matchesPlatform(wanted, platform)).toBe(matches))

test('the usual variant goes before others, and order decides between equals', () => {
  const images = [on('arm', 'v6'), on('arm', 'v7'), on('amd64', 'v3'), on('amd64'), on('amd64', 'v1')]
  expect(choosePlatform(images, { architecture: 'arm' })).toBe(images[1])
  expect(choosePlatform(images, { architecture: 'amd64' })).toBe(images[3])
  expect(choosePlatform(images, { architecture: 'arm', variant: 'v6' })).toBe(images[0])
  expect(choosePlatform(images, { architecture: 'riscv64' })).toBeUndefined()
})

test('names of architectures', () => {
  expect([machinePlatform('x64'), machinePlatform('arm64')]).toEqual([
    { os: 'linux', architecture: 'amd64' },
    { os: 'linux', architecture: 'arm64' },
  ])
  expect(goArch('ppc64le')).toBe('ppc64le')
  expect([platformText(on('arm64', 'v8').platform), platformText(null)]).toEqual(['linux/arm64/v8', 'no platform'])
})
