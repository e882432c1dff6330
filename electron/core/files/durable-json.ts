import fs from 'node:fs'
import path from 'node:path'
import { writeTextDurably } from './durable-text.js'
import { errnoCode } from './sync.js'

export type JsonRead =
  | { readonly state: 'ok'; readonly value: unknown }
  | { readonly state: 'missing' }
  /** The file was no JSON; a copy of it stands at `keptAs` (null when even that could not be written). */
  | { readonly state: 'damaged'; readonly keptAs: string | null; readonly reason: string }

/** Replaces a JSON file, as `writeTextDurably`. Creates the folder (mode 0700) when it is missing. */
export function writeJsonDurably(file: string, value: unknown): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  writeTextDurably(file, `${JSON.stringify(value, null, 2)}\n`, 0o600)
}

/** Reads a JSON file. One that does not parse is copied to `FILE.bad`, so that writing a new one loses nothing. */
export function readJson(file: string): JsonRead {
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return { state: 'missing' }
    return { state: 'damaged', keptAs: null, reason: String(error) }
  }
  try {
    return { state: 'ok', value: JSON.parse(text) }
  } catch (error) {
    return { state: 'damaged', keptAs: keepBadCopy(file), reason: String(error) }
  }
}

/** Copies a file to `FILE.bad` (an older copy is replaced). Returns the copy's path, or null when it could not be made. */
export function keepBadCopy(file: string): string | null {
  const kept = `${file}.bad`
  try {
    fs.copyFileSync(file, kept)
    return kept
  } catch {
    return null
  }
}
