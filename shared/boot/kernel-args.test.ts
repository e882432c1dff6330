import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyArgChange, argKey, argValue, checkArg, diffArgs, joinArgs, parseReplace, splitArgs, splitArgTokens } from './kernel-args.js'

const argument = fc
  .tuple(fc.stringMatching(/^[a-z_.]{1,6}$/), fc.constantFrom('', '=', '=1', '=tty0', '="a b"', '=UUID=x-y'))
  .map(([key, rest]) => key + rest)
const argumentList = fc.array(argument, { maxLength: 12 })

test('blanks separate and quotes keep their bytes', () => {
  expect(splitArgs('  rw\t console=tty0  dyndbg="file x.c +p" "quoted whole=1 2"  ')).toEqual([
    'rw',
    'console=tty0',
    'dyndbg="file x.c +p"',
    '"quoted whole=1 2"',
  ])
  expect(splitArgs('')).toEqual([])
  expect(splitArgTokens(' a  b').map((token) => token.lead)).toEqual([' ', '  '])
})

test.each(['a\nb', 'a\0b', 'a\rb', 'a="b c'])('%j is refused', (text) => {
  expect(() => splitArgs(text)).toThrow(expect.objectContaining({ code: 'argument-invalid' }))
})

test('any list survives join and split', () => {
  fc.assert(
    fc.property(argumentList, (args) => {
      expect(splitArgs(joinArgs(args))).toEqual(args)
    }),
  )
})

test('key and value part at the first equals sign', () => {
  expect([argKey('root=UUID=a'), argValue('root=UUID=a')]).toEqual(['root', 'UUID=a'])
  expect([argKey('quiet'), argValue('quiet')]).toEqual(['quiet', null])
  expect(argValue('x=')).toBe('')
})

test.each(['', 'a b', ' a', 'a ', 'a\n', '"a', 'a="x y'])('%j is not one argument', (arg) => {
  expect(() => checkArg(arg)).toThrow(expect.objectContaining({ code: 'argument-invalid' }))
})

test('delete takes the exact argument only, all of them or one', () => {
  const args = ['quiet', 'a=1', 'quiet=1', 'a=1', 'quiet']
  expect(applyArgChange(args, { op: 'delete', arg: 'quiet' })).toEqual(['a=1', 'quiet=1', 'a=1'])
  expect(applyArgChange(args, { op: 'delete', arg: 'a=1', index: 1 })).toEqual(['quiet', 'a=1', 'quiet=1', 'quiet'])
  expect(() => applyArgChange(args, { op: 'delete', arg: 'a' })).toThrow(
    expect.objectContaining({ code: 'argument-not-found', data: expect.objectContaining({ details: { arg: 'a' } }) }),
  )
  expect(() => applyArgChange(args, { op: 'delete', arg: 'quiet', index: 2 })).toThrow(
    expect.objectContaining({ code: 'argument-not-found' }),
  )
})

test('replace keeps the place and the duplicates of other values', () => {
  const args = ['console=tty0', 'x', 'console=ttyS0', 'console=tty0', 'rhgb']
  expect(applyArgChange(args, { op: 'replace', key: 'console', from: 'tty0', to: 'hvc0' })).toEqual([
    'console=hvc0',
    'x',
    'console=ttyS0',
    'console=hvc0',
    'rhgb',
  ])
  expect(applyArgChange(args, { op: 'replace', key: 'rhgb', from: '', to: '0' }).at(-1)).toBe('rhgb=0')
  expect(() => applyArgChange(args, { op: 'replace', key: 'console', from: 'none', to: 'x' })).toThrow(
    expect.objectContaining({ code: 'argument-not-found' }),
  )
  expect(() => applyArgChange(args, { op: 'replace', key: 'console', from: 'tty0', to: 'a b' })).toThrow(
    expect.objectContaining({ code: 'argument-invalid' }),
  )
})

test('a diff holds both lists in order', () => {
  fc.assert(
    fc.property(argumentList, argumentList, (before, after) => {
      const rows = diffArgs(before, after)
      expect(rows.filter((row) => row.state !== 'added').map((row) => row.arg)).toEqual(before)
      expect(rows.filter((row) => row.state !== 'removed').map((row) => row.arg)).toEqual(after)
    }),
  )
  expect(diffArgs(['a', 'p=q', 'z'], ['a', 'p=v', 'z', 'n']).map((row) => `${row.state} ${row.arg}`)).toEqual([
    'kept a',
    'removed p=q',
    'added p=v',
    'kept z',
    'added n',
  ])
})

test('the longest common run is kept when an argument moves', () => {
  expect(diffArgs(['a', 'b', 'c'], ['c', 'a', 'b']).filter((row) => row.state === 'kept')).toHaveLength(2)
})

test('a diff of huge lists stays affordable', () => {
  const many = (prefix: string) => Array.from({ length: 5000 }, (_, at) => `${prefix}${at}`)
  expect(diffArgs(['same', ...many('a')], ['same', ...many('b')])).toHaveLength(10_001)
})

test('replace text is read against the arguments', () => {
  const args = ['root=UUID=a', 'console=tty0', 'console=ttyS0', 'ignition.platform.id=qemu', 'quiet']
  const read = (text: string) => parseReplace(text, args)
  expect(read('ignition.platform.id=qemu=vmware')).toEqual({ op: 'replace', key: 'ignition.platform.id', from: 'qemu', to: 'vmware' })
  expect(read('ignition.platform.id=vmware')).toEqual({ op: 'replace', key: 'ignition.platform.id', from: 'qemu', to: 'vmware' })
  expect(read('root=UUID=a=LABEL=b')).toEqual({ op: 'replace', key: 'root', from: 'UUID=a', to: 'LABEL=b' })
  expect(read('quiet=1')).toEqual({ op: 'replace', key: 'quiet', from: '', to: '1' })
  expect(read('console=ttyS0=hvc0')).toMatchObject({ from: 'ttyS0', to: 'hvc0' })
  expect(() => read('console=hvc0')).toThrow(expect.objectContaining({ code: 'argument-invalid' }))
  expect(() => read('console=ttyS1=hvc0')).toThrow(expect.objectContaining({ code: 'argument-not-found' }))
  expect(() => read('absent=1')).toThrow(expect.objectContaining({ code: 'argument-not-found' }))
  expect(() => read('quiet')).toThrow(expect.objectContaining({ code: 'argument-invalid' }))
})

test('what is appended is for the kernel, so it stays before the arguments of init', () => {
  expect(applyArgChange(['ro', '--', 'single'], { op: 'append', arg: 'console=tty0' })).toEqual(['ro', 'console=tty0', '--', 'single'])
})
