// Brings a checkout from `git clone` to runnable: npm packages, Electron, system tools, build, sample images. Each step
// is skipped when its result is there already. Plain Node 20: nothing may be imported before node_modules exist.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { installMissingPackages } from './install-packages.mjs'
import { SYSTEM_PACKAGES, TEST_PACKAGES } from './system-packages.mjs'

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const SOURCES = ['shared', 'electron', 'renderer', 'e2e/images', 'e2e/bench', 'package.json']
const BUILT = [
  'out/main/index.js',
  'out/preload/index.cjs',
  'out/renderer/index.html',
  'out/console/index.html',
  'out/cli/diskwright.js',
  'out/cli/build-samples.js',
]

/** Everything up to a build that runs. `forTests` also installs what only the tests need. Returns the Electron runtime. */
export async function setUp({ forTests = false } = {}) {
  checkNode()
  installNodeModules()
  await installMissingPackages(forTests ? [...SYSTEM_PACKAGES, ...TEST_PACKAGES] : SYSTEM_PACKAGES)
  // imports packages, so it cannot be loaded any sooner
  const { provisionElectron } = await import('./provision-electron.mjs')
  const runtime = await provisionElectron()
  if (buildIsOld()) runOrExit('Building', 'npm', ['run', '--silent', 'build'])
  return runtime
}

/** Makes the sample images where they do not exist yet. */
export function makeSamples(env = {}) {
  runOrExit('Sample images', process.execPath, ['out/cli/build-samples.js'], env)
}

/** Same rule as electron/core/files/dirs.ts, which cannot be imported before there is a build. */
export function defaultCacheFolder() {
  const { DISKWRIGHT_CACHE_DIR, XDG_CACHE_HOME } = process.env
  return DISKWRIGHT_CACHE_DIR ?? path.join(XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'diskwright')
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  // 20.15 brought zlib.crc32.
  if (major > 20 || (major === 20 && minor >= 15)) return
  console.error(`Diskwright needs Node.js 20.15 or later; this is ${process.versions.node}.`)
  process.exit(4)
}

function installNodeModules() {
  const installed = modified('node_modules/.package-lock.json')
  if (installed >= modified('package-lock.json')) return
  runOrExit('npm packages', 'npm', ['ci', '--no-audit', '--no-fund'])
}

function buildIsOld() {
  const oldestResult = Math.min(...BUILT.map(modified))
  return oldestResult === 0 || SOURCES.some((source) => newest(path.join(ROOT, source)) > oldestResult)
}

function newest(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  if (!stat) return 0
  if (!stat.isDirectory()) return /\.test\.tsx?$/.test(file) ? 0 : stat.mtimeMs
  return Math.max(0, ...fs.readdirSync(file).map((name) => newest(path.join(file, name))))
}

function modified(file) {
  return fs.statSync(path.join(ROOT, file), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function runOrExit(title, program, args, env = {}) {
  console.log(`${title} …`)
  const { status, error } = spawnSync(program, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } })
  if (status === 0) return
  console.error(`${title}: ${program} ${args.join(' ')} ${error ? error.message : `ended with ${status}`}`)
  process.exit(1)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await setUp({ forTests: process.argv.includes('--tests') })
