import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyArgChanges, splitArgs } from '../kernel-args.js'
import { ARGUMENT_PROBLEM_CODES, checkArguments } from './check-arguments.js'

const found = (text: string, code: string) => checkArguments(splitArgs(text)).filter((problem) => problem.code === code)

interface Case {
  readonly bad: readonly string[]
  readonly good: readonly string[]
}

/** For each code, command lines that show the problem, and ones that come close but do not. */
const CASES: Readonly<Record<string, Case>> = {
  'unbalanced-quotes': { bad: [], good: ['dyndbg="file a +p"', 'quiet'] },
  'too-long': { bad: [`foo=${'x'.repeat(2048)}`], good: [`foo=${'x'.repeat(2000)}`] },
  'after-double-dash': { bad: ['ro -- quiet'], good: ['ro quiet --', 'ro -- --verbose'] },
  duplicate: {
    bad: ['quiet ro quiet', 'foo=1 foo=1', 'selinux=0 selinux=0'],
    good: ['quiet ro', 'console=tty0 console=ttyS0 console=tty0', 'ip=dhcp ip=dhcp', 'foo=1 foo=2'],
  },
  overruled: {
    bad: ['selinux=0 selinux=1', 'log_buf_len=1M log-buf-len=2M', 'rd.shell rd.shell=0'],
    good: ['console=tty0 console=ttyS0', 'rd.luks.uuid=1 rd.luks.uuid=2', 'root=/dev/a root=/dev/b', 'foo=1 foo=2', 'quiet quiet'],
  },
  'several-values': {
    bad: ['foo=1 foo=2', 'nvme_core.x=1 nvme_core.x=2'],
    good: ['foo=1 foo=1', 'rd.net.x=1 rd.net.x=2', 'selinux=0 selinux=1'],
  },
  'value-missing': { bad: ['root', 'root=', 'ignition.platform.id='], good: ['console=', 'rd.break', 'audit', 'root=/dev/vda1', 'foo='] },
  'near-miss': {
    bad: ['consol=tty0', 'ignition.plaform.id=qemu', 'rd.break='],
    good: ['console=tty0', 'foo=1', 'mymodule.x=1', 'rd.break'],
  },
  renamed: { bad: ['rd_LVM_LV=a/b', 'rd_NO_LUKS', 'rdshell'], good: ['rd.lvm.lv=a/b', 'rd.shell'] },
  'no-effect': { bad: ['elevator=noop', 'scsi_mod.use_blk_mq=Y'], good: ['nvme_core.io_timeout=30'] },
  'root-missing': {
    bad: ['quiet', ''],
    good: [
      'root=UUID=1',
      'ostree=/ostree/boot.1/x/0',
      'boot=live',
      'rd.live.image',
      'inst.stage2=hd:LABEL=X',
      '$kernelopts',
      'roothash=12',
    ],
  },
  'root-twice': { bad: ['root=UUID=1 ro root=UUID=2'], good: ['root=UUID=1 root=UUID=1', 'root=UUID=1 resume=UUID=2'] },
  'unstable-device': {
    bad: ['root=/dev/sda1', 'root=/dev/vda', 'resume=/dev/nvme0n1p3', 'root=/dev/mmcblk0p2', 'root=/dev/xvda1'],
    good: ['root=/dev/mapper/vg-root', 'root=UUID=1', 'root=/dev/md0', 'root=/dev/disk/by-label/root', 'foo=/dev/sda1'],
  },
  'ro-and-rw': { bad: ['ro rw', 'rw ro rw'], good: ['ro', 'rw rw'] },
  'splash-and-nosplash': { bad: ['splash nosplash'], good: ['splash'] },
  'persistence-on-and-off': { bad: ['persistence nopersistence'], good: ['persistence'] },
  'resume-and-noresume': { bad: ['resume=UUID=1 noresume'], good: ['resume=UUID=1', 'noresume'] },
  'detection-off': {
    bad: ['rd.lvm=0 rd.lvm.lv=a/b', 'rd.luks=0 rd.luks.uuid=1', 'rd.md=0 rd.md.uuid=1', 'rd.dm=0 rd.dm.uuid=1'],
    good: ['rd.lvm=0 rd.luks.uuid=1', 'rd.lvm=1 rd.lvm.lv=a/b', 'rd.md=0'],
  },
  'console-primary': { bad: ['console=ttyS0 console=tty0'], good: ['console=tty0', 'console=tty0 console=tty0', 'quiet'] },
  'console-off': { bad: ['console=null', 'console=', 'console=tty0 console=null'], good: ['console=tty0', 'console'] },
  'console-path': { bad: ['console=/dev/ttyS0,115200', '"console=/dev/ttyS0"'], good: ['console=ttyS0'] },
  'console-options': {
    bad: ['console=ttyS0,115200n9', 'console=ttyS0,38400n8d', 'console=ttyS0,fast'],
    good: ['console=ttyS0', 'console=ttyS0,115200', 'console=uart8250,io,0x3f8,115200', 'console=tty0,fast'],
  },
  'console-speed-on-screen': { bad: ['console=tty0,115200'], good: ['console=tty0', 'console=ttyS0,115200'] },
  'console-settings-differ': {
    bad: ['console=ttyS0 console=ttyS0,115200n8', 'console=ttyS0,9600 console=tty0 console=ttyS0,115200 console=ttyS0'],
    good: ['console=ttyS0,9600 console=ttyS1,115200', 'console=ttyS0,9600 console=ttyS0,9600'],
  },
  'quiet-and-debug': { bad: ['quiet debug', 'ignore_loglevel quiet'], good: ['quiet', 'debug'] },
  'loglevel-before-quiet': { bad: ['loglevel=7 quiet'], good: ['quiet loglevel=3', 'loglevel=7'] },
  nomodeset: { bad: ['nomodeset'], good: ['i915.modeset=1'] },
  'ignition-platform-missing': {
    bad: ['ignition.firstboot'],
    good: [
      'ignition.firstboot ignition.platform.id=qemu',
      'quiet',
      'ignition.firstboot $kernelopts',
      'ignition.firstboot flatcar.oem.id=ami',
    ],
  },
  'ignition-platform-unknown': {
    bad: ['ignition.platform.id=vmwar', 'ignition.platform.id=toaster'],
    good: ['ignition.platform.id=vmware'],
  },
  'cloud-init-off': { bad: ['cloud-init=disabled ds=nocloud'], good: ['cloud-init=disabled', 'cloud-init=enabled ds=nocloud'] },
  'ip-without-neednet': {
    bad: ['ip=dhcp'],
    good: ['ip=dhcp rd.neednet=1', 'ip=off', 'ip=dhcp root=nfs:10.0.0.1:/x', 'ip=dhcp netroot=iscsi:x', 'ip=dhcp boot=casper'],
  },
  'ip-malformed': { bad: ['ip=yes', 'ip=ens3'], good: ['ip=dhcp', 'ip=ens3:auto6', 'ip=frommedia boot=live', 'ip=::::h:ens3:dhcp'] },
  'ip-without-bootdev': {
    bad: ['ip=ens3:dhcp ip=ens4:dhcp root=nfs:10.0.0.1:/x'],
    good: [
      'ip=ens3:dhcp ip=ens4:dhcp bootdev=ens3 root=nfs:10.0.0.1:/x',
      'ip=ens3:dhcp ip=ens4:dhcp root=UUID=1',
      'ip=dhcp root=nfs:10.0.0.1:/x',
    ],
  },
  'ip-kernel-name': {
    bad: ['ip=eth0:dhcp', 'ip=10.0.0.2::10.0.0.1:255.0.0.0:h:eth1:none'],
    good: ['ip=eth0:dhcp net.ifnames=0', 'ip=ens3:dhcp', 'ip=dhcp', 'ip=eth0:dhcp ifname=eth0:52:54:00:00:00:01'],
  },
  'ipv6-off': { bad: ['ip=auto6 ipv6.disable=1'], good: ['ip=dhcp ipv6.disable=1', 'ip=auto6 ipv6.disable=0'] },
  'selinux-off-and-enforcing': { bad: ['selinux=0 enforcing=1'], good: ['selinux=1 enforcing=1', 'selinux=0'] },
  'selinux-weakened': { bad: ['selinux=0', 'enforcing=0'], good: ['selinux=1 enforcing=1', 'selinux=0 selinux=1'] },
  'security-module-off': { bad: ['security=apparmor apparmor=0'], good: ['security=selinux apparmor=0', 'security=apparmor apparmor=1'] },
  'security-and-lsm': { bad: ['security=selinux lsm=lockdown,selinux'], good: ['security=selinux', 'lsm=selinux'] },
  'mitigations-off': { bad: ['mitigations=off', 'nopti', 'nospectre_v2', 'mds=off'], good: ['mitigations=auto', 'pti=on', 'mds=full'] },
  'hardening-off': { bad: ['nokaslr'], good: ['randomize_kstack_offset=1'] },
  'fips-without-boot': { bad: ['fips=1'], good: ['fips=1 boot=UUID=1', 'fips=0'] },
  secret: {
    bad: ['rd.iscsi.password=x', 'cifspass=x', 'systemd.set_credential=a:b', 'root=cifs://me:pw@host/x', 'netroot=iscsi:me:pw@host::::iqn'],
    good: ['cifsuser=me', 'root=UUID=1', 'root=cifs://host/x', 'netroot=iscsi:192.168.50.1::::iqn.2009-06.dracut:target0'],
  },
  'leftover-shell': {
    bad: ['rd.break', 'rd.break=mount', 'init=/bin/sh', 'init=/usr/bin/bash', 'systemd.debug-shell', 'systemd.debug_shell=1', 'break=top'],
    good: ['systemd.debug_shell=0', 'init=/sbin/init', 'rd.shell=0'],
  },
  'leftover-rescue': {
    bad: ['single', 'rescue', '1', '-b', 'systemd.unit=emergency.target'],
    good: ['systemd.unit=multi-user.target', '3'],
  },
  'boot-target-twice': {
    bad: ['systemd.unit=a.target systemd.unit=b.target', 'systemd.unit=multi-user.target single', '3 5'],
    good: ['systemd.unit=a.target systemd.unit=a.target', '3', 'rd.systemd.unit=a.target systemd.unit=b.target'],
  },
  'leftover-debug': {
    bad: ['rd.debug', 'systemd.log_level=debug', 'systemd.log-level=debug', 'initcall_debug', 'earlyprintk=ttyS0,115200,keep'],
    good: ['rd.debug=0', 'systemd.log_level=info', 'earlyprintk=ttyS0'],
  },
  'leftover-installer': {
    bad: ['coreos.inst.install_dev=/dev/sda', 'autoinstall', 'inst.ks=http://x'],
    good: ['coreos.inst.platform_id=metal'],
  },
  'fixed-machine-id': { bad: [`systemd.machine_id=${'a'.repeat(32)}`], good: ['systemd.machine_id=firmware', 'systemd.hostname=x'] },
  'fixed-hostname': { bad: ['systemd.hostname=x'], good: ['systemd.unit=x.target'] },
  'hardware-limited': { bad: ['mem=1G', 'maxcpus=1', 'nosmp'], good: ['memmap=1G', 'crashkernel=1G'] },
  'cgroup-v1': {
    bad: ['systemd.unified_cgroup_hierarchy=0'],
    good: ['systemd.unified_cgroup_hierarchy=1', 'systemd.unified_cgroup_hierarchy'],
  },
}

