import { expect, test } from 'vitest'
import type { BootEntry } from '#shared/boot/boot-entry'
import { bootTestInputSchema } from '#shared/boot-test/boot-test-request'
import type { Edit } from '#shared/edits/edit'
import { NO_FIRST_BOOT } from './first-boot-choices.js'
import { type BootTestChoices, inputOf, problemsOf, usualChoices, withArch } from './boot-test-choices.js'

const boot = (args: string) => ({
  entries: [{ id: 'a', args: args.split(' '), isDefault: true, enabled: true } as unknown as BootEntry],
})
const ARGS: Edit[] = [{ kind: 'kernel-args', entry: '*', changes: [{ op: 'append', arg: 'a=1' }] }]
const HOSTNAME: Edit[] = [{ kind: 'hostname', name: 'node' }]
const USUAL = usualChoices([], boot('root=x console=ttyS0'))

test('what is usual can be run at once, and says nothing that the core would not do by itself', () => {
  expect(problemsOf(USUAL)).toEqual({})
  const request = bootTestInputSchema.parse({ source: '/a', ...inputOf(USUAL) })
  expect(request).toEqual(bootTestInputSchema.parse({ source: '/a' }))
})

test.each([
  [ARGS, 'console=ttyS0', ['login', 'cmdline']],
  [ARGS, 'console=ttyS0 quiet', ['login']],
  [HOSTNAME, 'console=ttyS0', ['login']],
  [[], 'console=ttyS0', ['login']],
] as const)('edited arguments are looked for where the kernel tells them: %j, %s', (edits, args, ready) =>
  expect(usualChoices(edits, boot(args)).ready).toEqual(ready),
)

test('a kernel that does not write to the serial console is told to, for the test alone', () => {
  expect(usualChoices([], boot('root=x')).append).toBe('console=ttyS0,115200n8')
  expect(USUAL.append).toBe('')
  expect(usualChoices([], undefined).append).toBe('')
})

test('64-bit ARM has another serial port, which its kernel finds by itself where none is named', () => {
  expect(usualChoices([], boot('root=x'), 'aarch64').append).toBe('')
  expect(usualChoices([], boot('console=ttyAMA0'), 'aarch64').append).toBe('')
  expect(usualChoices([], boot('console=tty0 console=ttyS0'), 'aarch64').append).toBe('console=ttyAMA0,115200n8')
})

test('another processor takes what its machines have', () => {
  const choices: BootTestChoices = { ...USUAL, append: 'console=ttyS0,115200n8', diskBus: 'ide', type: 'pc', firmware: 'bios' }
  const arm = withArch(choices, 'aarch64', ['x86_64', 'aarch64'])
  expect(arm).toEqual({ arch: 'aarch64', append: 'console=ttyAMA0,115200n8', diskBus: null, type: null, firmware: 'auto' })
  expect(inputOf({ ...choices, ...arm }).machine).toMatchObject({ arch: 'aarch64', firmware: 'auto' })
  expect(withArch({ ...USUAL, diskBus: 'nvme', firmware: 'uefi' }, 'aarch64', ['x86_64', 'aarch64'])).toEqual({ arch: 'aarch64' })
})

