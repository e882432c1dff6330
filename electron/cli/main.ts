import { readFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { EXIT } from './exit-codes.js'
import { openCore, runCli } from './run-cli.js'

/** The package file stands two folders up, of the source as of the built program. */
function readVersion(): string {
  const file = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

const controller = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (controller.signal.aborted) {
      // The second time there is no waiting for clean-up; the next start finds what is left.
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    }
    controller.abort()
  })
}
// Whoever reads the output may stop early, as head(1) does: the work goes on to its end, and what is left to say is not said.
let lost = false
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' || lost) return
  lost = true
  process.stderr.write(`diskwright: the output could not be written: ${error.message}\n`)
  process.exitCode = EXIT.failed
})
process.stderr.on('error', () => {})

const code = await runCli(process.argv.slice(2), {
  version: readVersion(),
  stdout: process.stdout,
  stderr: process.stderr,
  signal: controller.signal,
  openCore: () => openCore(process.env, readVersion()),
})
process.exitCode = lost && code === EXIT.ok ? EXIT.failed : code
// What was left to itself, such as a connection that nobody waits for any more, does not keep the program.
if (code === EXIT.cancelled) setTimeout(() => process.exit(), 500).unref()
