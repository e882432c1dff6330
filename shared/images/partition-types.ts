/** EFI system partition (UEFI specification 5.3.3). */
export const ESP_GUID = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'
/** Extended boot loader partition (UAPI boot loader specification). */
export const XBOOTLDR_GUID = 'BC13C2FF-59E6-4262-A352-B275FD6F7172'
export const ESP_MBR_TYPE = 'ef'

/** GPT types: UEFI specification, UAPI discoverable partitions specification, `sfdisk --list-types -X gpt`. */
const GPT_NAMES: Readonly<Record<string, string>> = {
  [ESP_GUID]: 'EFI system',
  [XBOOTLDR_GUID]: 'Extended boot (XBOOTLDR)',
  '21686148-6449-6E6F-744E-656564454649': 'BIOS boot',
  '024DEE41-33E7-11D3-9D69-0008C781F39F': 'MBR partition scheme',
  '0FC63DAF-8483-4772-8E79-3D69D8477DE4': 'Linux file system',
  '0657FD6D-A4AB-43C4-84E5-0933C84B4F4F': 'Linux swap',
  'E6D6D379-F507-44C2-A23C-238F2A3DF928': 'Linux LVM',
  'A19D880F-05FC-4D3B-A006-743F0F84911E': 'Linux RAID',
  '8DA63339-0007-60C0-C436-083AC8230908': 'Linux reserved',
  '933AC7E1-2EB4-4F13-B844-0E14E2AEF915': 'Linux home',
  '3B8F8425-20E0-4F3B-907F-1A25A76F98E8': 'Linux server data',
  '4D21B016-B534-45C2-A9FB-5C16E091FD2D': 'Linux variable data',
  '7EC6F557-3BC5-4ACA-B293-16EF5DF639D1': 'Linux temporary data',
  '44479540-F297-41B2-9AF7-D131D5F0458A': 'Linux root (x86)',
  '4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709': 'Linux root (x86-64)',
  '69DAD710-2CE4-4E3C-B16C-21A1D49ABED3': 'Linux root (ARM)',
  'B921B045-1DF0-41C3-AF44-4C6F280D3FAE': 'Linux root (ARM64)',
  '72EC70A6-CF74-40E6-BD49-4BDA08E8F224': 'Linux root (RISC-V 64)',
  'C31C45E6-3F39-412E-80FB-4809C4980599': 'Linux root (PPC64LE)',
  '5EEAD9A9-FE09-4A1E-A1D7-520D00531306': 'Linux root (S390X)',
  '2C7357ED-EBD2-46D9-AEC1-23D437EC2BF5': 'Linux root verity (x86-64)',
  'DF3300CE-D69F-4C92-978C-9BFB0F38D820': 'Linux root verity (ARM64)',
  '41092B05-9FC8-4523-994F-2DEF0408B176': 'Linux root verity signature (x86-64)',
  '8484680C-9521-48C6-9C11-B0720656F69E': 'Linux /usr (x86-64)',
  'B0E01050-EE5F-4390-949A-9101B17104E9': 'Linux /usr (ARM64)',
  '77FF5F63-E7B6-4633-ACF4-1565B864C0E6': 'Linux /usr verity (x86-64)',
  'CA7D7CCB-63ED-4C53-861C-1742536059CC': 'LUKS',
  '7FFEC5C9-2D00-49B7-8941-3EA10A5586B7': 'dm-crypt',
  '5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6': 'CoreOS /usr',
  '3884DD41-8582-4404-B9A8-E9B84F2DF50E': 'CoreOS root',
  'FE3A2A5D-4F32-41A7-B725-ACCC3285A309': 'ChromeOS kernel',
  '3CB8E202-3B7E-47DD-8A3C-7FF2A13CFCEC': 'ChromeOS root',
  '9E1A2D38-C612-4316-AA26-8B49521E5A8B': 'PowerPC PReP boot',
  'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7': 'Microsoft basic data',
  'E3C9E316-0B5C-4DB8-817D-F92DF00215AE': 'Microsoft reserved',
  'DE94BBA4-06D1-4D40-A16A-BFD50179D6AC': 'Windows recovery',
  '5808C8AA-7E8F-42E0-85D2-E1E90434CFB3': 'Windows LDM metadata',
  'AF9B60A0-1431-4F62-BC68-3311714A69AD': 'Windows LDM data',
  'E75CAF8F-F680-4CEE-AFA3-B001E56EFC2D': 'Windows Storage Spaces',
  '48465300-0000-11AA-AA11-00306543ECAC': 'Apple HFS+',
  '7C3457EF-0000-11AA-AA11-00306543ECAC': 'Apple APFS',
  '83BD6B9D-7F41-11DC-BE0B-001560B84F0F': 'FreeBSD boot',
  '516E7CB5-6ECF-11D6-8FF8-00022D09712B': 'FreeBSD swap',
  '516E7CB6-6ECF-11D6-8FF8-00022D09712B': 'FreeBSD UFS',
  '516E7CBA-6ECF-11D6-8FF8-00022D09712B': 'FreeBSD ZFS',
  '6A898CC3-1DD2-11B2-99A6-080020736631': 'Solaris /usr or ZFS',
  'AA31E02A-400F-11DB-9590-000C2911D1B8': 'VMware VMFS',
}

