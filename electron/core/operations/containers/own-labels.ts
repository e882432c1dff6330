import { processStat } from '../../process/process-tree.js'

/** On every image that Diskwright makes, as `diskwright.…`, and in front of the names of its containers. */
export const OWN_PREFIX = 'diskwright'
/** Id of the job that made a container. */
export const JOB_LABEL = 'diskwright.job'
/** Process that made it: pid and start time. */
export const OWNER_LABEL = 'diskwright.owner'

/**
 * Whether Diskwright made a container. What stands in an image's labels stands in those of all its containers too, whoever made them: an image may bear any mark, but
 * does not name its containers.
 */
export function isOwnContainer({ name, labels }: { readonly name: string; readonly labels: Readonly<Record<string, string>> }): boolean {
  return labels[OWNER_LABEL] !== undefined && name.startsWith(`${OWN_PREFIX}-`)
}

/** This process, as `OWNER_LABEL` says it. */
export function ownMark(): string {
  return `${process.pid}.${processStat(process.pid)?.startTicks ?? ''}`
}

/** Whether the very process that a mark names still runs. */
export function isOwnerAlive(mark: string): boolean {
  const [pid, startTicks] = mark.split('.')
  const stat = processStat(Number(pid))
  return stat !== undefined && stat.startTicks === startTicks && stat.state !== 'Z' && stat.state !== 'X'
}
