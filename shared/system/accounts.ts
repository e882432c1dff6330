/** Lines of passwd(5), shadow(5), group(5) and gshadow(5): fields between colons. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly gecos: string
  readonly home: string
  readonly shell: string
}

export interface Group {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

/** Accounts of a passwd file; lines of other forms (comments, `+::::::`) are none. */
export function readAccounts(text: string): Account[] {
  return rows(text).flatMap(([name = '', , uid = '', gid = '', gecos = '', home = '', shell = '']) =>
    isPlain(name) && isId(uid) && isId(gid) ? [{ name, uid: Number(uid), gid: Number(gid), gecos, home, shell }] : [],
  )
}

/** Groups of a group file. */
export function readGroups(text: string): Group[] {
  return rows(text).flatMap(([name = '', , gid = '', members = '']) =>
    isPlain(name) && isId(gid) ? [{ name, gid: Number(gid), members: listOf(members) }] : [],
  )
}

/** True where a file of accounts or groups has a line of that name. */
export function hasRow(text: string, name: string): boolean {
  return rows(text).some((fields) => fields[0] === name && fields.length > 1)
}

/** Adds a line at the end, but before the line of NIS (`+::::::`), which takes all that come after it; other lines stay as they are. */
export function addRow(text: string, fields: readonly (string | number)[]): string {
  const row = `${fields.join(':')}\n`
  const at = /^\+[^\n]*$/m.exec(text)?.index
  if (at !== undefined) return text.slice(0, at) + row + text.slice(at)
  return (text === '' || text.endsWith('\n') ? text : `${text}\n`) + row
}

/** Makes a user a member of a group: in the last field of its line in group or gshadow. Without such a line the text is as it was. */
export function addMember(text: string, group: string, user: string): string {
  return text
    .split('\n')
    .map((line) => {
      const fields = line.split(':')
      if (fields[0] !== group || fields.length !== 4) return line
      const members = listOf(fields[3] ?? '')
      return members.includes(user) ? line : [...fields.slice(0, 3), [...members, user].join(',')].join(':')
    })
    .join('\n')
}

/** The id after the highest in use within `min` and `max`, as useradd(8) takes it; the first free one where that is beyond. */
export function nextId(used: readonly number[], min: number, max: number): number | null {
  const inRange = used.filter((id) => id >= min && id <= max)
  const next = Math.max(min - 1, ...inRange) + 1
  if (next <= max) return next
  const taken = new Set(inRange)
  for (let id = min; id <= max; id += 1) if (!taken.has(id)) return id
  return null
}

/** `UID_MIN` and the like of login.defs(5); the last line of a name counts. */
export function loginDef(text: string, name: string, otherwise: number): number {
  const found = [...text.matchAll(/^[ \t]*([A-Z_]+)[ \t]+"?(\d+)"?[ \t]*$/gm)].findLast((match) => match[1] === name)?.[2]
  return found === undefined ? otherwise : Number(found)
}

function rows(text: string): string[][] {
  return text.split('\n').map((line) => line.split(':'))
}

function isPlain(name: string): boolean {
  return name !== '' && !/^[+#-]/.test(name)
}

function isId(text: string): boolean {
  return /^\d{1,10}$/.test(text)
}

function listOf(text: string): string[] {
  return text.split(',').filter((name) => name !== '')
}

/** Ids for the user namespaces of one user, useradd(8) `SUB_UID_COUNT`. */
const SUBORDINATE_COUNT = 65_536
const FIRST_SUBORDINATE = 100_000

/** Gives a user the range after the last one in /etc/subuid or /etc/subgid, subuid(5); one that has a range keeps it. */
export function addSubordinateIds(text: string, user: string): string {
  if (hasRow(text, user)) return text
  const ends = rows(text).flatMap(([, start = '', count = '']) => (isId(start) && isId(count) ? [Number(start) + Number(count)] : []))
  return addRow(text, [user, Math.max(FIRST_SUBORDINATE, ...ends), SUBORDINATE_COUNT])
}
