import fs from 'node:fs'
import { LIFELINE_MARK } from './command-line.js'
import type { PauseGate } from './pause-switch.js'
import { descendants, processStat } from './process-tree.js'

/** What stands around a tool and ends it with Diskwright: this has to go on, or nobody would. */
const WRAPPERS: ReadonlySet<string> = new Set(['bwrap', 'setpriv', 'nsenter'])
const LOOK_AGAIN_MS = 100

/**
 * Stops a running tool, and all that it started, while the gate is closed. The sandbox around it is left alone, so that it still dies
 * with Diskwright: SIGKILL reaches a stopped process. Returns the function that ends this.
 */
export function standStill(leader: number, gate: PauseGate): () => void {
  let timer: NodeJS.Timeout | undefined

  /** Again until the tool itself is found: a sandbox that is just being made has none in it yet. */
  function halt(): void {
    if (!stopTool(leader)) timer = setTimeout(halt, LOOK_AGAIN_MS)
  }

  function follow(paused: boolean): void {
    clearTimeout(timer)
    if (paused) halt()
    else signalTree(leader, 'SIGCONT')
  }

  const leave = gate.onChange(follow)
  if (gate.paused) follow(true)
  return () => {
    clearTimeout(timer)
    leave()
  }
}

/** Whether the tool was there and stands still, with all that it started. */
function stopTool(leader: number): boolean {
  const found = signalTree(leader, 'SIGSTOP')
  // What was started between the look and the signal is seen by another look.
  return found.length > 0 && signalTree(leader, 'SIGSTOP').every((pid) => found.includes(pid))
}

function signalTree(leader: number, signal: NodeJS.Signals): number[] {
  const found = [leader, ...descendants(leader)].filter((pid) => isOfTool(pid))
  for (const pid of found) {
    try {
      process.kill(pid, signal)
    } catch {}
  }
  return found
}

function isOfTool(pid: number): boolean {
  const state = processStat(pid)?.state
  if (state === undefined || state === 'Z' || state === 'X') return false
  try {
    const name = fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
    return !WRAPPERS.has(name) && !fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(LIFELINE_MARK)
  } catch {
    return false
  }
}
