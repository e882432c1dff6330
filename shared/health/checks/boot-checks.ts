import type { BootNote } from '../../boot/boot-entry.js'
import { type HealthCheck, notChecked, pass, type Verdict } from '../check.js'
import { bootableEntries, defaultEntry, type EntryFileFact, type HealthFacts } from '../facts.js'
import { entryName } from '../words.js'

/** What a boot note is called; the note itself says the rest. */
const NOTE_TITLES: Readonly<Record<BootNote['code'], string>> = {
  overruled: 'A setting is overruled by another',
  'shared-arguments': 'Entries share their arguments',
  'lost-on-update': 'A change would be lost with the next kernel',
  'kernel-missing': 'A kernel is missing',
  'initrd-missing': 'An initial RAM disk is missing',
  'title-twice': 'Two entries have the same title',
  syntax: 'A boot file has a line that is not understood',
  'uki-signed': 'A unified kernel image is signed',
  'read-only': 'A boot file cannot be written to',
  'no-default': 'No entry is the default one',
  unreadable: 'A boot file cannot be read',
}

/** Said by the check of entry files, with the same words for every loader. */
const OWN_CHECK: ReadonlySet<BootNote['code']> = new Set(['kernel-missing', 'initrd-missing'])

/** Boot entries and what they name. */
export const BOOT_HEALTH: readonly HealthCheck[] = [
  {
    id: 'boot-entries',
    group: 'boot',
    title: 'Boot entries',
    run: (facts) => {
      const entries = bootableEntries(facts)
      if (entries.length > 0) {
        const count = entries.length === 1 ? 'There is one' : `There are ${entries.length}`
        return pass(`${count}; ${entryName(defaultEntry(facts))} boots by itself.`)
      }
      const disabled = facts.entries.length > 0
      const text = disabled
        ? 'All of them are disabled, so a boot loader has nothing to offer.'
        : 'No configuration of GRUB, systemd-boot or extlinux was found. The image may boot in another way, or not at all.'
      return [{ severity: disabled ? 'error' : 'warning', title: 'No boot entry was found', text }]
    },
  },
  {
    id: 'entry-kernels',
    group: 'boot',
    title: 'Kernels that entries name are there',
    run: (facts) => entryFiles(facts, ['kernel', 'efi'], 'kernel', 'The entry does not start without it.'),
  },
  {
    id: 'entry-initramfs',
    group: 'boot',
    title: 'Initial RAM disks that entries name are there',
    run: (facts) =>
      entryFiles(
        facts,
        ['initramfs', 'devicetree'],
        'initial RAM disk',
        'The kernel starts without its drivers and does not find the root.',
      ),
  },
  {
    id: 'entry-problems',
    group: 'boot',
    title: 'Boot entries can be read',
    run: ({ entries, notes }) => {
      if (entries.length === 0) return []
      const isTold = (id: string): boolean => notes.some(({ entry }) => entry === id)
      const odd = entries.filter(({ id, problem, linux, efi, loader }) => {
        const isSystem = linux !== null || efi !== null || loader === 'uki'
        return problem !== null && isSystem && loader !== 'isolinux' && !isTold(id)
      })
      if (odd.length === 0) return pass('Each of them is understood.')
      return odd.map((entry) => ({
        severity: 'info',
        about: entry.id,
        title: entryName(entry),
        text: entry.problem ?? '',
        evidence: [entry.id],
      }))
    },
  },
  {
    id: 'boot-notes',
    group: 'boot',
    title: 'Boot configuration agrees with itself',
    run: ({ notes, entries }) => {
      const told = notes.filter(({ code }) => !OWN_CHECK.has(code))
      if (told.length === 0) return entries.length === 0 ? [] : pass('No place says something that another one overrules.')
      return told.map((note) => ({
        severity: note.severity,
        about: `${note.code}:${note.entry ?? note.file ?? ''}`,
        title: NOTE_TITLES[note.code],
        text: note.text,
        evidence: [...new Set([note.entry, note.file].filter((place) => place !== null))],
        fix: note.fix,
        fixLabel: 'Mend it',
      }))
    },
  },
]

function entryFiles(facts: HealthFacts, roles: readonly EntryFileFact['role'][], word: string, consequence: string): Verdict[] {
  const files = facts.entryFiles.filter(({ role }) => roles.includes(role))
  if (files.length === 0) return []
  const bad = files.filter(({ state }) => state === 'missing' || state === 'empty')
  if (bad.length === 0) {
    const seen = files.filter(({ state }) => state === 'present')
    return seen.length === 0 ? notChecked('they are where nothing here can read') : pass(`Each is there: ${seen.length} looked at.`)
  }
  const standard = defaultEntry(facts)?.id
  return bad.map((file) => {
    const entry = facts.entries.find(({ id }) => id === file.entry)
    const isDefault = file.entry === standard
    return {
      severity: isDefault ? 'error' : 'warning',
      about: `${file.entry}:${file.path}`,
      title: `The ${word} of ${isDefault ? 'the default entry' : 'an entry'} is ${file.state}`,
      text: consequence,
      evidence: [`${file.path} is ${file.state}`, `entry ${entryName(entry)}`],
      ...(isDefault || entry === undefined || entry.loader === 'uki' ? {} : disable(entry.id)),
    }
  })
}

/** An entry that cannot boot is only in the way. */
function disable(entry: string): Pick<Verdict, 'fix' | 'fixLabel'> {
  return { fix: [{ kind: 'entry-enable', entry, enabled: false }], fixLabel: 'Hide the entry' }
}
