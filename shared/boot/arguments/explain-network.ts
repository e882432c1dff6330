const METHODS: ReadonlyMap<string, string> = new Map([
  ['dhcp', 'an address by DHCP'],
  ['on', 'an address by DHCP'],
  ['any', 'an address by DHCP'],
  ['single-dhcp', 'DHCP on all interfaces at once; the first answer wins'],
  ['dhcp6', 'an address by DHCP for IPv6'],
  ['auto6', 'an IPv6 address by autoconfiguration'],
  ['either6', 'an IPv6 address by autoconfiguration, else by DHCP'],
  ['link6', 'an IPv6 link-local address only'],
  ['auto', 'an address by DHCP, BOOTP or RARP'],
  ['both', 'an address by BOOTP or RARP'],
  ['bootp', 'an address by BOOTP'],
  ['ibft', 'the settings of the iSCSI boot firmware'],
  ['none', 'no automatic address'],
  ['off', 'no automatic address'],
])

/**
 * What a value of `ip=` means (dracut.cmdline(7), nm-initrd-generator(8)); null for what does not look like one.
 */
export function explainIp(value: string): string | null {
  const fields = splitAddressFields(value)
  const [first = ''] = fields
  if (fields.length === 1) return METHODS.has(first) ? `${METHODS.get(first)} on every interface` : null
  const second = fields[1] ?? ''
  if (METHODS.has(second) && fields.length <= 4) return `${METHODS.get(second)} on ${first || 'every interface'}${mtuOf(fields[2])}`
  if (fields.length < 4) return null
  const [client = '', peer = '', gateway = '', mask = '', host = '', iface = '', method = ''] = fields
  const parts = [
    client === '' ? (METHODS.get(method) ?? 'an automatic address') : `address ${client}${mask === '' ? '' : ` with mask ${mask}`}`,
    peer === '' ? null : `peer ${peer}`,
    gateway === '' ? null : `gateway ${gateway}`,
    iface === '' ? null : `on ${iface}`,
    host === '' ? null : `as ${host}`,
  ]
  return parts.filter((part) => part !== null).join(', ')
}

const mtuOf = (field: string | undefined) => (field === undefined || field === '' ? '' : `, MTU ${field}`)

/** The interface that an `ip=` value names; null when it means all of them. */
export function interfaceOfIp(value: string): string | null {
  const fields = splitAddressFields(value)
  if (fields.length === 1) return null
  const iface = METHODS.has(fields[1] ?? '') ? fields[0] : fields[5]
  return iface === undefined || iface === '' ? null : iface
}

/** The fields between colons; a colon within brackets belongs to an IPv6 address. */
export function splitAddressFields(value: string): string[] {
  const fields: string[] = []
  let field = ''
  let brackets = false
  for (const char of value) {
    if (char === '[') brackets = true
    if (char === ']') brackets = false
    if (char === ':' && !brackets) {
      fields.push(field)
      field = ''
    } else field += char
  }
  return [...fields, field]
}
