import { expect, test } from 'vitest'
import { bootTestInputSchema } from '../boot-test/boot-test-request.js'
import { checkRecipe, type Recipe, recipeJsonSchema } from './recipe.js'
import { recipeBootTest } from './recipe-boot-test.js'
import { parseRecipe, printRecipe } from './recipe-text.js'

const RECIPE: Recipe = {
  diskwright: 1,
  name: 'OCK for VMware',
  source: { name: 'boot.qcow2', sha256: 'a'.repeat(64), os: 'Oracle Linux Server 8.10' },
  expects: [{ kind: 'boot-entry', entry: 'default', has: ['ignition.platform.id=qemu'] }],
  edits: [
    { kind: 'kernel-args', entry: '*', changes: [{ op: 'replace', key: 'ignition.platform.id', from: 'qemu', to: 'vmware' }] },
    { kind: 'write-file', path: '/etc/motd', content: { text: 'two\nlines: "quoted" # no comment\n' } },
  ],
  target: { format: 'vmdk', subformat: 'streamOptimized' },
}

test('a recipe that is printed reads back the same', () => {
  expect(parseRecipe(printRecipe(RECIPE))).toEqual(RECIPE)
  expect(printRecipe(RECIPE)).toContain('text: |\n')
  expect(parseRecipe(JSON.stringify(RECIPE))).toEqual(RECIPE)
})

test('a boot test needs no more than its name; a recipe holds nothing of a first boot', () => {
  const recipe = parseRecipe('diskwright: 1\nedits: [{kind: move-backup-gpt}]\nbootTest: {platform: aws, expect: {patterns: [ready]}}')
  expect(recipe.bootTest).toMatchObject({
    platform: 'aws',
    machine: { firmware: 'auto' },
    expect: { ready: ['login'], timeoutSeconds: 600 },
  })
  expect(parseRecipe(printRecipe(recipe))).toEqual(recipe)
  const request = { source: '/a.raw', machine: { accelerator: 'tcg' }, append: ['quiet'], entry: '1:/a', screenshot: false } as const
  const { bootTest, isWhole } = recipeBootTest(bootTestInputSchema.parse(request))
  expect([bootTest.append, bootTest.entry, isWhole]).toEqual([['quiet'], '1:/a', true])
  expect(checkRecipe({ ...RECIPE, bootTest }).bootTest).toEqual(bootTest)
  const seed = { ignition: { text: 'secret' } }
  const withSeed = recipeBootTest(bootTestInputSchema.parse({ ...request, seed }))
  expect([withSeed.isWhole, JSON.stringify(withSeed)]).toEqual([false, expect.not.stringContaining('secret')])
})

test.each([
  ['nothing', ''],
  ['a boot test with a configuration of a first boot', 'diskwright: 1\nedits: [{kind: move-backup-gpt}]\nbootTest: {seed: {}}'],
  ['a boot test with half an expression', 'diskwright: 1\nedits: [{kind: move-backup-gpt}]\nbootTest: {expect: {patterns: ["("]}}'],
  ['no YAML', 'a: [1'],
  ['the same key twice', 'diskwright: 1\ndiskwright: 1\nedits: []'],
  ['another version', 'diskwright: 2\nedits: [{kind: move-backup-gpt}]'],
  ['no edits', 'diskwright: 1\nedits: []'],
  ['an unknown edit', 'diskwright: 1\nedits: [{kind: format-disk}]'],
  ['an unknown key', 'diskwright: 1\nedits: [{kind: move-backup-gpt}]\nrun: rm -rf /'],
  ['a path that is not absolute', 'diskwright: 1\nedits: [{kind: remove-file, path: etc/motd}]'],
  ['aliases that multiply', `diskwright: 1\na: &a [x,x]\nb: &b [*a,*a]\nedits: [*b]`],
])('%s is refused with words', (_name, text) => {
  expect(() => parseRecipe(text)).toThrow(expect.objectContaining({ code: 'recipe-invalid' }))
})

test('the refusal names the place', () => {
  expect(() => checkRecipe({ diskwright: 1, edits: [{ kind: 'remove-file' }] })).toThrow(/edits\.0\.path/)
})

test('the schema of recipes lists every kind of edit', () => {
  const text = JSON.stringify(recipeJsonSchema())
  for (const kind of ['kernel-args', 'write-file', 'set-fs-uuid', 'boot-entry']) expect(text).toContain(`"${kind}"`)
})
