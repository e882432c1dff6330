import type { Host } from '#core/process/host'
import { buildDisk, type GuestFile } from './build-disk.js'

const MIB = 1024 * 1024
const MIB_SECTORS = 2048
const LINUX = '0FC63DAF-8483-4772-8E79-3D69D8477DE4'
const ESP = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'
const UNITS = '/usr/lib/systemd/system'

const bootFiles: readonly GuestFile[] = [
  {
    path: '/loader/entries/debian.conf',
    content: 'title Debian\nlinux /vmlinuz\ninitrd /initrd.img\noptions root=LABEL=root ro\n',
  },
  { path: '/vmlinuz', content: 'not a real kernel\n' },
  { path: '/initrd.img', content: 'not a real initramfs\n' },
]

const rootFiles: readonly GuestFile[] = [
  { path: '/usr/lib/os-release', content: 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12"\n' },
  { path: '/usr/bin/bash', content: 'not a real shell\n', mode: 0o755 },
  { path: '/bin', link: 'usr/bin' },
  { path: '/etc/os-release', link: '../usr/lib/os-release' },
  { path: '/etc/hostname', content: 'debian\n' },
  { path: '/etc/hosts', content: '127.0.0.1 localhost\n127.0.1.1 debian\n' },
  { path: '/etc/machine-id', content: '0123456789abcdef0123456789abcdef\n', mode: 0o444 },
  { path: '/etc/fstab', content: 'LABEL=root / ext4 defaults 0 1\nLABEL=boot /boot ext4\nLABEL=var /var xfs\n/dev/sdb1\t/srv\text4\n' },
  { path: '/etc/passwd', content: 'root:x:0:0:root:/root:/bin/bash\n' },
  { path: '/etc/shadow', content: 'root:*:19000:0:99999:7:::\n', mode: 0o640, gid: 42 },
  { path: '/etc/group', content: 'root:x:0:\nsudo:x:27:\nshadow:x:42:\n' },
  { path: '/etc/sudoers', content: '@includedir /etc/sudoers.d\n', mode: 0o440 },
  { path: '/etc/sudoers.d', folder: true, mode: 0o750 },
  { path: '/etc/skel/.bashrc', content: '# skeleton\n' },
  { path: '/etc/ssh/ssh_host_rsa_key', content: 'private\n', mode: 0o600 },
  { path: '/etc/cloud/cloud.cfg', content: '' },
  { path: '/etc/systemd/system/timers.target.wants/apt-daily.timer', link: `${UNITS}/apt-daily.timer` },
  { path: `${UNITS}/ssh.service`, content: '[Install]\nWantedBy=multi-user.target\nAlias=sshd.service\n' },
  { path: `${UNITS}/apt-daily.timer`, content: '[Install]\nWantedBy=timers.target\n' },
  { path: `${UNITS}/rsync.service`, content: '[Install]\nWantedBy=multi-user.target\n' },
  { path: '/root/.bash_history', content: 'ls\n', mode: 0o600 },
  { path: '/home', folder: true },
  { path: '/boot', folder: true },
  { path: '/var', folder: true },
]

const varFiles: readonly GuestFile[] = [
  { path: '/log/syslog', content: 'a line\n', mode: 0o640, gid: 4 },
  { path: '/log/syslog.1', content: 'an old line\n', mode: 0o640, gid: 4 },
  { path: '/log/wtmp', content: 'who\n', mode: 0o664, gid: 43 },
  { path: '/lib/systemd/random-seed', content: 'seed', mode: 0o600 },
  { path: '/lib/dbus/machine-id', content: '0123456789abcdef0123456789abcdef\n' },
]

/** A system in the shape of Debian with all that customizing touches, /boot and /var on partitions of their own. It does not boot. */
export function buildCustomizable(host: Host, output: string): Promise<void> {
  const partition = (start: number, size: number) => ({ startSector: start * MIB_SECTORS, sizeSectors: size * MIB_SECTORS })
  return buildDisk(
    host,
    {
      sizeBytes: 480 * MIB,
      table: 'gpt',
      partitions: [
        {
          type: ESP,
          ...partition(1, 40),
          fs: { kind: 'vfat', label: 'ESP', mkfsArgs: ['-F', '32', '-s', '1'] },
          files: [{ path: '/loader/random-seed', content: 'seed' }],
        },
        { type: LINUX, ...partition(41, 32), fs: { kind: 'ext4', label: 'boot' }, files: bootFiles },
        { type: LINUX, ...partition(73, 64), fs: { kind: 'ext4', label: 'root' }, files: rootFiles },
        { type: LINUX, ...partition(137, 340), fs: { kind: 'xfs', label: 'var' }, files: varFiles },
      ],
    },
    output,
  )
}
