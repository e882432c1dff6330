import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')

/** What each layer may import, beside itself. The longest matching folder names a file's layer. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  'electron/core/process': ['shared', 'electron/core/files', 'electron/core/log'],
  'electron/core/files': ['shared', 'electron/core/process', 'electron/core/log'],
  'electron/core/log': ['shared', 'electron/core/files'],
  'electron/core/settings': ['shared', 'electron/core/files', 'electron/core/log'],
  'electron/core/tools': ['shared', 'electron/core/process', 'electron/core/files', 'electron/core/log'],
  'electron/core/registry': ['shared', 'electron/core/process', 'electron/core/files', 'electron/core/log'],
  'electron/core/guest': ['shared', 'electron/core/process', 'electron/core/files', 'electron/core/log', 'electron/core/tools'],
  'electron/core/clouds': [
    'shared',
    'electron/core/process',
    'electron/core/files',
    'electron/core/log',
    'electron/core/registry',
    'electron/core/tools',
    'electron/core/guest',
  ],
  'electron/core/operations': [
    'shared',
    'electron/core/clouds',
    'electron/core/process',
    'electron/core/files',
    'electron/core/log',
    'electron/core/registry',
    'electron/core/tools',
    'electron/core/guest',
  ],
  'electron/core/jobs': [
    'shared',
    'electron/core/clouds',
    'electron/core/process',
    'electron/core/files',
    'electron/core/log',
    'electron/core/registry',
    'electron/core/tools',
    'electron/core/guest',
    'electron/core/operations',
  ],
  'electron/core': [
    'shared',
    'electron/core/clouds',
    'electron/core/process',
    'electron/core/files',
    'electron/core/log',
    'electron/core/settings',
    'electron/core/registry',
    'electron/core/tools',
    'electron/core/guest',
    'electron/core/operations',
    'electron/core/jobs',
  ],
  'electron/cli': ['shared', 'electron/core'],
  'electron/main': ['shared', 'electron/core'],
  'electron/preload': ['shared'],
  'renderer/components': ['shared', 'renderer/api', 'renderer/styles'],
  'renderer/api': ['shared', 'renderer/components'],
  'renderer/features': ['shared', 'renderer/components', 'renderer/api', 'renderer/styles'],
  'renderer/wizards': ['shared', 'renderer/components', 'renderer/api', 'renderer/features', 'renderer/styles'],
  'renderer/app': ['shared', 'renderer/components', 'renderer/api', 'renderer/features', 'renderer/wizards', 'renderer/styles'],
  'renderer/console': ['shared', 'renderer/styles'],
  renderer: ['renderer/app', 'renderer/styles'],
}

/** The interface that jobs offer to the operations they run: types only. */
const JOB_CONTEXT = 'electron/core/jobs/job-context.ts'
/** Types of the whole core, and of the one place that names all tools. */
const CORE_INTERFACE = ['electron/core/core-api.ts', 'electron/core/containers-api.ts', 'electron/core/clouds-api.ts']

const areas = ['shared', 'electron/core', 'electron/cli', 'electron/main', 'electron/preload', 'renderer']
const files = areas.flatMap(sourceFiles)

function sourceFiles(folder: string): string[] {
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$|\.d\.ts$|\/testing\//.test(name))
}

