import { FORMATS } from '../images/formats.js'
import { imageAdvice } from '../platforms/image-advice.js'
import type { PlatformId } from '../platforms/platform.js'
import { platform } from '../platforms/platforms.js'
import type { DiskFacts } from './disk-facts.js'
import type { Findings } from './finding.js'

/** Rules of the platform's row that can be asked of the disk's outside: size, whole units, format. */
export function lintForPlatform(findings: Findings, id: PlatformId, disk: DiskFacts, packed: boolean): void {
  const row = platform(id)
  if (disk.virtualBytes === null) {
    findings.add('platform.size', 'skipped', `The virtual size is not known, so the limits of ${row.name} were not asked`)
    return
  }
  const advice = imageAdvice(row, {
    virtualBytes: disk.virtualBytes,
    format: disk.format,
    subformat: disk.subformat ?? undefined,
    // Only the content tells these; they are the health checks' to say.
    sectorBytes: 512,
    firmware: 'unknown',
    table: 'gpt',
  })
  const size = advice.filter(({ code }) => code !== 'format-not-taken')
  for (const { severity, text } of size) findings.add('platform.size', severity, text)
  if (size.length === 0) findings.add('platform.size', 'pass', `${row.name} takes a disk of this size`)
  // A package was asked for as such, and its format with it.
  if (packed) return
  const format = advice.find(({ code }) => code === 'format-not-taken')
  findings.expect('platform.format', format === undefined, `${row.name} takes ${FORMATS[disk.format].label}`, format?.text ?? '')
}
