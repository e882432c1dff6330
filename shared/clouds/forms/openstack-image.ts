import type { FieldValues } from '../field.js'
import { flagOf, listOf, numberOf, tagsOf, textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import { openstackFormat } from './openstack-fields.js'

/** Names of `disk_format` in the Images API. */
const GLANCE_FORMATS: Readonly<Record<string, string>> = {
  raw: 'raw',
  qcow2: 'qcow2',
  vmdk: 'vmdk',
  vdi: 'vdi',
  vhdx: 'vhdx',
  vpc: 'vhd',
  vhd: 'vhd',
}

export function glanceFormat(values: FieldValues, facts: SourceFacts): string | null {
  const format = openstackFormat(values)
  return format === 'source' ? (facts.kind === 'disk' ? (GLANCE_FORMATS[facts.format ?? ''] ?? null) : null) : format
}

/** Properties that Nova and libvirt go by: "Useful image properties" of the Glance administrator guide. */
export function imageProperties(values: FieldValues): Readonly<Record<string, string>> {
  const firmware = textOf(values, 'firmware')
  const bus = textOf(values, 'bus')
  const given = {
    architecture: textOf(values, 'architecture'),
    hw_firmware_type: firmware === 'any' ? '' : firmware,
    hw_machine_type: textOf(values, 'machine'),
    hw_disk_bus: bus,
    hw_scsi_model: bus === 'scsi' ? 'virtio-scsi' : '',
    hw_vif_model: 'virtio',
    hw_qemu_guest_agent: flagOf(values, 'guestAgent') ? 'yes' : '',
    img_config_drive: flagOf(values, 'configDrive') ? 'mandatory' : '',
    os_secure_boot: flagOf(values, 'secureBoot') ? 'required' : '',
    os_type: 'linux',
    os_distro: textOf(values, 'osDistro'),
    os_version: textOf(values, 'osVersion'),
    ...tagsOf(values, 'properties'),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''))
}

/** Body of `POST /v2/images`, without an id. */
export function imageBody(values: FieldValues, facts: SourceFacts): Readonly<Record<string, unknown>> {
  return {
    ...imageProperties(values),
    name: textOf(values, 'name'),
    container_format: 'bare',
    disk_format: glanceFormat(values, facts) ?? 'raw',
    visibility: textOf(values, 'visibility') || 'private',
    min_disk: numberOf(values, 'minDisk') ?? 0,
    min_ram: numberOf(values, 'minRam') ?? 0,
    tags: listOf(values, 'tags'),
  }
}
