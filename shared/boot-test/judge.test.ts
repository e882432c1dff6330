import { expect, test } from 'vitest'
import { bootExpectationsSchema } from './boot-test-request.js'
import { BootJudge, type WantedArguments } from './judge.js'
import { SerialLines } from './serial-lines.js'
import { SERIAL_SAMPLES } from './testing/serial-samples.js'

const NOTHING: WantedArguments = { present: [], absent: [] }

/** Each line takes a second. */
function judged(text: string, wishes: object = {}, wanted: WantedArguments = NOTHING): BootJudge {
  const judge = new BootJudge({ expect: bootExpectationsSchema.parse(wishes), wanted })
  let seconds = 0
  const lines = new SerialLines((line) => judge.line(line, (seconds += 1)))
  lines.push(text)
  judge.partial(lines.pending, seconds + 1)
  return judge
}

test('a login prompt passes, with its line and the stages before it', () => {
  const judge = judged(SERIAL_SAMPLES.login)
  expect(judge.verdict).toEqual({ verdict: 'pass', reason: 'The guest came as far as was wanted.' })
  expect(judge.evidence).toEqual([
    { kind: 'ready', rule: 'login', title: 'A login prompt', line: 'diskwright-sample login: ', lineNumber: 10, seconds: 11 },
  ])
  expect(judge.timeline.map(({ phase, seconds }) => [phase, seconds])).toEqual([
    ['firmware', 1],
    ['boot-loader', 2],
    ['kernel', 3],
    ['initramfs', 8],
    ['login', 11],
  ])
})

test('a machine that is kept before there is a verdict has neither passed nor failed, whatever it says then', () => {
  const judge = new BootJudge({ expect: bootExpectationsSchema.parse({}), wanted: NOTHING })
  judge.keptEarly()
  judge.line('Kernel panic - not syncing: Attempted to kill init!', 1)
  judge.partial('host login: ', 2)
  judge.stopped('The guest switched itself off')
  expect(judge.verdict?.verdict).toBe('none')
  expect([judge.evidence, judge.missing]).toEqual([[], ['A login prompt']])
})

test.each([
  ['biosNoDisk', 'bios-no-boot-device', 'No bootable device.'],
  ['uefiNoDisk', 'uefi-no-boot-option', 'UEFI Interactive Shell v2.2'],
  ['initEnds', 'no-init', 'Attempted to kill init!'],
  ['noRoot', 'no-root', 'VFS: Cannot open root device "nope"'],
  ['wrongRoot', 'root-device-missing', 'Gave up waiting for root file system device.'],
] as const)('%s fails by %s', (sample, rule, words) => {
  const judge = judged(SERIAL_SAMPLES[sample])
  expect(judge.verdict?.verdict).toBe('fail')
  const failures = judge.evidence.filter(({ kind }) => kind === 'fail')
  expect(failures.map((one) => one.rule)).toEqual([rule])
  expect(failures[0]?.line).toContain(words)
})

test('what the firmware could not load is noted, and is no failure while it goes on', () => {
  const judge = judged('BdsDxe: failed to load Boot0001 "UEFI Misc Device" from PciRoot(0x0)/Pci(0x2,0x0): Not Found\r\n')
  expect(judge.verdict).toBeNull()
  expect(judge.evidence.map(({ kind, rule }) => [kind, rule])).toEqual([['note', 'uefi-option-failed']])
})

test('half a row is no failure unless it is a prompt', () => {
  expect(judged('[    1.83] Kernel panic - not syncing').verdict).toBeNull()
  expect(judged('grub rescue> ').evidence[0]?.rule).toBe('grub-rescue')
})

test('a failure that is to be ignored does not end the test, the next rule still can', () => {
  expect(judged(SERIAL_SAMPLES.initEnds, { ignore: ['no-init'] }).evidence[0]?.rule).toBe('kernel-panic')
  expect(judged(SERIAL_SAMPLES.initEnds, { ignore: ['no-init', 'kernel-panic'] }).verdict).toBeNull()
})

