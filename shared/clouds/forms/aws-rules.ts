import { formatBytes } from '../../text/bytes.js'
import type { FieldValues } from '../field.js'
import { flagOf, listOf, numberOf, tagsOf, textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import type { CheckRow } from '../upload-plan.js'
import { AWS_REGION, awsMethod, volumeGib } from './aws-fields.js'

/** Largest volume that gp2 and gp3 can be (Amazon EBS user guide, "Amazon EBS volume types"). */
const MOST_GIB = 16_384
/** 50 are taken; one is ours, by which things are found again. */
const MOST_TAGS = 49

/** What can be told of an upload to EC2 without asking there. */
export function checkAws(values: FieldValues, facts: SourceFacts): readonly CheckRow[] {
  return [...checkMachine(values, facts), ...checkSize(values, facts), ...checkLists(values)]
}

function checkMachine(values: FieldValues, { architecture, firmware, ignitionPlatform }: SourceFacts): CheckRow[] {
  const [chosen, bootMode] = [textOf(values, 'architecture'), textOf(values, 'bootMode')]
  const own = architecture === 'aarch64' ? 'arm64' : architecture
  const rows: CheckRow[] = []
  if (own !== null && own !== chosen) {
    rows.push(problem('architecture', `The disk holds a system for ${own}, not for ${chosen}`, 'architecture', own, `Use ${own}`))
  }
  if (chosen === 'arm64' && bootMode !== 'uefi')
    rows.push(problem('firmware', 'Machines with arm64 start by UEFI only', 'bootMode', 'uefi', 'Use UEFI'))
  else if (firmware === 'bios' && bootMode === 'uefi') {
    rows.push(problem('firmware', 'The disk starts by BIOS only', 'bootMode', 'legacy-bios', 'Use BIOS'))
  } else if (firmware === 'uefi' && bootMode === 'legacy-bios') {
    rows.push(problem('firmware', 'The disk starts by UEFI only', 'bootMode', 'uefi', 'Use UEFI'))
  }
  if (flagOf(values, 'tpm') && bootMode !== 'uefi') rows.push(problem('tpm', 'NitroTPM needs UEFI', 'bootMode', 'uefi', 'Use UEFI'))
  if (ignitionPlatform !== null && ignitionPlatform !== 'aws') {
    rows.push({
      code: 'platform',
      title: 'Platform',
      state: 'warning',
      found: `Ignition is told ${ignitionPlatform}; on EC2 it would not find its configuration`,
      fix: { kind: 'retarget', platform: 'aws' },
    })
  }
  return rows
}

function checkSize(values: FieldValues, facts: SourceFacts): CheckRow[] {
  const least = volumeGib(facts)
  const size = numberOf(values, 'volumeSize')
  if (least > MOST_GIB) {
    return [
      { code: 'size', title: 'Size', state: 'error', found: `${formatBytes(facts.virtualBytes)} is more than a volume takes: 16 TiB` },
    ]
  }
  if (size === null || size >= least) return []
  return [problem('size', `The disk needs ${least} GiB; ${size} GiB is too small`, 'volumeSize', least, `Use ${least} GiB`)]
}

function checkLists(values: FieldValues): CheckRow[] {
  const region = textOf(values, 'region')
  const rows = listOf(values, 'copyTo').flatMap((name): CheckRow[] => {
    if (!new RegExp(`^${AWS_REGION}$`, 'u').test(name)) return [wrong('regions', 'copyTo', `${name} is not the name of a region`)]
    return name === region ? [wrong('regions', 'copyTo', `The image is made in ${name} already`)] : []
  })
  for (const account of listOf(values, 'shareWith')) {
    if (!/^\d{12}$/u.test(account)) rows.push(wrong('accounts', 'shareWith', `${account} is not the number of an account`))
  }
  const tags = Object.keys(tagsOf(values, 'tags'))
  if (tags.length > MOST_TAGS) rows.push(wrong('tags', 'tags', `There can be ${MOST_TAGS} tags at most`))
  const reserved = tags.find((name) => name.toLowerCase().startsWith('aws:'))
  if (reserved !== undefined) rows.push(wrong('tags', 'tags', `Names that start with aws: are not free: ${reserved}`))
  if (flagOf(values, 'encrypted') && listOf(values, 'shareWith').length > 0) {
    rows.push({
      code: 'accounts',
      title: 'Share',
      state: 'warning',
      found: 'An encrypted image starts elsewhere only where its key is shared too, and a key of AWS cannot be',
      field: 'shareWith',
    })
  }
  if (awsMethod(values) === 's3' && flagOf(values, 'encrypted') && listOf(values, 'copyTo').length > 0 && textOf(values, 'kmsKey') !== '') {
    rows.push({
      code: 'regions',
      title: 'Copies',
      state: 'info',
      found: 'A key belongs to its region: copies are encrypted with the key aws/ebs of theirs',
      field: 'copyTo',
    })
  }
  return rows
}

function problem(code: string, found: string, field: string, value: string | number, label: string): CheckRow {
  const titles: Readonly<Record<string, string>> = { architecture: 'Architecture', firmware: 'Firmware', tpm: 'TPM', size: 'Size' }
  return { code, title: titles[code] ?? code, state: 'error', found, field, fix: { kind: 'set', field, value, label } }
}

function wrong(code: string, field: string, found: string): CheckRow {
  const titles: Readonly<Record<string, string>> = { regions: 'Regions', accounts: 'Accounts', tags: 'Tags' }
  return { code, title: titles[code] ?? code, state: 'error', found, field }
}
