import fs from 'node:fs'

/** Parent pid and start time (clock ticks since boot) of a process, proc(5) `/proc/PID/stat`; undefined when there is none. */
export function processStat(pid: number): { readonly parent: number; readonly startTicks: string; readonly state: string } | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', parent: Number(fields[1]), startTicks: fields[19] ?? '' }
  } catch {
    return undefined
  }
}

/** Pids of all processes below `root`, nearest first. */
export function descendants(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = processStat(Number(name))?.parent
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const found: number[] = []
  let level = [root]
  while (level.length > 0) {
    level = level.flatMap((pid) => children.get(pid) ?? [])
    found.push(...level)
  }
  return found
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {}
}

/**
 * Asks a process group to end. A stopped process hears SIGTERM only after SIGCONT.
 */
export function terminateGroup(leader: number): void {
  send(-leader, 'SIGTERM')
  send(-leader, 'SIGCONT')
}

/**
 * Ends a process and all below it at once. The leader is stopped first: bwrap killed before its child has asked to die with
 * it would leave that child behind, in a session of its own (measured with bubblewrap 0.8.0).
 */
export function killTree(leader: number): void {
  send(leader, 'SIGSTOP')
  for (const pid of descendants(leader)) send(pid, 'SIGKILL')
  send(-leader, 'SIGKILL')
  send(leader, 'SIGKILL')
}

/** Ends what a tool left behind in its process group (its own children) after it ended itself. */
export function killGroup(leader: number | undefined): void {
  if (leader !== undefined) send(-leader, 'SIGKILL')
}
