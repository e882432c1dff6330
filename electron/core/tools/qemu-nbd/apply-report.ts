/** What `diskwright-nbd apply` tells. */
export interface ApplyReport {
  /** Kernel device that was used, such as `/dev/nbd0`; null when none was attached. */
  readonly device: string | null
  /** Records of the steps. */
  readonly records: readonly string[]
  /** All steps were done, everything unmounted, and the device is free again. */
  readonly complete: boolean
  /** The helper refused the request as a whole. */
  readonly refused: string | null
  /** One sentence part; empty when `complete`. */
  readonly problem: string
}

const HELPER_RECORD = /^(attached|released|refused|broken|busy|stuck) ?(.*)$/

/**
 * Reads the records of `diskwright-nbd apply`. Between `attached DEVICE` and `end` they are those of the steps; a file system that could
 * not be unmounted is one of theirs (`stuck PARTITION`), a device that the kernel does not let go of is one of the helper's after `end`.
 */
export function parseApplyReport(stdout: string): ApplyReport {
  const lines = stdout.split('\n').filter((line) => line !== '')
  const start = lines.findIndex((line) => line.startsWith('attached '))
  const end = lines.indexOf('end', start + 1)
  const inside = start === -1 ? [] : lines.slice(start + 1, end === -1 ? undefined : end)
  const outside = start === -1 ? lines : end === -1 ? inside : lines.slice(end + 1)
  const said = new Map(outside.flatMap((line) => (HELPER_RECORD.exec(line) ? [[first(line), rest(line)] as const] : [])))
  const device = start === -1 ? null : rest(lines[start] ?? '')
  const refused = said.get('refused') ?? null
  const broken = said.get('broken')
  const complete = device !== null && end !== -1 && said.has('released') && !said.has('busy') && broken === undefined && refused === null
  return { device, records: inside, complete, refused, problem: complete ? '' : problem() }

  function problem(): string {
    if (refused !== null) return refused
    if (said.has('stuck') || (device !== null && !said.has('released'))) return `${device} could not be detached`
    if (broken !== undefined) return broken
    if (said.has('busy')) return `${device} was still in use when it was detached`
    return device === null ? 'the helper did not attach the disk' : 'the steps did not get to their end'
  }
}

function first(line: string): string {
  return line.split(' ', 1)[0] ?? ''
}

function rest(line: string): string {
  return line.slice(first(line).length + 1)
}
