import type { BootFile } from './boot-entry.js'
import { parseGrubCfg } from './grub-cfg.js'
import { parseGrubenv } from './grubenv.js'

/** A variable of GRUB's, and the file that it has its value from. */
export interface GrubVariable {
  readonly value: string
  readonly file: BootFile
}

/**
 * The variables that a menu entry on `partition` sees: those of the environment block, and those that grub.cfg sets where the block
 * has none. Null where there is neither, so that it is another boot loader that reads the entry.
 */
export function grubVariables(files: readonly BootFile[], partition: number): ReadonlyMap<string, GrubVariable> | null {
  const near = (file: BootFile) => Number(file.partition !== partition)
  const sorted = (kind: BootFile['kind']) => files.filter((file) => file.kind === kind).sort((left, right) => near(left) - near(right))
  const scripts = sorted('grub-cfg')
  const blocks = sorted('grubenv')
  if (scripts.length === 0 && blocks.length === 0) return null
  const found = new Map<string, GrubVariable>()
  const add = (name: string, value: string, file: BootFile) => {
    const known = found.get(name)
    if (known === undefined || (known.value === '' && value !== '')) found.set(name, { value, file })
  }
  for (const file of blocks) for (const [name, value] of parseGrubenv(file.text) ?? []) add(name, value, file)
  for (const file of scripts) for (const [name, value] of parseGrubCfg(file.text).variables) add(name, value, file)
  return found
}

/** The values alone. */
export function grubValues(variables: ReadonlyMap<string, GrubVariable> | null): ReadonlyMap<string, string> | null {
  return variables === null ? null : new Map([...variables].map(([name, { value }]) => [name, value]))
}
