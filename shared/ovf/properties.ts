import type { OvfMachine } from './machine.js'
import { element, textElement, type XmlElement } from './xml.js'

interface Property {
  readonly key: string
  readonly label: string
  readonly description: string
  readonly value?: string
  readonly secret?: boolean
}

/** What Ignition looks for in the OVF environment (coreos/ignition internal/providers/vmware; coreos-assembler src/vmware-template.xml). */
const IGNITION: readonly Property[] = [
  { key: 'guestinfo.ignition.config.data', label: 'Ignition config', description: 'The Ignition config itself' },
  {
    key: 'guestinfo.ignition.config.data.encoding',
    label: 'Encoding of the Ignition config',
    description: 'base64 or gzip+base64; empty for plain text',
  },
]

/**
 * What cloud-init's OVF data source reads (cloud-init doc/sources/ovf). Its VMware data source has `guestinfo.userdata` and
 * `guestinfo.metadata`, which are settings of the machine: as OVF properties it does not see them.
 */
const CLOUD_INIT: readonly Property[] = [
  { key: 'instance-id', label: 'Instance ID', description: 'Another one makes cloud-init set the machine up anew', value: 'id-ovf' },
  { key: 'hostname', label: 'Host name', description: 'Host name of the machine' },
  { key: 'public-keys', label: 'SSH public keys', description: 'Keys for the default user' },
  { key: 'user-data', label: 'User data', description: 'cloud-init user data, base64 encoded' },
  { key: 'seedfrom', label: 'Seed URL', description: 'Where to read user data and meta data from instead' },
  { key: 'password', label: 'Password', description: 'Password of the default user, to be changed at the first login', secret: true },
]

/** The properties that whoever deploys the machine is asked for; null where there are none. */
export function productSection(machine: OvfMachine, name: string): XmlElement | null {
  if (machine.properties === 'none') return null
  const rows = machine.properties === 'ignition' ? IGNITION : CLOUD_INIT
  return element('ProductSection', { 'ovf:required': 'false' }, [
    textElement('Info', machine.properties === 'ignition' ? 'First boot, by Ignition' : 'First boot, by cloud-init'),
    textElement('Product', machine.osName ?? name),
    ...rows.map((row) =>
      element(
        'Property',
        {
          'ovf:key': row.key,
          'ovf:type': 'string',
          ...(row.secret ? { 'ovf:password': 'true' } : {}),
          'ovf:userConfigurable': 'true',
          'ovf:value': row.value ?? '',
        },
        [textElement('Label', row.label), textElement('Description', row.description)],
      ),
    ),
  ])
}
