/** One mount of an fstab(5), values with their escapes undone. */
export interface FstabRow {
  /** `UUID=…`, `LABEL=…`, `/dev/sda1`, `tmpfs` …; quotes around a tag's value are not part of it. */
  readonly spec: string
  /** `none` for swap. */
  readonly mountPoint: string
  readonly type: string
  readonly options: readonly string[]
}

export interface FstabLine {
  /** The line as it stands, with its line break. */
  readonly text: string
  /** Null for comments, empty lines and what is no mount. */
  readonly row: FstabRow | null
}

/** Lines of an fstab. Their texts one behind the other are the file again. */
export function parseFstab(text: string): FstabLine[] {
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => ({ text: line, row: parseRow(line) }))
}

export function printFstab(lines: readonly FstabLine[]): string {
  return lines.map((line) => line.text).join('')
}

/** Fields are set apart by blanks and tabs; the first four are looked at (Linux fstab(5), getmntent(3)). */
const FIELDS = /^([ \t]*)([^\s#]\S*)[ \t]+(\S+)[ \t]+(\S+)(?:[ \t]+(\S+))?/

function parseRow(line: string): FstabRow | null {
  const [, , spec, mountPoint, type, options] = FIELDS.exec(line) ?? []
  if (spec === undefined || mountPoint === undefined || type === undefined) return null
  return {
    spec: unquoteTag(decodeField(spec)),
    mountPoint: tidyMountPoint(decodeField(mountPoint)),
    type,
    options: options === undefined || options === 'defaults' ? [] : decodeField(options).split(','),
  }
}

/** Blanks, tabs, line breaks and backslashes stand as three octal digits. */
export function decodeField(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (whole, digits: string) => {
    const code = Number.parseInt(digits, 8)
    return code < 128 ? String.fromCharCode(code) : whole
  })
}

export function encodeField(value: string): string {
  return value.replace(/[ \t\n\\]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

function unquoteTag(spec: string): string {
  return spec.replace(/^([A-Z]+)=(["'])(.*)\2$/, '$1=$3')
}

function tidyMountPoint(mountPoint: string): string {
  return mountPoint.startsWith('/') ? mountPoint.replace(/\/+/g, '/').replace(/(.)\/$/, '$1') : mountPoint
}

/** The text with another device in the rows for which `choose` names one; all else stays byte for byte. */
export function replaceFstabDevices(text: string, choose: (row: FstabRow) => string | null): string {
  const lines = parseFstab(text).map((line) => {
    const device = line.row && choose(line.row)
    if (device === null || device === line.row?.spec) return line.text
    return line.text.replace(/^([ \t]*)\S+/, (_whole, indent: string) => indent + encodeField(device))
  })
  return lines.join('')
}

/** Gives the mount at `mountPoint` another device, such as `UUID=…`. The text unchanged where nothing is mounted there. */
export function setFstabDevice(text: string, mountPoint: string, device: string): string {
  const wanted = tidyMountPoint(mountPoint)
  return replaceFstabDevices(text, (row) => (row.mountPoint === wanted ? device : null))
}
