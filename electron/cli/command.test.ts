import { expect, test } from 'vitest'
import type { Command } from './command.js'
import { commandHelp, findCommand, generalHelp, parseCommand, UsageError } from './command.js'
import { exitCodeFor } from './exit-codes.js'
import { COMMANDS } from './run-cli.js'
import { parseTarget, targetOfName } from './target-format.js'

const find = (line: string) => {
  const found = findCommand(COMMANDS, line.split(' '))
  return found && [found.command.name, found.rest]
}
const bootSet = COMMANDS.find((command) => command.name === 'boot set') as Command

test('commands are found by their words, with options before and after', () => {
  expect(find('boot set a.qcow2 --all')).toEqual(['boot set', ['a.qcow2', '--all']])
  expect(find('--json files ls a.raw /')).toEqual(['files ls', ['--json', 'a.raw', '/']])
  expect(find('inspect inspect')).toEqual(['inspect', ['inspect']])
  expect(find('boot')).toBeUndefined()
  expect(find('--version')).toBeUndefined()
})

test('changes keep the order in which they were given', () => {
  const input = parseCommand(bootSet, ['--append', 'b', 'a.qcow2', '--delete=quiet', '--append', 'c', '--entry', 'x', '--in-place'])
  expect(input.ordered.map(({ name, value }) => `${name} ${value}`)).toEqual(['append b', 'delete quiet', 'append c', 'entry x'])
  expect(input.positionals).toEqual(['a.qcow2'])
  expect(input.texts('append')).toEqual(['b', 'c'])
  expect(input.texts('replace')).toEqual([])
  expect(input.flag('in-place')).toBe(true)
  expect(input.text('output')).toBeUndefined()
})

test('names with a dash, a line end or other scripts are taken as they are', () => {
  for (const name of ['-x.qcow2', 'a\nb.qcow2', 'образ диска.qcow2', '--json']) {
    const input = parseCommand(bootSet, ['--append', 'x', '--', name])
    expect(input.positionals).toEqual([name])
    expect(input.json).toBe(false)
  }
  expect(parseCommand(bootSet, ['./-x', '--append=-v']).texts('append')).toEqual(['-v'])
})

test.each([
  ['no image', ['--all']],
  ['two images', ['a', 'b']],
  ['an unknown option', ['a', '--nope']],
  ['an option without its value', ['a', '--append']],
  ['a value for a flag', ['a', '--all=yes']],
])('%s is a usage error', (_what, args) => {
  expect(() => parseCommand(bootSet, args)).toThrow(UsageError)
})

test('help needs nothing else, and every command has one with examples that parse', () => {
  expect(parseCommand(bootSet, ['--help']).help).toBe(true)
  expect(generalHelp(COMMANDS)).toContain('convert IMAGE')
  for (const command of COMMANDS) {
    const help = commandHelp(command)
    for (const name of Object.keys(command.options)) expect(help).toContain(`--${name}`)
    for (const { help: words } of Object.values(command.options)) expect(help).toContain(`  ${words}`)
    expect(command.examples.length).toBeGreaterThan(0)
    for (const example of command.examples) {
      const found = findCommand(COMMANDS, example.replace(/ >.*/, '').split(' ').slice(1))
      expect(found?.command).toBe(command)
      expect(() => parseCommand(command, found?.rest ?? [])).not.toThrow()
    }
  }
})

test('commands of one group stand together', () => {
  const groups = COMMANDS.map(({ name }) => name.split(' ')[0])
  const runs = groups.filter((group, at) => group !== groups[at - 1] && COMMANDS.some(({ name }) => name.startsWith(`${group} `)))
  expect(runs).toEqual([...new Set(runs)])
})

test('formats are read with subformat, by the name qemu has, and by the ending of a file', () => {
  expect(parseTarget('vmdk:streamOptimized')).toEqual({ format: 'vmdk', subformat: 'streamOptimized' })
  expect(parseTarget('VPC')).toEqual({ format: 'vhd' })
  expect(() => parseTarget('vmdk:round')).toThrow('monolithicSparse')
  expect(() => parseTarget('iso')).toThrow('qcow2')
  expect(targetOfName('/x/a.IMG')).toEqual({ format: 'raw' })
  expect(targetOfName('/x/a.vhdx')).toEqual({ format: 'vhdx' })
  expect(targetOfName('/x/a')).toBeUndefined()
})

test('exit codes tell failed, bad input, cancelled and a missing tool apart', () => {
  expect((['tool-failed', 'file-not-found', 'cancelled', 'tool-missing'] as const).map(exitCodeFor)).toEqual([1, 2, 3, 4])
  // What is mended by asking for something else, wherever it was looked for.
  for (const code of ['container-not-found', 'platform-not-found', 'several-disks', 'recipe-invalid'] as const)
    expect(exitCodeFor(code)).toBe(2)
})
