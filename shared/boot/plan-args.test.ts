import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { analyseBoot, NO_FACTS } from './analyse-boot.js'
import type { BootFile } from './boot-entry.js'
import { applyArgChanges } from './kernel-args.js'
import { planArgChanges } from './plan-args.js'
import { bootFile, SAMPLE_SYSTEMS, sampleFiles } from './testing/sample-files.js'

const readSample = (file: string) => readFileSync(join(import.meta.dirname, 'samples', file), 'utf8')
const bls = (name: string, options: string) =>
  bootFile('bls-entry', `/loader/entries/${name}.conf`, `title ${name}\nlinux /k\noptions ${options}\n`)
const grubenv = (text: string) => bootFile('grubenv', '/grub2/grubenv', `# GRUB Environment Block\n${text}\n`.padEnd(1024, '#'))
const entriesOf = (files: readonly BootFile[]) => analyseBoot(files, NO_FACTS).entries
const named = (files: readonly BootFile[], ...names: string[]) => entriesOf(files).filter(({ title }) => names.includes(title))

function changed(files: readonly BootFile[], texts: ReadonlyMap<BootFile, string>): BootFile[] {
  return files.map((file) => ({ ...file, text: texts.get(file) ?? file.text }))
}
function argsAfter(files: readonly BootFile[], names: string[], changes: Parameters<typeof planArgChanges>[2]) {
  const plan = planArgChanges(files, named(files, ...names), changes)
  const after = entriesOf(changed(files, plan.texts)).toSorted((left, right) => (left.title < right.title ? -1 : 1))
  return { args: after.map(({ args }) => args.join(' ')), notes: plan.notes, files: [...plan.texts.keys()].map(({ path }) => path) }
}

const SHARED = [bls('a', '$kernelopts $tuned_params'), bls('b', '$kernelopts own=1'), grubenv('kernelopts=root=x quiet ')]

test('what is replaced changes where it stands, for all that take it from there', () => {
  const result = argsAfter(SHARED, ['a'], [{ op: 'replace', key: 'root', from: 'x', to: 'y' }])
  expect(result.args).toEqual(['root=y quiet', 'root=y quiet own=1'])
  expect(result.files).toEqual(['/grub2/grubenv'])
  expect(result.notes).toEqual(['It changes 1 other entry too, which takes $kernelopts'])
})

test('what is added to one of several entries goes into its own options, to all of them into the shared place', () => {
  const alone = argsAfter(SHARED, ['a'], [{ op: 'append', arg: 'debug' }])
  expect(alone.args).toEqual(['root=x quiet debug', 'root=x quiet own=1'])
  expect(alone.files).toEqual(['/loader/entries/a.conf'])
  expect(alone.notes).toEqual(['debug went into the options of "a" itself: the place beside it is shared with other entries'])
  const both = argsAfter(SHARED, ['a', 'b'], [{ op: 'append', arg: 'debug' }])
  expect(both.args).toEqual(['root=x quiet debug', 'root=x quiet own=1 debug'])
})

test('one place that several entries share is changed once', () => {
  const result = argsAfter(SHARED, ['a', 'b'], [{ op: 'delete', arg: 'quiet' }])
  expect(result.args).toEqual(['root=x', 'root=x own=1'])
  expect(result.notes).toEqual([])
})

test('an argument has to be in one of the entries', () => {
  expect(argsAfter(SHARED, ['a', 'b'], [{ op: 'delete', arg: 'own=1' }]).args).toEqual(['root=x quiet', 'root=x quiet'])
  expect(() => argsAfter(SHARED, ['a', 'b'], [{ op: 'delete', arg: 'nowhere' }])).toThrow(
    expect.objectContaining({ code: 'argument-not-found' }),
  )
})

