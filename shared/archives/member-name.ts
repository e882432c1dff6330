/**
 * What is wrong with the name of a file in an archive, in words; null when nothing is. No name of an archive ever becomes a path of this
 * machine; names that try to are still not offered, as nobody who means well writes them.
 */
export function memberNameProblem(name: string): string | null {
  if (name === '' || name === '.') return 'it has no name'
  if (name.startsWith('/') || /^[A-Za-z]:[\\/]/.test(name)) return 'its name is an absolute path'
  if (name.split(/[/\\]/).includes('..')) return 'its name leads out of the archive'
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) return 'its name holds control characters'
  if (name.length > 4096) return 'its name is longer than 4096 characters'
  return null
}

/** `./disk.vmdk` and `disk.vmdk` are one file. */
export function plainMemberName(name: string): string {
  return name.replace(/^(?:\.\/+)+/, '')
}

/** The part behind the last slash. */
export function lastName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

/** The name of a file that lies beside another one in the archive. */
export function besideMember(member: string, name: string): string {
  return member.slice(0, member.lastIndexOf('/') + 1) + name
}
