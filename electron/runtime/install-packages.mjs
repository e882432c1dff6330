// Installs what is missing of the distribution's packages: as root at once, else after asking, and never without a
// terminal to ask on. Plain Node: runs before node_modules exist.
import { spawnSync } from 'node:child_process'
import readline from 'node:readline/promises'

/** Exit code of "a needed tool is missing" (DESIGN, command line). */
const EXIT_TOOL_MISSING = 4

/**
 * Some packages bring servers that only tests start, each by itself: none is to run from then on. Debian asks policy-rc.d(8) before it starts one;
 * a machine that has such a rule keeps its own.
 */
const INSTALL_AND_START_NOTHING = `
rule=/usr/sbin/policy-rc.d
if [ ! -e "$rule" ]; then
  trap 'rm -f "$rule"' EXIT
  printf '#!/bin/sh\\nexit 101\\n' >"$rule" && chmod 755 "$rule"
fi
apt-get install -y --no-install-recommends "$@"
`

/** Makes sure that of every row one package is installed; ends the process with exit code 4 where that cannot be. */
export async function installMissingPackages(rows) {
  if (!has('dpkg-query') || !has('apt-get')) {
    console.log('This is no Debian or Ubuntu: see `diskwright doctor` for the tools to install by hand.')
    return
  }
  const missing = rows.filter(({ names }) => !names.some(isInstalled))
  if (missing.length === 0) return
  console.log('These system packages are missing:')
  for (const { names, why } of missing) console.log(`  ${names[0].padEnd(26)} ${why}`)

  const root = process.getuid?.() === 0
  const prefix = root ? [] : ['sudo']
  if (!root) await askFirst(missing)
  run([...prefix, 'apt-get', 'update', '-qq'])
  run([...prefix, 'sh', '-c', INSTALL_AND_START_NOTHING, 'sh', ...missing.map(chooseName)])
}

async function askFirst(missing) {
  const command = `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing.map(chooseName).join(' ')}`
  if (!process.stdin.isTTY || !process.stdout.isTTY) giveUp(`Install them, then start again:\n  ${command}`)
  const terminal = readline.createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question(`\n  ${command}\n\nRun this now? [y/N] `)
  terminal.close()
  if (!/^y(es)?$/i.test(answer.trim())) giveUp('Nothing was installed.')
}

function isInstalled(name) {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return stdout === 'installed'
}

// a name that the distribution only provides virtually has no candidate
function chooseName({ names }) {
  const known = names.find((name) => {
    const { stdout } = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
    return /Candidate: (?!\(none\))/.test(stdout ?? '')
  })
  return known ?? names[0]
}

function has(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0
}

function run([program, ...args]) {
  console.log(`$ ${[program, ...args].join(' ').replace(INSTALL_AND_START_NOTHING, '(apt-get install, servers are not started)')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status } = spawnSync(program, args, { stdio: ['inherit', 'inherit', 'inherit'], env })
  if (status !== 0) giveUp(`${program} ended with ${status}.`)
}

function giveUp(reason) {
  console.error(reason)
  process.exit(EXIT_TOOL_MISSING)
}
