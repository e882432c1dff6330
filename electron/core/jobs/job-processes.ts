import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { processStat } from '../process/process-tree.js'
import { isAlive, type ProcessOwner } from './process-owner.js'

export interface JobProcess extends ProcessOwner {
  readonly jobId: string
  readonly name: string
}

const MARK = 'DISKWRIGHT_JOB='

/** Processes of this user that were started by one of these jobs, by the mark in their environment. */
export function findJobProcesses(jobIds: ReadonlySet<string>): JobProcess[] {
  return fs.readdirSync('/proc').flatMap((name) => {
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid === process.pid) return []
    const jobId = jobOf(pid)
    const stat = processStat(pid)
    if (jobId === undefined || !jobIds.has(jobId) || !stat || stat.state === 'Z') return []
    return [{ pid, startTicks: stat.startTicks, jobId, name: readName(pid) }]
  })
}

/** Those that are still there after a second. What dies with a killed program needs some milliseconds for it, and is no leftover. */
export async function thatStay(found: readonly JobProcess[]): Promise<JobProcess[]> {
  for (let tries = 0; tries < 20 && found.some(isAlive); tries++) await sleep(50)
  return found.filter(isAlive)
}

/** SIGTERM, SIGCONT, and SIGKILL after two seconds. Throws when it is still there. */
export async function endProcess(target: JobProcess): Promise<void> {
  for (const signals of [['SIGTERM', 'SIGCONT'], ['SIGKILL']] as const) {
    for (const signal of signals) send(target, signal)
    for (let tries = 0; tries < 40 && isAlive(target); tries++) await sleep(50)
    if (!isAlive(target)) return
  }
  throw new Error(`process ${target.pid} does not end`)
}

/** Only the very process that was found: its pid may belong to another by now. */
function send(target: JobProcess, signal: NodeJS.Signals): void {
  if (!isAlive(target) || jobOf(target.pid) !== target.jobId) return
  try {
    process.kill(target.pid, signal)
  } catch {}
}

function jobOf(pid: number): string | undefined {
  try {
    if (fs.statSync(`/proc/${pid}`).uid !== process.getuid?.()) return undefined
    const environment = fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    return environment.find((entry) => entry.startsWith(MARK))?.slice(MARK.length)
  } catch {
    return undefined
  }
}

function readName(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return ''
  }
}
