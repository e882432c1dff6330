/** A program that Diskwright runs: what for, and where it comes from. The doctor and the Tools screen read this. */
export interface ToolRow {
  readonly binary: string
  readonly purpose: string
  /** Diskwright cannot do its main work without it. */
  readonly required: boolean
  /** Arguments that print the version; null for programs that have none. */
  readonly versionArgs: readonly string[] | null
  /** Lowest version that works, as dotted numbers. */
  readonly minimum: string | null
  /** Package by family of distribution. */
  readonly packages: { readonly debian: string; readonly fedora: string; readonly suse: string; readonly arch: string }
}

function row(binary: string, purpose: string, packages: readonly [string, string, string, string], rest: Partial<ToolRow> = {}): ToolRow {
  const [debian, fedora, suse, arch] = packages
  return { binary, purpose, required: true, versionArgs: ['--version'], minimum: null, packages: { debian, fedora, suse, arch }, ...rest }
}

const utilLinux = ['util-linux', 'util-linux', 'util-linux', 'util-linux'] as const

/** The registry: one row a tool. Missing optional tools switch off what their `purpose` says, and no more. */
export const TOOLS = {
  'qemu-img': row('qemu-img', 'Converts, compares and checks disk images', ['qemu-utils', 'qemu-img', 'qemu-img', 'qemu-img'], {
    minimum: '6.0',
  }),
  'qemu-storage-daemon': row(
    'qemu-storage-daemon',
    'Shows any image format as a raw disk, without root',
    ['qemu-system-common', 'qemu-kvm-core', 'qemu-tools', 'qemu-storage-daemon'],
    { minimum: '6.0' },
  ),
  'grub-fstest': row('grub-fstest', 'Reads files out of FAT, ext, XFS, btrfs and other file systems', [
    'grub-common',
    'grub2-tools-extra',
    'grub2',
    'grub',
  ]),
  debugfs: row('debugfs', 'Reads ext4 with features that GRUB does not know', ['e2fsprogs', 'e2fsprogs', 'e2fsprogs', 'e2fsprogs'], {
    required: false,
    versionArgs: ['-V'],
  }),
  sfdisk: row('sfdisk', 'Reads partition tables', ['fdisk', 'util-linux-core', 'util-linux', 'util-linux']),
  nsenter: row('nsenter', 'Runs a reader inside the sandbox of an open image', utilLinux),
  setpriv: row('setpriv', 'Ends tools with Diskwright and drops their privileges', utilLinux),
  prlimit: row('prlimit', 'Limits memory and time of tools that read hostile data', utilLinux),
  sh: row('sh', 'Starts tools inside the sandbox', ['dash', 'bash', 'bash', 'bash'], { versionArgs: null }),
  cp: row('cp', 'Copies images with their holes, without taking space where the file system shares blocks', [
    'coreutils',
    'coreutils',
    'coreutils',
    'coreutils',
  ]),
  mkfifo: row('mkfifo', 'Boot tests: the serial console of the machine', ['coreutils', 'coreutils', 'coreutils', 'coreutils'], {
    required: false,
  }),
  fallocate: row('fallocate', 'Leaves out zeros inside of compacted images', utilLinux, { required: false }),
  bwrap: row('bwrap', 'Sandbox for every tool that reads image data', ['bubblewrap', 'bubblewrap', 'bubblewrap', 'bubblewrap'], {
    required: false,
    minimum: '0.5',
  }),
  fusermount3: row('fusermount3', 'Shows images without root where there is no sandbox', ['fuse3', 'fuse3', 'fuse3', 'fuse3'], {
    required: false,
  }),
  'linux.uml': row(
    'linux.uml',
    'Engine uml: writes inside images through a Linux kernel, without root or KVM',
    ['user-mode-linux', '-', '-', '-'],
    {
      required: false,
    },
  ),
  busybox: row('busybox', 'Commands inside the uml engine', ['busybox-static', 'busybox', 'busybox-static', 'busybox'], {
    required: false,
    versionArgs: [],
  }),
  perl: row('perl', 'Makes the changes inside the uml and nbd engines', ['perl-base', 'perl-interpreter', 'perl-base', 'perl'], {
    required: false,
  }),
  'qemu-nbd': row(
    'qemu-nbd',
    'Engine nbd: attaches a disk to the kernel of this machine, as root',
    ['qemu-utils', 'qemu-img', 'qemu-tools', 'qemu-img'],
    { required: false },
  ),
  pkexec: row('pkexec', 'Engine nbd: asks an administrator before anything runs as root', ['pkexec', 'polkit', 'pkexec', 'polkit'], {
    required: false,
  }),
  modprobe: row('modprobe', 'Engine nbd: loads the nbd module of the kernel', ['kmod', 'kmod', 'kmod', 'kmod'], { required: false }),
  flock: row('flock', 'Engine nbd: keeps others from the device', utilLinux, { required: false }),
  losetup: row(
    'losetup',
    'Frees the loop devices of a disk that could not be built to its end',
    ['mount', 'util-linux-core', 'util-linux', 'util-linux'],
    { required: false },
  ),
  blockdev: row('blockdev', 'Engine nbd: flushes the device and reads its partitions', utilLinux, { required: false }),
  guestfish: row(
    'guestfish',
    'Engine guestfish: writes inside images through the libguestfs appliance',
    ['libguestfs-tools', 'guestfs-tools', 'guestfs-tools', 'guestfs-tools'],
    { required: false },
  ),
  supermin: row('supermin', 'Builds the libguestfs appliance', ['supermin', 'supermin', 'supermin', 'supermin'], { required: false }),
  'qemu-system-x86_64': row(
    'qemu-system-x86_64',
    'Boots images; runs the libguestfs appliance',
    ['qemu-system-x86', 'qemu-system-x86-core', 'qemu-x86', 'qemu-system-x86'],
    { required: false },
  ),
  'qemu-system-aarch64': row(
    'qemu-system-aarch64',
    'Boots images for 64-bit ARM',
    ['qemu-system-arm', 'qemu-system-aarch64-core', 'qemu-arm', 'qemu-system-aarch64'],
    { required: false },
  ),
  ssh: row('ssh', 'Boot tests: a terminal in the guest', ['openssh-client', 'openssh-clients', 'openssh-clients', 'openssh'], {
    required: false,
    versionArgs: ['-V'],
  }),
  script: row('script', 'Boot tests: a terminal for SSH', ['bsdutils', 'util-linux-script', 'util-linux', 'util-linux'], {
    required: false,
  }),
  swtpm: row('swtpm', 'A TPM for boot tests', ['swtpm', 'swtpm', 'swtpm', 'swtpm'], { required: false }),
  'mkfs.fat': row('mkfs.fat', 'Makes FAT file systems', ['dosfstools', 'dosfstools', 'dosfstools', 'dosfstools'], {
    required: false,
    versionArgs: null,
  }),
  'mkfs.ext4': row('mkfs.ext4', 'Makes ext4 file systems', ['e2fsprogs', 'e2fsprogs', 'e2fsprogs', 'e2fsprogs'], {
    required: false,
    versionArgs: ['-V'],
  }),
  'mkfs.xfs': row('mkfs.xfs', 'Makes XFS file systems', ['xfsprogs', 'xfsprogs', 'xfsprogs', 'xfsprogs'], {
    required: false,
    versionArgs: ['-V'],
  }),
  zstd: row('zstd', 'Unpacks disks and initial RAM disks, Zstandard', ['zstd', 'zstd', 'zstd', 'zstd'], { required: false }),
  xz: row('xz', 'Unpacks disks and initial RAM disks, xz or LZMA', ['xz-utils', 'xz', 'xz', 'xz'], { required: false }),
  lz4: row('lz4', 'Lists initial RAM disks that are compressed with LZ4', ['lz4', 'lz4', 'lz4', 'lz4'], { required: false }),
  bzip2: row('bzip2', 'Unpacks disks and initial RAM disks, bzip2', ['bzip2', 'bzip2', 'bzip2', 'bzip2'], { required: false }),
  mcopy: row('mcopy', 'Copies files into FAT file systems of sample images and of boot tests', ['mtools', 'mtools', 'mtools', 'mtools'], {
    required: false,
  }),
  mmd: row('mmd', 'Makes folders in FAT file systems of sample images', ['mtools', 'mtools', 'mtools', 'mtools'], { required: false }),
  mformat: row('mformat', 'Makes FAT file systems of sample images and of boot tests', ['mtools', 'mtools', 'mtools', 'mtools'], {
    required: false,
  }),
  podman: row(
    'podman',
    'Shows and clears the container images of this machine, takes files out of them, builds disks of bootable containers',
    ['podman', 'podman', 'podman', 'podman'],
    { required: false, minimum: '4.0' },
  ),
  skopeo: row('skopeo', 'Copies container images between registries, files and local storage', ['skopeo', 'skopeo', 'skopeo', 'skopeo'], {
    required: false,
    minimum: '1.4',
  }),
  gpg: row('gpg', 'Checks and makes signatures of container images', ['gpg', 'gnupg2', 'gpg2', 'gnupg'], {
    required: false,
    minimum: '2.1',
  }),
} as const satisfies Readonly<Record<string, ToolRow>>

export type ToolId = keyof typeof TOOLS
export const TOOL_IDS = Object.keys(TOOLS) as readonly ToolId[]