test.each<[Partial<BootTestChoices>, string]>([
  [{ memoryMib: '' }, 'memory'],
  [{ memoryMib: 32 }, 'memory'],
  [{ cpus: 0 }, 'cpus'],
  [{ cpus: 1.5 }, 'cpus'],
  [{ timeoutSeconds: '' }, 'timeout'],
  [{ ready: [] }, 'ready'],
  [{ patterns: 'ok\n(' }, 'patterns'],
  [{ append: 'root="open' }, 'append'],
  [{ fail: 'panic(' }, 'fail'],
  [{ silenceSeconds: 0 }, 'silence'],
  [{ silenceSeconds: 5, silenceAfter: '[' }, 'silenceAfter'],
  [{ restarts: '' }, 'restarts'],
  [{ cpu: 'max -daemonize' }, 'cpu'],
  [{ platform: 'aws', firstBoot: { ...NO_FIRST_BOOT, answers: true, hostname: 'two words' } }, 'hostname'],
  [{ platform: 'aws', firstBoot: { ...NO_FIRST_BOOT, answers: true, user: '' } }, 'user'],
  [{ platform: 'aws', firstBoot: { ...NO_FIRST_BOOT, answers: true, sshKeys: '-----BEGIN OPENSSH PRIVATE KEY-----\nb3B' } }, 'sshKeys'],
])('%j cannot be started', (part, field) => expect(Object.keys(problemsOf({ ...USUAL, ...part }))).toEqual([field]))

test('own expressions are enough to wait for', () => expect(problemsOf({ ...USUAL, ready: [], patterns: '^ready$' })).toEqual({}))

test('all that is chosen is asked for', () => {
  const input = inputOf({
    ...USUAL,
    platform: 'aws',
    firmware: 'uefi',
    memoryMib: 512,
    cpus: 1,
    diskBus: 'nvme',
    network: 'user',
    entry: 'b',
    append: 'debug  rd.break="a b"',
    ready: ['kernel'],
    patterns: '^one$\n\ntwo',
    timeoutSeconds: 60,
  })
  expect(input).toEqual({
    platform: 'aws',
    entry: 'b',
    append: ['debug', 'rd.break="a b"'],
    machine: { firmware: 'uefi', memoryBytes: 512 * 1024 ** 2, cpus: 1, diskBus: 'nvme', network: 'user' },
    expect: { ready: ['kernel'], patterns: ['^one$', 'two'], timeoutSeconds: 60 },
  })
  expect(bootTestInputSchema.safeParse({ source: '/a', ...input }).success).toBe(true)
})

test('what is seldom chosen is asked for as well', () => {
  const input = inputOf({
    ...USUAL,
    platform: 'aws',
    accelerator: 'tcg',
    type: 'pc',
    cpu: ' Skylake-Server ',
    tpm: true,
    fail: '^bad$',
    ignore: ['kernel-oops'],
    silenceSeconds: 30,
    silenceAfter: 'login:',
    restarts: 0,
    cdrom: '/isos/rescue.iso',
    stayOn: true,
    firstBoot: {
      ...NO_FIRST_BOOT,
      networkConfig: { text: 'version: 2' },
      ignition: { file: '/configs/a.ign' },
      answers: true,
      sshKeys: 'ssh-ed25519 AAAA me\n\n',
      serviceData: { text: '#cloud-config' },
    },
  })
  expect(input).toMatchObject({
    machine: { accelerator: 'tcg', machine: 'pc', cpu: 'Skylake-Server', tpm: true },
    expect: { fail: ['^bad$'], ignore: ['kernel-oops'], silence: { seconds: 30, after: 'login:' }, restarts: 0 },
    seed: {
      cloudInit: { userData: { text: '#cloud-config\n{}\n' }, networkConfig: { text: 'version: 2' } },
      ignition: { file: '/configs/a.ign' },
    },
    metadata: { user: 'diskwright', sshKeys: ['ssh-ed25519 AAAA me'], userData: { text: '#cloud-config' } },
    cdrom: { path: '/isos/rescue.iso', bootFirst: true },
    stayOn: true,
  })
  expect(bootTestInputSchema.safeParse({ source: '/a', ...input }).success).toBe(true)
})

test('a service that the platform does not have answers nothing', () => {
  const input = inputOf({ ...USUAL, firstBoot: { ...NO_FIRST_BOOT, answers: true, hostname: 'two words' } })
  expect(input).not.toHaveProperty('metadata')
  expect(problemsOf({ ...USUAL, firstBoot: { ...NO_FIRST_BOOT, answers: true, hostname: 'two words' } })).toEqual({})
})