/** MBR types as two hex digits, `sfdisk --list-types -X dos`. */
const MBR_NAMES: Readonly<Record<string, string>> = {
  '00': 'Empty',
  '01': 'FAT12',
  '04': 'FAT16 below 32 MB',
  '05': 'Extended',
  '06': 'FAT16',
  '07': 'NTFS or exFAT',
  '0b': 'FAT32',
  '0c': 'FAT32 (LBA)',
  '0e': 'FAT16 (LBA)',
  '0f': 'Extended (LBA)',
  '11': 'Hidden FAT12',
  '14': 'Hidden FAT16 below 32 MB',
  '16': 'Hidden FAT16',
  '17': 'Hidden NTFS or exFAT',
  '1b': 'Hidden FAT32',
  '1c': 'Hidden FAT32 (LBA)',
  '1e': 'Hidden FAT16 (LBA)',
  '27': 'Windows recovery',
  '41': 'PowerPC PReP boot',
  '42': 'Windows dynamic disk',
  '82': 'Linux swap',
  '83': 'Linux',
  '85': 'Linux extended',
  '8e': 'Linux LVM',
  a5: 'FreeBSD',
  a6: 'OpenBSD',
  a8: 'Apple UFS',
  a9: 'NetBSD',
  af: 'Apple HFS',
  bf: 'Solaris',
  da: 'Data without file system',
  ea: 'Extended boot (XBOOTLDR)',
  ee: 'GPT protective',
  ef: 'EFI system',
  fb: 'VMware VMFS',
  fc: 'VMware swap',
  fd: 'Linux RAID',
}

const EXTENDED_TYPES = new Set(['05', '0f', '85'])

/** `c` and `0xC` become `0c`, GUIDs upper case: the spelling that `Partition.type` has. */
export function normalizePartitionType(type: string): string {
  return type.includes('-') ? type.toUpperCase() : type.toLowerCase().replace(/^0x/, '').padStart(2, '0')
}

/** The name of a GPT type GUID or an MBR type in any spelling; `Unknown (TYPE)` for others. */
export function partitionTypeName(type: string): string {
  const normal = normalizePartitionType(type)
  const names = normal.includes('-') ? GPT_NAMES : MBR_NAMES
  return (Object.hasOwn(names, normal) ? names[normal] : undefined) ?? `Unknown (${normal})`
}

export function isEspType(type: string): boolean {
  const normal = normalizePartitionType(type)
  return normal === ESP_GUID || normal === ESP_MBR_TYPE
}

/** An MBR partition that only holds logical partitions. */
export function isExtendedType(type: string): boolean {
  return EXTENDED_TYPES.has(normalizePartitionType(type))
}