function importsOf(file: string): string[] {
  const source = fs.readFileSync(path.join(root, file), 'utf8')
  const statements = source.matchAll(
    /^(?:import|export)\s[^'"()=]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
  )
  return [...statements].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}

/** The file of this project that an import means; undefined for packages. */
function resolve(from: string, specifier: string): string | undefined {
  const aliases = { '#shared/': 'shared/', '#core/': 'electron/core/', '#preload/': 'electron/preload/' }
  const alias = Object.entries(aliases).find(([prefix]) => specifier.startsWith(prefix))
  if (alias) return `${alias[1]}${specifier.slice(alias[0].length)}.ts`
  if (!specifier.startsWith('.')) return undefined
  const plain = path.join(path.dirname(from), specifier)
  const candidates = [plain, plain.replace(/\.js$/, '.ts'), plain.replace(/\.js$/, '.tsx')]
  return candidates.find((candidate) => fs.existsSync(path.join(root, candidate))) ?? plain
}

function layerOf(file: string): string {
  const folders = Object.keys(LAYERS).filter((folder) => file.startsWith(`${folder}/`))
  return folders.toSorted((a, b) => b.length - a.length)[0] ?? 'none'
}

function isAllowed(from: string, to: string): boolean {
  const [own, other] = [layerOf(from), layerOf(to)]
  if (own === 'electron/core/operations' && to === JOB_CONTEXT) return true
  if (CORE_INTERFACE.includes(to) && own.startsWith('electron/core')) return true
  if (own === 'electron/core/tools' && other === own) return toolOf(from) === toolOf(to)
  if (own === other) return true
  // whoever may use the core may use any part of it
  return (LAYERS[own] ?? []).some(
    (layer) => layer === other || (layer === 'electron/core' && !own.startsWith('electron/core') && other.startsWith('electron/core')),
  )
}

function toolOf(file: string): string | undefined {
  return file.split('/')[3]
}

describe('the real import graph', () => {
  test('has files and imports in every area', () => {
    for (const area of areas)
      expect(
        files.some((file) => file.startsWith(`${area}/`)),
        area,
      ).toBe(true)
    expect(files.flatMap(importsOf).length).toBeGreaterThan(500)
  })

  test('follows the dependency direction', () => {
    const wrong = files.flatMap((from) =>
      importsOf(from).flatMap((specifier) => {
        const to = resolve(from, specifier)
        return to === undefined || isAllowed(from, to) ? [] : [`${from} imports ${specifier}`]
      }),
    )
    expect(wrong).toEqual([])
  })

  test('starts programs in electron/core/process only, and knows Electron in main and preload only', () => {
    const users = (packages: RegExp): string[] => files.filter((file) => importsOf(file).some((specifier) => packages.test(specifier)))
    expect(users(/^(node:)?child_process$|^execa$/).filter((file) => !file.startsWith('electron/core/process/'))).toEqual([])
    expect(users(/^electron(\/|$)/).filter((file) => !/^electron\/(main|preload)\//.test(file))).toEqual([])
  })
})

describe('lint refuses', () => {
  const forbidden: readonly (readonly [where: string, specifier: string])[] = [
    ['shared/boot/x.ts', '#core/process/host'],
    ['shared/boot/x.ts', '../../electron/core/core-api.js'],
    ['shared/boot/x.ts', 'node:fs'],
    ['shared/boot/x.ts', 'electron'],
    ['electron/core/x.ts', 'electron'],
    ['electron/core/x.ts', '../main/index.js'],
    ['electron/core/jobs/x.ts', 'node:child_process'],
    ['electron/core/jobs/x.ts', 'execa'],
    ['electron/core/process/x.ts', '../tools/qemu-img/info.js'],
    ['electron/core/process/x.ts', '#core/jobs/job-runner'],
    ['electron/core/files/x.ts', '../tools/qemu-img/info.js'],
    ['electron/core/tools/qemu-img/x.ts', '../sfdisk/read-table.js'],
    ['electron/core/tools/qemu-img/x.ts', '#core/tools/sfdisk/read-table'],
    ['electron/core/tools/qemu-img/x.ts', '../../guest/reader.js'],
    ['electron/core/guest/x.ts', '../operations/inspect-image.js'],
    ['electron/core/clouds/x.ts', '../operations/inspect-image.js'],
    ['electron/core/clouds/x.ts', '#core/jobs/job-runner'],
    ['electron/core/guest/engines/x.ts', '../../jobs/job-runner.js'],
    ['electron/core/operations/x.ts', '../jobs/job-runner.js'],
    ['electron/cli/x.ts', '../main/index.js'],
    ['electron/cli/x.ts', 'execa'],
    ['electron/main/x.ts', '../cli/main.js'],
    ['electron/main/ipc/x.ts', '../../../renderer/app/app.js'],
    ['electron/main/x.ts', 'child_process'],
    ['electron/preload/x.ts', '#core/core-api'],
    ['electron/preload/x.ts', 'zod'],
    ['renderer/api/x.ts', 'electron'],
    ['renderer/api/x.ts', '#core/core-api'],
    ['renderer/api/x.ts', 'node:path'],
    ['renderer/components/x.tsx', '../features/jobs/job-tray.js'],
    ['renderer/features/jobs/x.tsx', '../../wizards/convert/convert-dialog.js'],
    ['renderer/features/jobs/x.tsx', '../../app/shell.js'],
    ['renderer/wizards/convert/x.tsx', '../../app/shell.js'],
  ]
  const allowed: readonly (readonly [where: string, specifier: string])[] = [
    ['shared/boot/y.ts', 'zod'],
    ['electron/core/process/y.ts', 'execa'],
    ['electron/core/tools/qemu-img/y.ts', '../../process/host.js'],
    ['electron/core/tools/qemu-img/y.ts', './info.js'],
    ['electron/core/operations/y.ts', '../jobs/job-context.js'],
    ['electron/core/jobs/y.ts', '../operations/convert-image.js'],
    ['electron/main/y.ts', 'electron'],
    ['renderer/app/y.tsx', '../wizards/convert/convert-dialog.js'],
  ]
  const name = (where: string, index: number): string => where.replace(/(x|y)(\.tsx?)$/, `$1-${index}$2`)
  let reported: Set<string>
  let tree: string

  // the same positions in a tree of its own: nothing is written between the sources
  beforeAll(() => {
    tree = fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright-lint-'))
    fs.copyFileSync(path.join(root, '.oxlintrc.json'), path.join(tree, '.oxlintrc.json'))
    const write = ([where, specifier]: readonly [string, string], index: number): void => {
      const file = path.join(tree, name(where, index))
      fs.mkdirSync(path.dirname(file), { recursive: true })
      fs.writeFileSync(file, `import { thing } from '${specifier}'\nexport const same = thing\n`)
    }
    forbidden.forEach(write)
    allowed.forEach(write)
    const { stdout } = spawnSync(path.join(root, 'node_modules/.bin/oxlint'), ['-f', 'json'], { cwd: tree, encoding: 'utf8' })
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] }
    reported = new Set(diagnostics.filter(({ code }) => code.includes('no-restricted-imports')).map(({ filename }) => filename))
  })
  afterAll(() => fs.rmSync(tree, { recursive: true }))

  test.each(forbidden.map(([where, specifier], index) => ({ where, specifier, index })))('$specifier in $where', ({ where, index }) => {
    expect(reported).toContain(name(where, index))
  })

  test('nothing that is allowed', () => {
    expect(allowed.map(([where], index) => name(where, index)).filter((file) => reported.has(file))).toEqual([])
  })
})
