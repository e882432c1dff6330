// What Diskwright needs from the distribution, as data. `names` are tried in order: the first that the distribution
// knows is installed, and any one that is installed already will do (Debian 12, Debian 13, Ubuntu 22.04 and 24.04 differ).
export const SYSTEM_PACKAGES = [
  { names: ['qemu-utils'], why: 'reads and converts images' },
  { names: ['qemu-system-common'], why: 'qemu-storage-daemon, shows any format as a raw disk' },
  { names: ['bubblewrap'], why: 'sandbox for every tool that reads image data' },
  { names: ['grub-common'], why: 'reads file systems without mounting them' },
  { names: ['fdisk'], why: 'partition tables' },
  { names: ['util-linux'], why: 'prlimit, nsenter, setpriv' },
  { names: ['user-mode-linux'], why: 'engine uml: writes inside images without root' },
  { names: ['busybox-static'], why: 'engine uml and the sample image' },
  { names: ['xfsprogs'], why: 'XFS in images' },
  { names: ['e2fsprogs'], why: 'ext4 in images' },
  { names: ['dosfstools'], why: 'FAT in images' },
  { names: ['mtools'], why: 'the sample image' },
  { names: ['zstd'], why: 'initial RAM disks' },
  { names: ['xz-utils'], why: 'initial RAM disks' },
  { names: ['lz4'], why: 'initial RAM disks' },
  { names: ['bzip2'], why: 'initial RAM disks' },
  { names: ['libguestfs-tools'], why: 'engine guestfish' },
  { names: ['libguestfs-xfs'], why: 'engine guestfish: another UUID for XFS' },
  { names: ['qemu-system-x86'], why: 'engine guestfish, boot tests' },
  {
    names: ['linux-image-cloud-amd64', 'linux-image-virtual', 'linux-image-amd64', 'linux-image-generic'],
    why: 'kernel of the sample image and of engine guestfish',
  },
  { names: ['systemd-boot-efi', 'systemd-boot'], why: 'boot loader of the sample image' },
  { names: ['ovmf'], why: 'UEFI firmware for boot tests' },
  { names: ['libgtk-3-0t64', 'libgtk-3-0'], why: 'the window' },
  { names: ['libnss3'], why: 'the window' },
  { names: ['libgbm1'], why: 'the window' },
  { names: ['libasound2t64', 'libasound2'], why: 'the window' },
]

/** Further packages for `npm test` and for packaging. */
export const TEST_PACKAGES = [
  { names: ['xvfb'], why: 'a screen for the end-to-end tests' },
  { names: ['xauth'], why: 'xvfb-run' },
  { names: ['rpm'], why: 'builds the rpm package' },
  { names: ['btrfs-progs'], why: 'btrfs in tests' },
  { names: ['ntfs-3g'], why: 'NTFS in tests' },
  { names: ['squashfs-tools'], why: 'squashfs in tests' },
  { names: ['cryptsetup-bin'], why: 'LUKS in tests' },
  { names: ['libvmdk-utils'], why: 'a second reader of VMDK in tests' },
  { names: ['7zip'], why: 'a third reader of VMDK in tests' },
  { names: ['libxml2-utils'], why: 'a second reader of OVF descriptors in tests' },
  { names: ['skopeo'], why: 'reads containerDisks in tests' },
  { names: ['bsdutils'], why: 'script, a terminal for the tests of the command line' },
]