test('every rule is tested both ways', () => {
  expect(Object.keys(CASES).toSorted()).toEqual(ARGUMENT_PROBLEM_CODES.toSorted())
  expect(new Set(ARGUMENT_PROBLEM_CODES).size).toBe(ARGUMENT_PROBLEM_CODES.length)
  expect(ARGUMENT_PROBLEM_CODES.length).toBeGreaterThanOrEqual(20)
})

const BAD = Object.entries(CASES).flatMap(([code, { bad }]) => bad.map((text) => [code, text] as const))
const GOOD = Object.entries(CASES).flatMap(([code, { good }]) => good.map((text) => [code, text] as const))

test.each(BAD)('%s is found in %s', (code, text) => {
  const args = splitArgs(text)
  const [problem] = found(text, code)
  expect(problem?.text).toMatch(/[.?]$/)
  for (const index of problem?.args ?? []) expect(args[index]).toBeDefined()
})

test.each(GOOD)('%s is not found in %s', (code, text) => {
  expect(found(text, code)).toEqual([])
})

test('a quote that is never closed is an error, which no list from a file can hold', () => {
  expect(checkArguments(['root=UUID=1', 'dyndbg="file a'])).toMatchObject([{ code: 'unbalanced-quotes', severity: 'error', args: [1] }])
})

