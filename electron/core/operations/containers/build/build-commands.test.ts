import { parse } from 'smol-toml'
import { expect, test } from 'vitest'
import { parseReference } from '#shared/containers/reference'
import { runArgs } from '../../../tools/podman/run-privileged'
import { BUILDER_IMAGE, type BuildPlan, builderConfig, buildRun } from './build-commands'

const plan = (reference: string, more: Partial<BuildPlan> = {}): BuildPlan => ({
  name: 'diskwright-1-build',
  labels: { 'diskwright.job': '1' },
  reference: parseReference(reference),
  folder: '/out put',
  storageRoot: '/var/lib/containers/storage',
  rootFilesystem: undefined,
  kernelArgs: [],
  ...more,
})
const PRIVILEGED = ['run', '--rm', '--privileged', '--pull=never']
const NAMED = ['--security-opt', 'label=type:unconfined_t', '--name', 'diskwright-1-build', '--label', 'diskwright.job=1']

test('bootc installs the image that it runs in; the system gets its updates from where that came from', () => {
  const wishes = { rootFilesystem: 'btrfs', kernelArgs: ['console=ttyS0', '-odd'] }
  expect(runArgs(buildRun('bootc', plan('docker://registry.example/os:1', wishes)))).toEqual([
    ...PRIVILEGED,
    '--pid=host',
    ...NAMED,
    '--volume',
    '/dev:/dev',
    '--volume',
    '/var/lib/containers/storage:/var/lib/containers/storage',
    '--volume',
    '/out put:/output',
    'registry.example/os:1',
    'bootc',
    'install',
    'to-disk',
    '--generic-image',
    '--via-loopback',
    '--target-imgref',
    'registry.example/os:1',
    '--filesystem',
    'btrfs',
    '--karg=console=ttyS0',
    '--karg=-odd',
    '/output/disk.raw',
  ])
})

test('what is run is pinned to its digest, what updates are looked for is the tag', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  const { image, command } = buildRun('bootc', plan(`docker://registry.example/os:1@${digest}`))
  expect(image).toBe(`registry.example/os@${digest}`)
  expect(command).toContain('registry.example/os:1')
  expect(buildRun('bootc', plan(`docker://registry.example/os@${digest}`)).command).toContain(`registry.example/os@${digest}`)
})

test('an image of this machine alone has no place for updates, and none is looked for', () => {
  const { image, command } = buildRun('bootc', plan('containers-storage:localhost/os:1'))
  expect(image).toBe('localhost/os:1')
  expect(command).toContain('--skip-fetch-check')
  expect(command).not.toContain('--target-imgref')
})

test('bootc-image-builder makes a raw disk of an image in local storage', () => {
  expect(runArgs(buildRun('bootc-image-builder', plan('containers-storage:localhost/os:1', { rootFilesystem: 'ext4' })))).toEqual([
    ...PRIVILEGED,
    ...NAMED,
    '--volume',
    '/out put/config.toml:/config.toml:ro',
    '--volume',
    '/out put:/output',
    '--volume',
    '/var/lib/containers/storage:/var/lib/containers/storage',
    BUILDER_IMAGE,
    '--type',
    'raw',
    '--local',
    '--rootfs',
    'ext4',
    'localhost/os:1',
  ])
})

test('its configuration is TOML that says exactly what was asked for', () => {
  const odd = ['a="b"', 'back\\slash', 'tab\there', 'ünï']
  expect(parse(builderConfig(odd, 123))).toEqual({
    customizations: { kernel: { append: odd.join(' ') }, filesystem: [{ mountpoint: '/', minsize: 123 }] },
  })
  expect(parse(builderConfig([], 123))).toEqual({ customizations: { filesystem: [{ mountpoint: '/', minsize: 123 }] } })
})
