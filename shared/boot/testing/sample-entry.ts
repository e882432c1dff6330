import type { BootEntry } from '../boot-entry.js'

/** A BLS entry for tests; `id` and the rest as given. */
export function sampleEntry(given: Partial<BootEntry> & { readonly args: readonly string[] }): BootEntry {
  const path = given.path ?? '/loader/entries/a.conf'
  const id = given.id ?? `2:${path}`
  return {
    id,
    loader: 'bls',
    file: id,
    partition: 2,
    path,
    realPath: path,
    title: id,
    submenu: [],
    version: null,
    linux: '/vmlinuz',
    efi: null,
    initrds: [],
    devicetree: null,
    sortKey: null,
    machineId: null,
    counter: null,
    enabled: true,
    origins: given.args.map(() => 0),
    sources: [{ file: id, what: 'options', shared: false }],
    isDefault: false,
    defaultReason: null,
    problem: null,
    ...given,
    args: [...given.args],
  }
}
