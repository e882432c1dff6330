// `npm test`: sets up, then runs everything there is, also after a failure, and sums up. The last line is
// `N passed, N failed`; the exit code is not 0 when anything failed or no test ran.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { makeSamples, ROOT, setUp } from './setup.mjs'

const NOBODY = 65534
const PART_MINUTES = 55
const SWITCH_USER = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
const isRoot = process.getuid?.() === 0

await setUp({ forTests: true })
makeSamples()

const results = fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright-test-'))
fs.chmodSync(results, 0o755)
const parts = [
  check('types', 'npm', ['run', '--silent', 'typecheck']),
  check('lint', 'npm', ['run', '--silent', 'lint']),
  check('format', 'npm', ['run', '--silent', 'format:check']),
  vitest('unit', ['--project', 'unit', '--project', 'window']),
  check('build', 'npm', ['run', '--silent', 'build']),
  vitest('tools', ['--project', 'tools']),
  vitest('clouds', ['--project', 'clouds']),
  playwright('end to end', []),
  // podman stores no image for a user without subordinate ids, see subuid(5): what needs some runs above alone.
  ...(isRoot ? [playwright('end to end, unprivileged, Chromium sandbox on', asNobody(), ['--grep-invert=@podman'])] : []),
  check('package', 'npm', ['run', '--silent', 'package', '--', '--folder-only']),
]
fs.rmSync(results, { recursive: true, force: true })
report(parts)

/** Counts nothing when it succeeds, and as one failure when it does not. */
function check(name, program, args) {
  const { ok, seconds } = run(name, [program, ...args])
  return { name, seconds, passed: 0, failed: ok ? 0 : 1 }
}

function vitest(name, selection) {
  const file = path.join(results, `${name}.json`)
  const args = ['node_modules/vitest/vitest.mjs', 'run', '-c', 'electron/vitest.config.ts', ...selection]
  const { ok, seconds } = run(name, [process.execPath, ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`])
  const { numPassedTests = 0, numFailedTests = 0, testResults = [] } = readJson(file)
  return { ...counted(name, seconds, ok, numPassedTests, numFailedTests), failures: testResults.flatMap(failuresOfFile) }
}

/** A line or more for each failed test of a file, and for a file that did not even begin. */
function failuresOfFile({ name: file, status, message, assertionResults = [] }) {
  const where = path.relative(ROOT, file)
  const failed = assertionResults.filter((test) => test.status === 'failed')
  if (failed.length === 0) return status === 'failed' ? [`${where}: ${message}`] : []
  return failed.map((test) => `${where}: ${test.fullName}\n${(test.failureMessages ?? []).join('\n')}`)
}

function playwright(name, prefix, selection = []) {
  const file = path.join(results, `${name.replaceAll(/\W+/g, '-')}.json`)
  fs.writeFileSync(file, '')
  if (prefix.length > 0) fs.chownSync(file, NOBODY, NOBODY)
  const output = prefix.length > 0 ? path.join(nobodyHome(), 'test-results') : path.join(ROOT, 'test-results')
  const screen = ['xvfb-run', '-a', '-s', '-screen 0 1440x1000x24']
  const args = [
    'node_modules/@playwright/test/cli.js',
    'test',
    '-c',
    'e2e/playwright.config.ts',
    ...selection,
    '--output',
    output,
    '--reporter=list,json',
  ]
  const { ok, seconds } = run(name, [...prefix, ...screen, process.execPath, ...args], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
  })
  const { stats, suites = [] } = readJson(file)
  const { expected = 0, flaky = 0, unexpected = 0 } = stats ?? {}
  return { ...counted(name, seconds, ok, expected + flaky, unexpected), failures: suites.flatMap(failuresOfSuite) }
}

function failuresOfSuite({ suites = [], specs = [] }) {
  const failed = specs.filter((spec) => !spec.ok)
  const words = (spec) => spec.tests.flatMap((test) => test.results.flatMap((result) => result.errors ?? [])).map((error) => error.message)
  return [...failed.map((spec) => `${spec.file}: ${spec.title}\n${words(spec).join('\n')}`), ...suites.flatMap(failuresOfSuite)]
}

function counted(name, seconds, ok, passed, failed) {
  const brokeOtherwise = failed === 0 && (!ok || passed === 0)
  return { name, seconds, passed, failed: brokeOtherwise ? 1 : failed }
}

/** Command prefix that runs the rest as a user who owns nothing, and so with Chromium's sandbox on. */
function asNobody() {
  const home = nobodyHome()
  const folders = {
    HOME: home,
    XDG_CONFIG_HOME: `${home}/config`,
    XDG_STATE_HOME: `${home}/state`,
    XDG_CACHE_HOME: `${home}/cache`,
    XDG_RUNTIME_DIR: `${home}/run`,
  }
  const variables = Object.entries(folders).map(([name, folder]) => `${name}=${folder}`)
  return [...whereNobodyCanRead(), ...SWITCH_USER, 'env', ...variables]
}

/** A checkout in a closed home (root's, or one made under a strict umask) is shown to the tests at another place. */
function whereNobodyCanRead() {
  const canRead = () => spawnSync(SWITCH_USER[0], [...SWITCH_USER.slice(1), 'test', '-r', path.join(ROOT, 'package.json')]).status === 0
  if (canRead()) return []
  spawnSync('chmod', ['-R', 'go+rX', ROOT])
  if (canRead()) return []
  const open = path.join(results, 'checkout')
  fs.mkdirSync(open)
  return ['unshare', '--mount', 'sh', '-c', `mount --bind '${ROOT}' '${open}' && cd '${open}' && exec "$@"`, 'sh']
}

function nobodyHome() {
  const home = path.join(results, 'nobody')
  for (const folder of [home, path.join(home, 'run')]) fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const folder of [home, path.join(home, 'run')]) fs.chownSync(folder, NOBODY, NOBODY)
  return home
}

function run(name, [program, ...args], env = {}) {
  console.log(`\n=== ${name}`)
  const started = performance.now()
  const limited = ['--kill-after=20', `${PART_MINUTES * 60}`, program, ...args]
  const { status, error } = spawnSync('timeout', limited, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })
  if (error) console.error(error.message)
  if (status === 124) console.error(`${name}: stopped after ${PART_MINUTES} minutes`)
  return { ok: status === 0, seconds: (performance.now() - started) / 1000 }
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}

function report(all) {
  // At the end, where a log that is cut off still shows them.
  for (const { name, failures = [] } of all) {
    for (const failure of failures) console.log(`\n=== failed in ${name}\n${failure.slice(0, 3000)}`)
  }
  console.log('\n=== summary')
  for (const { name, seconds, passed, failed } of all) {
    const words = failed > 0 ? `${failed} FAILED` : 'ok'
    console.log(`${words.padEnd(10)} ${name.padEnd(48)} ${String(passed).padStart(5)} passed ${seconds.toFixed(1).padStart(7)} s`)
  }
  const passed = all.reduce((sum, part) => sum + part.passed, 0)
  const failed = all.reduce((sum, part) => sum + part.failed, 0)
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0
}
