import { formatBytes } from '../../text/bytes.js'
import type { FieldValues } from '../field.js'
import { listOf, tagsOf, textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import type { CheckRow } from '../upload-plan.js'
import { azureDiskBytes, azureTarget, azureWay } from './azure-fields.js'

/** Largest disk that a machine starts from, by generation (Azure, "Support for generation 2 VMs": 4 TiB; generation 1: 2 TiB). */
const MOST_BYTES = { V1: 2 * 1024 ** 4, V2: 4 * 1024 ** 4 } as const
const MIB = 1024 ** 2

/** What can be told of an upload to Azure without asking there. */
export function checkAzure(values: FieldValues, facts: SourceFacts): readonly CheckRow[] {
  return [...checkMachine(values, facts), ...checkTarget(values), ...checkSize(values, facts)]
}

function checkMachine(values: FieldValues, { architecture, firmware, ignitionPlatform }: SourceFacts): CheckRow[] {
  const [chosen, generation] = [textOf(values, 'architecture'), textOf(values, 'generation')]
  const own = architecture === null ? null : architecture === 'aarch64' ? 'Arm64' : 'x64'
  const rows: CheckRow[] = []
  if (own !== null && own !== chosen) {
    rows.push(problem('architecture', `The disk holds a system for ${own}, not for ${chosen}`, 'architecture', own, `Use ${own}`))
  }
  if (chosen === 'Arm64' && generation !== 'V2')
    rows.push(problem('firmware', 'Arm64 is of generation 2 only', 'generation', 'V2', 'Use 2'))
  else if (firmware === 'bios' && generation === 'V2') {
    rows.push(problem('firmware', 'The disk starts by BIOS only', 'generation', 'V1', 'Use generation 1'))
  } else if (firmware === 'uefi' && generation === 'V1') {
    rows.push(problem('firmware', 'The disk starts by UEFI only', 'generation', 'V2', 'Use generation 2'))
  }
  if (textOf(values, 'security') !== 'Standard' && generation === 'V1') {
    rows.push(problem('security', 'Trusted launch needs generation 2', 'security', 'Standard', 'Use Standard'))
  }
  if (ignitionPlatform !== null && ignitionPlatform !== 'azure') {
    rows.push({
      code: 'platform',
      title: 'Platform',
      state: 'warning',
      found: `Ignition is told ${ignitionPlatform}; on Azure it would not find its configuration`,
      fix: { kind: 'retarget', platform: 'azure' },
    })
  }
  return rows
}

function checkTarget(values: FieldValues): CheckRow[] {
  const rows: CheckRow[] = []
  const target = azureTarget(values)
  if (target === 'image' && textOf(values, 'architecture') === 'Arm64') {
    rows.push(problem('target', 'Managed images are for x64 only', 'target', 'gallery', 'Make a version in a gallery'))
  }
  if (target === 'image' && textOf(values, 'osState') === 'Specialized') {
    rows.push(
      problem(
        'target',
        'Of a system that is set up already only a gallery makes images',
        'target',
        'gallery',
        'Make a version in a gallery',
      ),
    )
  }
  if (azureWay(values) === 'blob' && textOf(values, 'cloud') === 'own' && textOf(values, 'storage') === '') {
    rows.push({
      code: 'storage',
      title: 'Storage',
      state: 'error',
      found: 'The address of the storage account is missing',
      field: 'storage',
    })
  }
  const bad = listOf(values, 'regions').find((name) => !/^[a-z0-9]+$/u.test(name))
  if (bad !== undefined)
    rows.push({ code: 'regions', title: 'Regions', state: 'error', found: `${bad} is not the name of a location`, field: 'regions' })
  if (Object.keys(tagsOf(values, 'tags')).length > 49) {
    rows.push({ code: 'tags', title: 'Tags', state: 'error', found: 'There can be 49 tags at most', field: 'tags' })
  }
  return rows
}

function checkSize(values: FieldValues, facts: SourceFacts): CheckRow[] {
  const most = MOST_BYTES[textOf(values, 'generation') === 'V1' ? 'V1' : 'V2']
  if (facts.virtualBytes > most) {
    const found = `${formatBytes(facts.virtualBytes)} is more than a machine starts from: ${formatBytes(most)}`
    return [{ code: 'size', title: 'Size', state: 'error', found }]
  }
  const bytes = azureDiskBytes(facts)
  if (bytes === facts.virtualBytes) return []
  const found = `Azure takes whole MiB, and 20 at least: the disk becomes ${bytes / MIB} MiB there`
  return [{ code: 'size', title: 'Size', state: 'info', found }]
}

function problem(code: string, found: string, field: string, value: string, label: string): CheckRow {
  const titles: Readonly<Record<string, string>> = {
    architecture: 'Architecture',
    firmware: 'Firmware',
    security: 'Security',
    target: 'Target',
  }
  return { code, title: titles[code] ?? code, state: 'error', found, field, fix: { kind: 'set', field, value, label } }
}
