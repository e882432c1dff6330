import fs from 'node:fs'
import path from 'node:path'

/** Mount points at or below a folder, innermost first. proc(5), `/proc/PID/mountinfo`, field 5. */
export function mountsBelow(folder: string): string[] {
  let real = path.resolve(folder)
  try {
    real = path.join(fs.realpathSync(path.dirname(real)), path.basename(real))
  } catch {}
  return readMountPoints(fs.readFileSync('/proc/self/mountinfo', 'utf8'))
    .filter((mount) => mount === real || mount.startsWith(`${real}/`))
    .sort((one, other) => other.length - one.length)
}

/** Mount points of a mountinfo text; space, tab, newline and backslash stand there as octal escapes. */
export function readMountPoints(mountinfo: string): string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const point = line.split(' ')[4]
    return point ? [point.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))] : []
  })
}
