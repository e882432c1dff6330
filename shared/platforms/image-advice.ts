import { FORMATS, imageFormat, type ImageFormat } from '../images/formats.js'
import type { ImageInfo } from '../images/image-info.js'
import { formatBytes } from '../text/bytes.js'
import type { PlatformRow } from './platform.js'

export const IMAGE_ADVICE = [
  'too-large',
  'not-whole-gib',
  'not-aligned',
  'format-not-taken',
  'sector-size',
  'no-partition-table',
  'firmware-not-offered',
  'firmware-to-choose',
] as const

export interface ImageFinding {
  readonly code: (typeof IMAGE_ADVICE)[number]
  /** `error`: it will be refused or will not boot. `warning`: something has to be done outside the image. */
  readonly severity: 'error' | 'warning' | 'note'
  readonly text: string
  /** Virtual size that would be right, bytes; null when size is not the matter, or when no larger one helps. */
  readonly growTo: number | null
}

export type AdvisedImage = Pick<ImageInfo, 'virtualBytes' | 'sectorBytes' | 'format' | 'firmware' | 'table'> & {
  /** Id of the subformat, where it is known. */
  readonly subformat?: string | undefined
}

/** What stands in the way of the image on that platform, by its outside alone; the worst first. */
export function imageAdvice(platform: PlatformRow, image: AdvisedImage): ImageFinding[] {
  const findings = [...sizeFindings(platform, image), ...formatFindings(platform, image), ...firmwareFindings(platform, image)]
  return findings.toSorted((a, b) => rank(a) - rank(b))
}

/** The smallest virtual size, bytes, that the platform takes and that is not below the given one. The upper limit is not looked at. */
export function fittingBytes(platform: PlatformRow, virtualBytes: number): number {
  const unit = platform.wholeGib ? 1024 ** 3 : platform.alignmentBytes
  return Math.ceil(virtualBytes / unit) * unit
}

function sizeFindings(platform: PlatformRow, image: AdvisedImage): ImageFinding[] {
  const size = formatBytes(image.virtualBytes)
  const { maxBytes } = platform
  const fitting = fittingBytes(platform, image.virtualBytes)
  const findings: ImageFinding[] = []
  if (maxBytes !== null && image.virtualBytes > maxBytes) {
    const text = `${platform.name} takes at most ${formatBytes(maxBytes)}; the virtual size is ${size}`
    findings.push({ code: 'too-large', severity: 'error', text, growTo: null })
  }
  if (fitting === image.virtualBytes) return findings
  const unit = platform.wholeGib ? 'GiB' : formatBytes(platform.alignmentBytes)
  const short = formatBytes(fitting - image.virtualBytes)
  findings.push({
    code: platform.wholeGib ? 'not-whole-gib' : 'not-aligned',
    severity: 'error',
    text: `${platform.name} takes a whole number of ${platform.wholeGib ? unit : `units of ${unit}`}; the virtual size ${size} is ${short} short of one`,
    growTo: maxBytes !== null && fitting > maxBytes ? null : fitting,
  })
  return findings
}

const PACKAGE_WORDS = { ova: 'OVA', 'tar.gz': 'tar.gz', oci: '.oci archive', containerdisk: 'containerDisk' } as const

function formatFindings(platform: PlatformRow, image: AdvisedImage): ImageFinding[] {
  const findings: ImageFinding[] = []
  if (platform.image !== null && !takes(platform, image.format, image.subformat)) {
    const { format, subformat, container } = platform.image
    const wrapped = container === null ? '' : `, packed as ${PACKAGE_WORDS[container]}`
    findings.push({
      code: 'format-not-taken',
      severity: 'warning',
      text: `${platform.name} does not take ${imageFormat(image.format).label} as it is: convert to ${FORMATS[format].label} (${subformat})${wrapped}`,
      growTo: null,
    })
  }
  if (image.sectorBytes !== 512) {
    findings.push({
      code: 'sector-size',
      severity: 'warning',
      text: `The partition table counts in sectors of ${formatBytes(image.sectorBytes)}; disks with 512-byte sectors do not show its partitions`,
      growTo: null,
    })
  }
  return findings
}

/** Where the disk is wrapped, the file itself is taken only if the row says so apart. An unknown subformat gets the benefit of the doubt. */
function takes(platform: PlatformRow, format: ImageFormat, subformat: string | undefined): boolean {
  const made = platform.image
  if (made !== null && made.container === null && made.format === format && (subformat === undefined || subformat === made.subformat))
    return true
  return platform.accepts.some(
    (choice) =>
      choice.format === format && (choice.subformats === null || subformat === undefined || choice.subformats.includes(subformat)),
  )
}

function firmwareFindings(platform: PlatformRow, image: AdvisedImage): ImageFinding[] {
  if (image.table === 'none') {
    const text = 'Without a partition table neither BIOS nor UEFI finds a boot loader'
    return [{ code: 'no-partition-table', severity: 'warning', text, growTo: null }]
  }
  if (image.firmware === 'unknown' || image.firmware === 'both') return []
  const { firmware } = platform
  const label = image.firmware === 'uefi' ? 'UEFI' : 'BIOS'
  if (!firmware[image.firmware]) {
    const text = `The image boots with ${label} only; ${platform.name} does not offer that. ${firmware.note}`
    return [{ code: 'firmware-not-offered', severity: 'error', text, growTo: null }]
  }
  if (firmware.usual === image.firmware) return []
  const severity = firmware.usual === 'image' ? 'note' : 'warning'
  return [
    {
      code: 'firmware-to-choose',
      severity,
      text: `The image boots with ${label} only: choose ${label} for the machine. ${firmware.note}`,
      growTo: null,
    },
  ]
}

function rank(finding: ImageFinding): number {
  return ['error', 'warning', 'note'].indexOf(finding.severity)
}
