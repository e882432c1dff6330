import { rule } from './argument-problem.js'
import type { Word } from './command-line.js'

/** What turns a mitigation of a processor flaw off. */
const MITIGATIONS_OFF: ReadonlyMap<string, readonly (string | null)[]> = new Map([
  ['mitigations', ['off']],
  ['nopti', [null]],
  ['pti', ['off']],
  ['nospectre_v1', [null]],
  ['nospectre_v2', [null]],
  ['spectre_v2', ['off']],
  ['spectre_v2_user', ['off']],
  ['spec_store_bypass_disable', ['off']],
  ['l1tf', ['off']],
  ['mds', ['off']],
  ['tsx_async_abort', ['off']],
  ['mmio_stale_data', ['off']],
  ['srbds', ['off']],
  ['retbleed', ['off']],
  ['gather_data_sampling', ['off']],
  ['reg_file_data_sampling', ['off']],
  ['spec_rstack_overflow', ['off']],
])

const SECRETS = [
  'rd.iscsi.password',
  'rd.iscsi.in.password',
  'cifspass',
  'systemd.set_credential',
  'systemd.set_credential_binary',
  'systemd.random-seed',
  'inst.vncpassword',
]

/** `cifs://USER:PASSWORD@…` and `iscsi:USER:PASSWORD@…`. */
const holdsPassword = (word: Word) => /^(cifs:\/\/|iscsi:)[^@]*:[^@]+@/.test(word.value ?? '')

/** Rules on what weakens a system. */
export const SECURITY_CHECKS = [
  rule('selinux-off-and-enforcing', 'warning', (line) => {
    const off = line.all('selinux').filter(({ value }) => value === '0')
    const enforcing = line.all('enforcing').filter(({ value }) => value === '1')
    if (off.length === 0 || enforcing.length === 0) return []
    return [{ words: [...off, ...enforcing], text: 'selinux=0 turns SELinux off, so enforcing=1 does nothing.', fix: line.drop(off) }]
  }),

  rule('selinux-weakened', 'info', (line) =>
    line
      .all('selinux', 'enforcing')
      .filter((word) => word.value === '0' && line.last(word.name) === word)
      .map((word) => ({
        words: [word],
        text:
          word.name === 'selinux'
            ? 'SELinux is off. Files that are written meanwhile get no labels and must be relabeled before it is turned on again.'
            : 'SELinux is permissive: it logs what it would refuse.',
        fix: line.drop(line.all(word.name).filter(({ value }) => value === '0')),
      })),
  ),

  rule('security-module-off', 'warning', (line) =>
    ['selinux', 'apparmor'].flatMap((name) => {
      const chosen = line.all('security').filter(({ value }) => value === name)
      const off = line.all(name).filter(({ value }) => value === '0')
      if (chosen.length === 0 || off.length === 0) return []
      return [{ words: [...chosen, ...off], text: `security=${name} chooses what ${name}=0 turns off.`, fix: line.drop(off) }]
    }),
  ),

  rule('security-and-lsm', 'info', (line) => {
    const security = line.all('security')
    const lsm = line.all('lsm')
    if (security.length === 0 || lsm.length === 0) return []
    return [{ words: [...security, ...lsm], text: 'lsm= overrules security=.', fix: line.drop(security) }]
  }),

  rule('mitigations-off', 'warning', (line) => {
    const words = line.words.filter((word) => MITIGATIONS_OFF.get(word.name)?.includes(word.value) === true)
    const [first] = words
    if (first === undefined) return []
    return [
      {
        words,
        text: `${first.arg} leaves the system open to attacks by way of processor flaws; on shared hosts other guests may read its memory.`,
        fix: line.drop(words),
      },
    ]
  }),

  rule('hardening-off', 'info', (line) =>
    line.all('nokaslr').map((word) => ({ words: [word], text: 'nokaslr makes attacks on the kernel easier.', fix: line.drop([word]) })),
  ),

  rule('fips-without-boot', 'info', (line) => {
    const fips = line.all('fips').filter(({ value }) => value === '1')
    if (fips.length === 0 || line.has('boot', 'ostree') || line.hasVariables) return []
    return [{ words: fips, text: 'Where /boot is a file system of its own, FIPS mode needs boot=UUID=… or the check of the kernel fails.' }]
  }),

  rule('secret', 'warning', (line) =>
    line.words
      .filter((word) => SECRETS.includes(word.name) || (['root', 'netroot'].includes(word.name) && holdsPassword(word)))
      .map((word) => ({
        words: [word],
        text: `Every program and user of the system can read the secret in ${word.key} in /proc/cmdline, and so can whoever gets the image.`,
      })),
  ),
]
