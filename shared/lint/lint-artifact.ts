import { FORMATS, type DiskFormat, isDiskFormat } from '../images/formats.js'
import { sniffFile } from '../images/sniff.js'
import type { DiskContainer } from '../jobs/convert-request.js'
import { artifact } from '../platforms/artifacts.js'
import type { ByteSource, LintHost } from './byte-source.js'
import type { DiskFacts, LintWork } from './disk-facts.js'
import { DISK_LINTERS } from './disk-linters.js'
import { Findings, type LintExpectation, type LintReport, lintReport } from './finding.js'
import { findContainer, type FoundContainer } from './find-container.js'
import { lintContainerDisk } from './lint-containerdisk.js'
import { lintGcpTar } from './lint-gcp-tar.js'
import { lintOciArchive } from './lint-oci-archive.js'
import { lintOva } from './lint-ova.js'
import { lintForPlatform } from './platform-rules.js'

/** What a file is, and the disk in it. */
interface Linted {
  readonly container: DiskContainer | null
  /** Null where no disk was found. */
  readonly disk: DiskFacts | null
}

/**
 * Asks all rules of a file that are known for what it is, or for what it should be. Works on its bytes alone. Never throws for what is in
 * them; what `source` and `host` throw comes through.
 */
export async function lintArtifact(source: ByteSource, expectation: LintExpectation, host: LintHost): Promise<LintReport> {
  const wanted = resolveExpectation(expectation)
  const findings = new Findings()
  const linted = await lintFound(source, findings, wanted, host)
  compareWithExpectation(findings, linted, wanted)
  if (wanted.platform !== undefined && linted.disk) lintForPlatform(findings, wanted.platform, linted.disk, linted.container !== null)
  const facts = { kind: kindOf(linted), fileBytes: source.bytes, virtualBytes: linted.disk?.virtualBytes ?? null }
  return lintReport(facts, findings.list)
}

type Wanted = Pick<LintExpectation, 'format' | 'subformat' | 'container' | 'platform'>

function resolveExpectation(expectation: LintExpectation): Wanted {
  if (expectation.artifact === undefined) return expectation
  const { format, subformat, container, platform } = artifact(expectation.artifact)
  return { format, subformat, container, platform, ...defined(expectation) }
}

function defined({ format, subformat, container, platform }: Wanted): Wanted {
  return Object.fromEntries(Object.entries({ format, subformat, container, platform }).filter(([, value]) => value !== undefined))
}

async function lintFound(source: ByteSource, findings: Findings, wanted: Wanted, host: LintHost): Promise<Linted> {
  const work = { source, findings, host, platform: wanted.platform }
  const found = await findContainer(source, host, wanted.container ?? null)
  if (found !== null) return { container: found.container, disk: await lintContainer(work, found) }
  const format = await formatOf(source, wanted)
  if (format !== null) return { container: null, disk: await DISK_LINTERS[format](work) }
  findings.add('file.kind', 'error', 'It is no disk image and no package of one that is known here')
  return { container: null, disk: null }
}

async function lintContainer(work: LintWork, { container, compressed }: FoundContainer): Promise<DiskFacts | null> {
  switch (container) {
    case 'ova':
      return lintOva(work)
    case 'tar.gz':
      return lintGcpTar(work)
    case 'oci':
      return lintOciArchive(work, compressed)
    case 'containerdisk':
      return lintContainerDisk(work)
  }
}

/** By its own bytes; where they say nothing, as a blank or damaged disk may, by what was expected. */
async function formatOf(source: ByteSource, { format, container }: Wanted): Promise<DiskFormat | null> {
  const found = (await sniffFile((offset, length) => source.read(offset, length), source.bytes)).format
  // A fixed VHD whose footer is damaged looks like a raw disk: the rules of what was asked for say what is wrong with it.
  if (format !== undefined && (container ?? null) === null && (found === null || found === 'raw')) return format
  // A format that is only read has no rules here: nobody makes it for a platform.
  return found !== null && isDiskFormat(found) ? found : null
}

function compareWithExpectation(findings: Findings, { container, disk }: Linted, wanted: Wanted): void {
  if (wanted.container !== undefined && container !== wanted.container) {
    const is = container === null ? 'in no package' : `packed as ${container}`
    findings.add(
      'expected.container',
      'error',
      `It should be ${wanted.container === null ? 'the disk itself' : `packed as ${wanted.container}`}, and is ${is}`,
    )
  }
  if (!disk) return
  if (wanted.format !== undefined && wanted.format !== disk.format)
    findings.add('expected.format', 'error', `It should be ${FORMATS[wanted.format].label}, and is ${FORMATS[disk.format].label}`)
  // "compressed" says how clusters were written, which no header tells.
  else if (wanted.subformat !== undefined && disk.subformat !== null && wanted.subformat !== disk.subformat)
    findings.add('expected.subformat', 'error', `It should be ${wanted.subformat}, and is ${disk.subformat}`)
  else if (wanted.format !== undefined) findings.add('expected.format', 'pass', `It is ${FORMATS[disk.format].label}, as it should be`)
}

function kindOf({ container, disk }: Linted): string {
  const inner = disk === null ? 'unknown' : [FORMATS[disk.format].label, disk.subformat].filter(Boolean).join(', ')
  const names: Readonly<Record<DiskContainer, string>> = {
    ova: 'OVA',
    'tar.gz': 'tar.gz',
    oci: '.oci archive',
    containerdisk: 'containerDisk',
  }
  return container === null ? inner : `${names[container]} with ${inner}`
}
