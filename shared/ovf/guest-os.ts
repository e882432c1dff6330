import type { PlatformArch } from '../platforms/platform.js'

/** What an OVF calls a system. */
export interface GuestOs {
  /** `ovf:id` of the OperatingSystemSection: a value of CIM_OperatingSystem.OSType (DMTF). */
  readonly cimId: number
  /** VirtualMachineGuestOsIdentifier of the vSphere API, for `vmw:osType`; null for systems that VMware does not name. */
  readonly vmware: string | null
  /** VirtualBox's id, as `VBoxManage list ostypes` prints it. */
  readonly virtualbox: string
}

/** Lowest virtual hardware version that knows the name, and the name; later ones win. */
type Names = readonly (readonly [hardware: number, id: string])[]

interface Row {
  readonly pattern: RegExp
  readonly cimId: number
  readonly vmware: Names
  readonly virtualbox: string
}

/** Names of the vSphere API with the release that brought them, as its reference ("Since") says. */
const ANY_LINUX: Names = [
  [7, 'other26xLinux64Guest'],
  [13, 'other3xLinux64Guest'],
  [14, 'other4xLinux64Guest'],
  [18, 'other5xLinux64Guest'],
  [20, 'other6xLinux64Guest'],
]

/** By the PRETTY_NAME of os-release(5); the first that matches counts. */
const ROWS: readonly Row[] = [
  { pattern: /^Oracle Linux.* 9\b/i, cimId: 109, vmware: [...oracle(), [18, 'oracleLinux9_64Guest']], virtualbox: 'Oracle_64' },
  { pattern: /^Oracle Linux.* 8\b/i, cimId: 109, vmware: [...oracle(), [17, 'oracleLinux8_64Guest']], virtualbox: 'Oracle_64' },
  { pattern: /^Oracle Linux/i, cimId: 109, vmware: oracle(), virtualbox: 'Oracle_64' },
  {
    pattern: /^(Red Hat Enterprise Linux|RHEL).*(CoreOS| 9\b)/i,
    cimId: 80,
    vmware: [...rhel(), [18, 'rhel9_64Guest']],
    virtualbox: 'RedHat_64',
  },
  { pattern: /^Red Hat Enterprise Linux/i, cimId: 80, vmware: rhel(), virtualbox: 'RedHat_64' },
  {
    pattern: /^(CentOS Stream(?! 8)|CentOS.* (9|10)\b)/i,
    cimId: 107,
    vmware: [...centos(), [18, 'centos9_64Guest']],
    virtualbox: 'RedHat_64',
  },
  { pattern: /^(CentOS|Rocky|Alma)/i, cimId: 107, vmware: centos(), virtualbox: 'RedHat_64' },
  {
    pattern: /^Fedora/i,
    cimId: 100,
    vmware: [
      [7, 'other26xLinux64Guest'],
      [13, 'fedora64Guest'],
    ],
    virtualbox: 'Fedora_64',
  },
  {
    pattern: /^Flatcar|^Container Linux/i,
    cimId: 100,
    vmware: [
      [7, 'other26xLinux64Guest'],
      [11, 'coreos64Guest'],
    ],
    virtualbox: 'Linux26_64',
  },
  { pattern: /^Ubuntu/i, cimId: 94, vmware: [[7, 'ubuntu64Guest']], virtualbox: 'Ubuntu_64' },
  {
    pattern: /^Debian/i,
    cimId: 96,
    vmware: [
      [7, 'debian6_64Guest'],
      [13, 'debian10_64Guest'],
      [17, 'debian11_64Guest'],
      [20, 'debian12_64Guest'],
    ],
    virtualbox: 'Debian_64',
  },
  {
    pattern: /^SUSE Linux Enterprise/i,
    cimId: 85,
    vmware: [
      [7, 'sles11_64Guest'],
      [13, 'sles12_64Guest'],
      [14, 'sles15_64Guest'],
    ],
    virtualbox: 'SUSE_LE_64',
  },
  { pattern: /^openSUSE/i, cimId: 83, vmware: [[7, 'opensuse64Guest']], virtualbox: 'OpenSUSE_64' },
  { pattern: /^Arch Linux/i, cimId: 100, vmware: ANY_LINUX, virtualbox: 'ArchLinux_64' },
]

const OTHER: Row = { pattern: /^/, cimId: 101, vmware: ANY_LINUX, virtualbox: 'Linux26_64' }

/** Systems for which VirtualBox 7.1 has an ARM type. */
const VIRTUALBOX_ARM: ReadonlySet<string> = new Set(['Oracle_64', 'Fedora_64', 'Debian_64', 'Ubuntu_64', 'ArchLinux_64'])

/**
 * The guest's system as importers want it. A name that the hardware version does not know yet makes ESXi ask: an older one is taken then.
 * vSphere has no public names for ARM guests, so none is given.
 */
export function guestOs(osName: string | null, arch: PlatformArch, hardwareVersion: number): GuestOs {
  const row = ROWS.find(({ pattern }) => osName !== null && pattern.test(osName)) ?? OTHER
  const arm = arch === 'aarch64'
  return {
    cimId: arm ? 101 : row.cimId,
    vmware: arm ? null : (row.vmware.findLast(([hardware]) => hardware <= hardwareVersion)?.[1] ?? 'otherLinux64Guest'),
    virtualbox: arm ? `${VIRTUALBOX_ARM.has(row.virtualbox) ? row.virtualbox.slice(0, -3) : 'Linux26'}_arm64` : row.virtualbox,
  }
}

function oracle(): Names {
  return [
    [7, 'oracleLinux64Guest'],
    [13, 'oracleLinux7_64Guest'],
  ]
}

function rhel(): Names {
  return [
    [7, 'rhel6_64Guest'],
    [8, 'rhel7_64Guest'],
    [14, 'rhel8_64Guest'],
  ]
}

function centos(): Names {
  return [
    [7, 'centos64Guest'],
    [13, 'centos7_64Guest'],
    [14, 'centos8_64Guest'],
  ]
}
