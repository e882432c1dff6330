import type { Field } from '../field.js'

/** For services of one's own, and for proxies that open TLS: certificates are always checked. */
export const authorityField: Field = {
  id: 'ca',
  label: 'Certificate of its authority',
  kind: 'file',
  group: 'connection',
  help: 'PEM file of the authority that signed its certificate; trusted beside those of this machine',
}
