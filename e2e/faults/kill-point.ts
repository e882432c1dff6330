import fs from 'node:fs'
import fsp from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

/**
 * Loaded before the program (`node --import`): counts its changes of names in `FAULT_FOLDER`, writes them to `FAULT_LOG`, and kills
 * the process right before or after the one that `FAULT_AT` names (`3:before`), or right after a job's record says that `FAULT_STEP` runs.
 */
const CHANGES = ['open', 'mkdir', 'link', 'rename', 'unlink', 'rm', 'chmod', 'chown', 'copyFile'] as const

type AnyFunction = (...args: unknown[]) => Promise<unknown>

const { FAULT_FOLDER: folder = '', FAULT_LOG: log, FAULT_AT: at, FAULT_STEP: step } = process.env
const functions = fsp as unknown as Record<string, AnyFunction>
let count = 0

for (const name of CHANGES) {
  const original = functions[name] as AnyFunction
  functions[name] = async (...args) => {
    const inFolder = args.slice(0, 2).some((arg) => typeof arg === 'string' && arg.startsWith(`${folder}/`))
    const changes = name !== 'open' || String(args[1]).startsWith('w')
    if (!inFolder || !changes) return original(...args)
    const number = ++count
    if (log) fs.appendFileSync(log, `${number} ${name}\n`)
    dieAt(`${number}:before`)
    const result = await original(...args)
    dieAt(`${number}:after`)
    return result
  }
}

if (step !== undefined) {
  const { renameSync } = fs
  fs.renameSync = (from, to) => {
    renameSync(from, to)
    if (String(to).endsWith('/progress.json') && runs(String(to), step)) process.kill(process.pid, 'SIGKILL')
  }
}
syncBuiltinESMExports()

function runs(record: string, id: string): boolean {
  const { steps } = JSON.parse(fs.readFileSync(record, 'utf8')) as { steps: { id: string; state: string }[] }
  return steps.some((one) => one.id === id && one.state === 'running')
}

function dieAt(point: string): void {
  if (at === point) process.kill(process.pid, 'SIGKILL')
}
