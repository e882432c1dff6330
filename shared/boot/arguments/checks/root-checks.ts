import { rule } from './argument-problem.js'
import type { CommandLine, Word } from './command-line.js'

/** Names that the kernel gives out in the order in which it finds devices. */
const UNSTABLE = /^\/dev\/((s|h|v|xv)d[a-z]+\d*|nvme\d+n\d+(p\d+)?|mmcblk\d+(p\d+)?)$/

/** What finds root when root= does not: OSTree, live media, installers, verity, GPT types, an initramfs that is the system. */
const ROOT_NAMES = [
  'ostree',
  'netroot',
  'roothash',
  'usrhash',
  'mount.usr',
  'systemd.verity_root_data',
  'systemd.gpt_auto',
  'rd.systemd.gpt_auto',
  'rdinit',
  'boot',
  'coreos.liveiso',
  'coreos.live.rootfs_url',
  'fromiso',
  'findiso',
]

const DETECTIONS = [
  { off: ['rd.lvm'], wanted: ['rd.lvm.lv', 'rd.lvm.vg'], what: 'LVM' },
  { off: ['rd.luks', 'luks'], wanted: ['rd.luks.uuid', 'rd.luks.name', 'luks.uuid', 'luks.name'], what: 'LUKS' },
  { off: ['rd.md'], wanted: ['rd.md.uuid'], what: 'software RAID' },
  { off: ['rd.dm'], wanted: ['rd.dm.uuid'], what: 'firmware RAID' },
]

/** Rules on what becomes `/`. */
export const ROOT_CHECKS = [
  rule('root-missing', 'warning', (line) => {
    const known = line.has('root', ...ROOT_NAMES) || line.hasFamily('rd.live.') || line.hasFamily('inst.')
    if (known || line.hasVariables) return []
    return [{ words: [], text: 'Nothing says which file system becomes /. That works only where its partition has the GPT type for root.' }]
  }),

  rule('root-twice', 'warning', (line) => {
    const words = line.all('root')
    const last = words.at(-1)
    const others = words.filter((word) => word.value !== last?.value)
    if (last === undefined || others.length === 0) return []
    return [
      { words: [...others, last], text: `There are different root= arguments; the last one counts: ${last.arg}.`, fix: line.drop(others) },
    ]
  }),

  rule('unstable-device', 'warning', (line) =>
    line
      .all('root', 'resume', 'mount.usr', 'rootfallback')
      .filter((word) => UNSTABLE.test(word.value ?? ''))
      .map((word) => ({
        words: [word],
        text: `${word.value} may be another disk on another machine or at the next boot; UUID= or LABEL= stay the same.`,
      })),
  ),

  opposites('ro-and-rw', 'warning', 'ro', 'rw', (last) => `ro and rw exclude each other; the last one counts: ${last.arg}.`),
  opposites('splash-and-nosplash', 'info', 'splash', 'nosplash', () => 'splash and nosplash contradict each other.'),
  opposites('persistence-on-and-off', 'info', 'persistence', 'nopersistence', () => 'persistence and nopersistence contradict each other.'),

  rule('resume-and-noresume', 'info', (line) => {
    const resume = line.all('resume')
    const never = line.all('noresume')
    if (resume.length === 0 || never.length === 0) return []
    return [{ words: [...resume, ...never], text: 'noresume is set, so resume= does nothing.', fix: line.drop(resume) }]
  }),

  rule('detection-off', 'error', (line) =>
    DETECTIONS.flatMap(({ off, wanted, what }) => {
      const switches = off.flatMap((name) => (line.switch(name) === false ? line.all(name) : []))
      const volumes = line.all(...wanted)
      if (switches.length === 0 || volumes.length === 0) return []
      return [
        {
          words: [...switches, ...volumes],
          text: `${what} is turned off in the initramfs (${switches[0]?.arg}), so ${volumes[0]?.arg} is not set up.`,
          fix: line.drop(switches),
        },
      ]
    }),
  ),
]

function opposites(code: string, severity: 'info' | 'warning', one: string, other: string, text: (last: Word) => string) {
  return rule(code, severity, (line: CommandLine) => {
    const words = line.all(one, other)
    const last = words.at(-1)
    const overruled = words.filter((word) => word.name !== last?.name)
    if (last === undefined || overruled.length === 0) return []
    return [{ words, text: text(last), fix: line.drop(overruled) }]
  })
}
