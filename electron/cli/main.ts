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
// Whoever reads the output may stop early, as head(1) does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed))

process.exitCode = await runCli(process.argv.slice(2), {
  version: readVersion(),
  stdout: process.stdout,
  stderr: process.stderr,
  signal: controller.signal,
  openCore: () => openCore(process.env),
})