test('an ordinary command line of a server has nothing odd', () => {
  expect(
    checkArguments(splitArgs('root=UUID=d51e ro crashkernel=auto rd.lvm.lv=vg/root console=ttyS0,115200n8 quiet rd.neednet=1 ip=dhcp')),
  ).toEqual([])
})

test('the gravest stands first', () => {
  const severities = checkArguments(splitArgs('console=/dev/ttyS0 nomodeset rd.break quiet debug')).map((problem) => problem.severity)
  expect(severities).toEqual(['error', 'warning', 'warning', 'info', 'info'])
})

test.each([
  ['duplicate', 'quiet ro quiet root=UUID=1', 'ro quiet root=UUID=1'],
  ['overruled', 'selinux=1 ro selinux=0', 'ro selinux=0'],
  ['ro-and-rw', 'ro quiet rw', 'quiet rw'],
  ['near-miss', 'quiet consol=tty0 ro', 'quiet console=tty0 ro'],
  ['renamed', 'rd_LVM_LV=a/b', 'rd.lvm.lv=a/b'],
  ['renamed', 'rd_NO_LUKS', 'rd.luks=0'],
  ['console-path', 'console=/dev/ttyS0,115200 quiet', 'console=ttyS0,115200 quiet'],
  ['console-options', 'console=ttyS0,115200n9', 'console=ttyS0,115200n8'],
  ['console-options', 'console=ttyS0,fast', 'console=ttyS0'],
  ['console-settings-differ', 'console=ttyS0,9600 console=tty0 console=ttyS0', 'console=ttyS0,9600 console=tty0 console=ttyS0,9600'],
  ['ignition-platform-unknown', 'ignition.platform.id=vmwar', 'ignition.platform.id=vmware'],
  ['ip-without-neednet', 'ip=dhcp -- x', 'ip=dhcp rd.neednet=1 -- x'],
  ['after-double-dash', 'ro -- quiet', 'ro quiet --'],
  ['leftover-shell', 'quiet rd.break rd.break=mount', 'quiet rd.break=mount'],
  ['mitigations-off', 'nopti quiet mitigations=off', 'quiet'],
])('the fix of %s turns %s into %s', (code, before, after) => {
  const [problem] = found(before, code)
  expect(applyArgChanges(splitArgs(before), problem?.fix ?? []).join(' ')).toBe(after)
})

const WORDS = [...BAD, ...GOOD].flatMap(([, text]) => splitArgs(text)).filter((arg) => arg.length < 200)

test('every fix can be made and leaves fewer problems of its kind', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...WORDS), { maxLength: 8 }), (args) => {
      for (const problem of checkArguments(args)) {
        if (problem.fix === undefined) continue
        const count = (list: readonly string[]) => checkArguments(list).filter(({ code }) => code === problem.code).length
        expect(count(applyArgChanges(args, problem.fix)), `${problem.code}: ${args.join(' ')}`).toBeLessThan(count(args))
      }
    }),
    { numRuns: 400 },
  )
})

test('any list of texts is checked without an error', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(...WORDS),
    fc.string().map((value) => `console=${value}`),
    fc.string().map((value) => `"ip=${value}`),
  )
  fc.assert(
    fc.property(fc.array(text, { maxLength: 12 }), (args) => {
      for (const problem of checkArguments(args)) {
        expect(ARGUMENT_PROBLEM_CODES).toContain(problem.code)
        expect(problem.args.every((index) => index < args.length)).toBe(true)
      }
    }),
  )
})
