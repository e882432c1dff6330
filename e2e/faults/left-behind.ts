import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const PATIENCE_MS = 60_000

/**
 * Processes that have one of these texts in their command line, their environment or what is bound into their sandbox. `PID NAME` each; our own process and zombies do not count.
 */
export function processesOf(marks: readonly string[]): string[] {
  return fs.readdirSync('/proc').flatMap((name) => {
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid === process.pid) return []
    const state = read(`/proc/${pid}/stat`).replace(/^.*\) /s, '')[0]
    const traces = [read(`/proc/${pid}/cmdline`), read(`/proc/${pid}/environ`), ...boundPaths(pid)].join('\n')
    if (state === undefined || state === 'Z' || !marks.some((mark) => traces.includes(mark))) return []
    return [`${pid} ${read(`/proc/${pid}/comm`).trim()}`]
  })
}

/**
 * What still runs after a while that is long enough for a busy machine; ends as soon as nothing does, seen twice: in the middle of
 * execve(2) a process has neither command line nor environment.
 */
export async function processesLeft(marks: readonly string[]): Promise<string[]> {
  const deadline = performance.now() + PATIENCE_MS
  for (let seenNone = 0; ; ) {
    const found = processesOf(marks)
    seenNone = found.length === 0 ? seenNone + 1 : 0
    if (seenNone === 2 || performance.now() > deadline) return found
    await sleep(50)
  }
}

/** Mount points of this name space that carry the text. */
export function mountsOf(mark: string): string[] {
  return read('/proc/self/mountinfo')
    .split('\n')
    .filter((line) => line.includes(mark))
}

/** proc(5), mountinfo, field 4: what of its file system a bind mount shows. A mount of the host's own, which others see too, shows `/`. */
function boundPaths(pid: number): string[] {
  return read(`/proc/${pid}/mountinfo`)
    .split('\n')
    .map((line) => line.split(' ')[3] ?? '')
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}