test('every wish has to come true, in any order', () => {
  const wishes = { ready: ['login', 'kernel'], patterns: ['Secure boot disabled', 'never said'] }
  const judge = judged(SERIAL_SAMPLES.login, wishes)
  expect(judge.verdict).toBeNull()
  expect(judge.missing).toEqual(['A line matches never said'])
  judge.timedOut(60)
  expect(judge.verdict).toEqual({
    verdict: 'timeout',
    reason: 'After 60 s there was still not: A line matches never said. It had come to: Login.',
  })
  expect(judged(SERIAL_SAMPLES.login, { ...wishes, patterns: ['Secure boot disabled'] }).verdict?.verdict).toBe('pass')
})

test('a pattern of the user that means failure comes before all', () => {
  const judge = judged(SERIAL_SAMPLES.login, { fail: ['Secure boot (dis|en)abled'] })
  expect(judge.verdict).toEqual({ verdict: 'fail', reason: 'A line matches Secure boot (dis|en)abled.' })
})

test("the kernel's command line has to have what was added and nothing of what was removed", () => {
  const wishes = { ready: ['cmdline'] }
  const passes = judged(SERIAL_SAMPLES.login, wishes, { present: ['console=ttyS0'], absent: ['quiet'] })
  expect(passes.verdict?.verdict).toBe('pass')
  expect(passes.evidence[0]).toMatchObject({ rule: 'cmdline', lineNumber: 5 })
  const other = judged(SERIAL_SAMPLES.login, wishes, { present: ['ignition.platform.id=vmware'], absent: [] })
  expect(other.verdict).toEqual({ verdict: 'fail', reason: "The kernel's command line is not the edited one." })
  expect(judged(SERIAL_SAMPLES.login, wishes, { present: [], absent: ['console=ttyS0'] }).verdict?.verdict).toBe('fail')
  expect(judged('login with console=ttyS0\n', wishes, { present: ['console=ttyS0'], absent: [] }).verdict).toBeNull()
})

test('nothing changes after the verdict', () => {
  const judge = judged(SERIAL_SAMPLES.login)
  judge.line('Kernel panic - not syncing: late', 99)
  judge.stopped('The guest switched itself off')
  judge.timedOut(99)
  expect(judge.verdict?.verdict).toBe('pass')
  expect(judge.evidence).toHaveLength(1)
})

test('a guest that restarts is followed, one that restarts for ever fails', () => {
  const judge = new BootJudge({ expect: bootExpectationsSchema.parse({ restarts: 2 }), wanted: NOTHING })
  judge.line('[    0.000000] Linux version 6.1.0', 1)
  judge.restarted(2)
  judge.line('[    0.000000] Linux version 6.1.0', 3)
  judge.restarted(4)
  expect(judge.verdict).toBeNull()
  expect(judge.timeline.map(({ phase }) => phase)).toEqual(['kernel', 'kernel'])
  judge.restarted(5)
  expect(judge.verdict).toEqual({ verdict: 'fail', reason: 'The guest restarted 3 times.' })
})

test('a guest that switches itself off before it is ready fails', () => {
  const judge = judged('reboot: Power down\n')
  judge.stopped('The guest switched itself off')
  expect(judge.verdict).toEqual({ verdict: 'fail', reason: 'The guest switched itself off before a login prompt.' })
})

test('silence counts once its line was said', () => {
  const judge = judged('Booting\n', { silence: { seconds: 5, after: '^Now waiting' } })
  expect(judge.listensForSilence).toBe(false)
  judge.line('Now waiting for nothing', 2)
  expect(judge.listensForSilence).toBe(true)
  judge.fellSilent(5)
  expect(judge.verdict?.verdict).toBe('timeout')
  expect(judge.verdict?.reason).toMatch(/^The guest said nothing for 5 s; there was not: A login prompt\./)
})

test('a machine that says nothing at all is told as one', () => {
  const judge = judged('')
  judge.timedOut(10)
  expect(judge.verdict?.reason).toContain('It said nothing on its serial console.')
})

test('notes and lines of evidence are bounded', () => {
  const judge = judged(`WARNING: CPU: 0 PID: 1 at ${'x'.repeat(3000)}\n`.repeat(100))
  expect(judge.evidence).toHaveLength(20)
  expect(judge.evidence[0]?.line.length).toBe(400)
})
