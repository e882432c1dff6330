import type { EventEmitter } from 'node:events'
import { descendants } from './process-tree.js'

const leaders = new Set<number>()

/** Remembers a tool that we started until it has ended. */
export function noteTool(child: EventEmitter & { readonly pid?: number | undefined }): void {
  const { pid } = child
  if (pid === undefined) return
  leaders.add(pid)
  child.once('exit', () => leaders.delete(pid))
}

/** Pids of all tools that we run at this moment, with those in their sandboxes. */
export function ownTools(): ReadonlySet<number> {
  return new Set([...leaders].flatMap((pid) => [pid, ...descendants(pid)]))
}