test('the value that grub.cfg falls back to is put into the environment block; one that it always sets is refused', () => {
  const fallback = bootFile('grub-cfg', '/grub2/grub.cfg', 'if [ -z "${kernelopts}" ]; then\nset kernelopts="root=x quiet"\nfi\nblscfg\n')
  const files = [bls('a', '$kernelopts'), fallback, grubenv('saved_entry=a')]
  expect(argsAfter(files, ['a'], [{ op: 'delete', arg: 'quiet' }])).toMatchObject({ args: ['root=x'], files: ['/grub2/grubenv'] })
  const fixed = { ...fallback, text: 'set kernelopts="root=x quiet"\nblscfg\n' }
  expect(() => argsAfter([bls('a', '$kernelopts'), fixed], ['a'], [{ op: 'delete', arg: 'quiet' }])).toThrow(
    expect.objectContaining({ code: 'edit-conflict' }),
  )
})

test('several entries of one file', () => {
  const menu = bootFile(
    'grub-cfg',
    '/grub/grub.cfg',
    'menuentry a {\n\tlinux /k  ro quiet \n}\nsubmenu m {\nmenuentry b { linux /k quiet x }\n}\n',
  )
  const plan = planArgChanges([menu], entriesOf([menu]), [{ op: 'delete', arg: 'quiet' }])
  expect([...plan.texts.values()]).toEqual([menu.text.replace(' quiet', '').replace('quiet ', '')])
})

test('the command line of a unified kernel image', () => {
  const uki = bootFile('uki', '/EFI/Linux/a.efi', 'root=x  quiet')
  const plan = planArgChanges([uki], entriesOf([uki]), [{ op: 'replace', key: 'root', from: 'x', to: 'y' }])
  expect([...plan.cmdlines]).toEqual([['1:/EFI/Linux/a.efi', 'root=y  quiet']])
})

test('in every sample, a change of all entries is what the change of each would be', () => {
  for (const system of SAMPLE_SYSTEMS) {
    const files = sampleFiles(system, readSample)
    const chosen = entriesOf(files).filter(({ problem }) => problem === null)
    const changes = [{ op: 'append' as const, arg: 'diskwright.test=1' }]
    const after = entriesOf(changed(files, planArgChanges(files, chosen, changes).texts))
    for (const entry of chosen) {
      const now = after.find(({ id }) => id === entry.id)
      expect([system, now?.args.filter((arg) => arg === 'diskwright.test=1')]).toEqual([system, ['diskwright.test=1']])
      expect(now?.args.filter((arg) => arg !== 'diskwright.test=1')).toEqual(entry.args)
    }
  }
})

const word = fc.constantFrom('a', 'b=1', 'b=2', 'c="x y"', '$kernelopts', '$tuned_params', '${other}')
const arg = fc.constantFrom('a', 'b=1', 'b=2', 'b=3', 'new', 'k=1', 'quiet')
const change = fc.oneof(
  arg.map((one) => ({ op: 'append' as const, arg: one })),
  arg.map((one) => ({ op: 'delete' as const, arg: one })),
  fc.constantFrom('1', '2').map((from) => ({ op: 'replace' as const, key: 'b', from, to: '9' })),
  fc.array(arg, { maxLength: 5 }).map((args) => ({ op: 'set' as const, args })),
)

test('alone in its menu, an entry gets exactly the arguments that the changes say', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), fc.array(change, { minLength: 1, maxLength: 4 }), (options, changes) => {
      // Twice the same variable is one place: what is removed from it is gone twice.
      if (new Set(options.filter((one) => one.startsWith('$'))).size < options.filter((one) => one.startsWith('$')).length) return
      const files = [bls('a', options.join(' ')), grubenv('kernelopts=quiet k=1 \nother=b=2')]
      const [entry] = entriesOf(files)
      if (!entry) throw new Error('no entry')
      let wanted: string[]
      try {
        wanted = applyArgChanges(entry.args, changes)
      } catch {
        return
      }
      const plan = planArgChanges(files, [entry], changes)
      expect(entriesOf(changed(files, plan.texts))[0]?.args).toEqual(wanted)
    }),
    { numRuns: 2000 },
  )
})
